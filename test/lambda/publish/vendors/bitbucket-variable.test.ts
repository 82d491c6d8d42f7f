import fc from 'fast-check';
import { CONFIG_JSON, failureOf, NOW, PASSWORD, payload, ports, spec } from './ports';
import { bitbucketVariable } from '../../../../lambda/publish/vendors/bitbucket-variable';
import { FakeBitbucket } from '../../../vendors/fake-bitbucket';

const ENVIRONMENT = '{12345678-1234-4321-8888-123456789012}';
const REPOSITORY = '/repositories/my-ws/my-app/pipelines_config/variables';

let bitbucket: FakeBitbucket;
beforeEach(async () => { bitbucket = await new FakeBitbucket().start(); });
afterEach(async () => bitbucket.stop());

const target = (where: object = { repository: 'my-app' }, settings: object = {}) => (
  spec('bitbucket-variable', { workspace: 'my-ws', key: 'DOCKER_AUTH_CONFIG', ...where }, { token: { secretArn: 'token' }, ...settings }));
const given = (token = bitbucket.token) => ports(bitbucket.http('https://api.bitbucket.org'), { token });
const publish = (to = target(), sent = payload()) => bitbucketVariable.publish(to, sent, given());
const secrets = () => [bitbucket.token, Buffer.from(`${bitbucket.email}:${bitbucket.token}`).toString('base64')];
const failure = (token?: string, to = target(), sent = payload()) => failureOf(bitbucketVariable, to, given(token), sent, secrets());
const others = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `OTHER_${index}` }));

test.each([
  [REPOSITORY, { repository: 'my-app' }],
  ['/workspaces/my-ws/pipelines-config/variables', {}],
  [`/workspaces/${encodeURIComponent(ENVIRONMENT)}/pipelines-config/variables`, { workspace: ENVIRONMENT }],
  [`/repositories/my-ws/my-app/deployments_config/environments/${encodeURIComponent(ENVIRONMENT)}/variables`, { repository: 'my-app', environment: ENVIRONMENT }],
])('a variable at %s is made secured, and then updated', async (path, where) => {
  const list = bitbucket.add(path);
  await publish(target(where));
  expect(list).toMatchObject([{ key: 'DOCKER_AUTH_CONFIG', value: CONFIG_JSON, secured: true }]);
  list[0].value = 'old';
  await publish(target(where));
  expect(list).toMatchObject([{ value: CONFIG_JSON, secured: true }]);
  const list100 = `GET /2.0${path}?pagelen=100`;
  expect(bitbucket.calls).toEqual([list100, `POST /2.0${path}`, list100, `PUT /2.0${path}/${encodeURIComponent(list[0].uuid)}`]);
  expect(bitbucket.requests[1].body).toEqual({ key: 'DOCKER_AUTH_CONFIG', value: CONFIG_JSON, secured: true });
});

test('a variable that its owner did not secure stays so, and others are not touched', async () => {
  const list = bitbucket.add(REPOSITORY, { secured: false }, { key: 'OTHER' }, { key: 'docker_auth_config' });
  const [, ...before] = structuredClone(list);
  await publish();
  expect(list).toEqual([expect.objectContaining({ value: CONFIG_JSON, secured: false }), ...before]);
});

test('a variable of which is not shown whether it is secured is secured rather than shown to everybody', async () => {
  const list = bitbucket.add(REPOSITORY, {});
  bitbucket.faults.push({ status: 200, body: { values: [{ uuid: list[0].uuid, key: list[0].key }] } });
  await publish();
  expect(bitbucket.requests[1].body).toEqual({ key: 'DOCKER_AUTH_CONFIG', value: CONFIG_JSON, secured: true });
});

test('a variable on a later page is found', async () => {
  const list = bitbucket.add(REPOSITORY, ...others(230), {});
  await publish();
  expect(list).toHaveLength(231);
  expect(list[230].value).toBe(CONFIG_JSON);
});

test('a person\'s API token goes with the e-mail address', async () => {
  const list = bitbucket.add(REPOSITORY);
  const person = target({ repository: 'my-app' }, { email: bitbucket.email });
  bitbucket.scopes = [];
  await publish(person);
  expect(list).toHaveLength(1);
  bitbucket.personScopes = ['read:pipeline:bitbucket'];
  expect((await failure(undefined, person)).message).toMatch(/^Bitbucket answered 403 when asked to update the variable: .*a person's token needs read:pipeline:bitbucket and admin:pipeline:bitbucket, and the e-mail address$/);
});

test.each<[string, () => void, string]>([
  ['no such repository', () => bitbucket.lists.clear(), 'Bitbucket answered 404 when asked to list the variables: The account or repository does not exist.: is it there, and may the token see it?'],
  ['a scope that is missing', () => { bitbucket.scopes = []; }, 'Bitbucket answered 403 when asked to list the variables: Your credentials lack one or more required privilege scopes.: an access token needs the scopes pipeline and pipeline:variable; a person\'s token needs read:pipeline:bitbucket and admin:pipeline:bitbucket, and the e-mail address'],
  ['one that was made meanwhile', () => bitbucket.faults.push({ status: 200, body: { values: [] } }), 'Bitbucket answered 409 when asked to make the variable: A variable with the provided key already exists.: it was made in the meantime, and the next attempt updates it'],
  ['a value that is too long', () => { bitbucket.longest = 10; }, 'Bitbucket answered 400 when asked to update the variable: Bad request: is the value too long for a variable?'],
  ['a workspace that was renamed', () => bitbucket.faults.push({ status: 301, headers: { location: 'https://api.bitbucket.org/2.0/repositories/new-ws/my-app' } }), 'Bitbucket answered 301 when asked to list the variables: a redirect to api.bitbucket.org, which is not followed; was it renamed or moved, or is the URL wrong?'],
  ['a page on another server', () => bitbucket.faults.push({ status: 200, body: { values: [], next: 'https://evil.example/2.0/next' } }), 'Bitbucket named a next page on another server, which is not asked'],
  ['no JSON', () => bitbucket.faults.push({ status: 200, body: '<html>' }), 'Bitbucket answered 200 when asked to list the variables and a web page instead of JSON: is the URL right, and the token valid?'],
  ['no list', () => bitbucket.faults.push({ status: 200, body: {} }), 'Bitbucket answered without a list when asked to list the variables'],
  ['nothing', () => bitbucket.faults.push({ status: 200, body: 'null' }), 'Bitbucket answered without a list when asked to list the variables'],
])('%s is said with its status and reason', async (_what, arrange, message) => {
  const list = bitbucket.add(REPOSITORY, {});
  arrange();
  expect((await failure()).message).toBe(message);
  expect(list).toMatchObject([{ value: 'old' }]);
});

test('an environment that is named otherwise than by its UUID in braces is said', async () => {
  const where = { repository: 'my-app', environment: ENVIRONMENT.slice(1, -1) };
  expect((await failure(undefined, target(where))).message).toBe('Bitbucket answered 400 when asked to list the variables: Bad request: an environment is named by its UUID in braces');
});

test('pages that go round in a circle are not asked for ever', async () => {
  const next = `https://api.bitbucket.org/2.0${REPOSITORY}?pagelen=100`;
  bitbucket.faults.push(...Array.from({ length: 60 }, () => ({ status: 200, body: { values: [], next } })));
  expect((await failure()).message).toBe('Bitbucket named more than 50 pages of variables');
  expect(bitbucket.requests).toHaveLength(50);
});

test('a wrong token and a rate limit', async () => {
  bitbucket.add(REPOSITORY);
  expect((await failure('wrong')).message).toMatch(/^Bitbucket answered 401 .*: is the token valid\? App passwords no longer work$/);
  bitbucket.faults.push({ status: 429, body: { type: 'error', error: { message: 'Rate limit for this resource has been exceeded' } } });
  expect(await failure()).toMatchObject({ name: 'RateLimitedError', retryAt: NOW + 60_000 });
});

test.each<['done, but the answer is lost' | { status: number }]>([['done, but the answer is lost'], [{ status: 503 }]])('a variable that was made before the answer went wrong is not made twice: %j', async (fault) => {
  const list = bitbucket.add(REPOSITORY, { key: 'OTHER' });
  bitbucket.faults.push(undefined, fault);
  await failure();
  await publish();
  await publish(target(), payload({ text: 'newer' }));
  expect(list.map(({ key, value }) => [key, value])).toEqual([['OTHER', 'old'], ['DOCKER_AUTH_CONFIG', 'newer']]);
});

test('a list that does not show yet what was just made costs one attempt, and makes nothing twice', async () => {
  const list = bitbucket.add(REPOSITORY);
  await publish();
  bitbucket.faults.push({ status: 200, body: { values: [] } });
  expect((await failure()).message).toContain('409');
  await publish(target(), payload({ text: 'newer' }));
  expect(list).toMatchObject([{ value: 'newer' }]);
});

test.each([{ workspace: '..' }, { workspace: '' }, { repository: '..' }, { repository: '.', environment: ENVIRONMENT }])('a name known at deploy only that would lead to another place is not asked for: %j', async (where) => {
  expect((await failure(undefined, target(where))).message).toMatch(/^'\.{0,2}' is no name that a URL can hold$/);
  expect(bitbucket.requests).toEqual([]);
});

test('whatever its names are, no other place is asked, and an error holds nothing that was sent', async () => {
  bitbucket.add(REPOSITORY, {});
  await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'binary-ascii' }), async (workspace, repository) => {
    bitbucket.requests.length = 0;
    await failure(undefined, target({ workspace, repository }));
    for (const { path } of bitbucket.requests) expect(path).toMatch(/^\/2\.0\/repositories\/[^/]+\/[^/]+\/pipelines_config\/variables$/);
  }), { numRuns: 50 });
});

test('a vendor that echoes what it was sent is not quoted', async () => {
  bitbucket.add(REPOSITORY, {});
  await fc.assert(fc.asyncProperty(fc.string(), fc.constantFrom(CONFIG_JSON, PASSWORD, ...secrets()), fc.constantFrom('message', 'detail'), async (text, echo, field) => {
    bitbucket.faults.push(undefined, { status: 400, body: { type: 'error', error: { [field]: `${text}${echo}${text}` } } });
    expect((await failure()).message).toMatch(/^Bitbucket answered 400 when asked to update the variable/);
  }), { numRuns: 30 });
});

test('all targets of a token make fewer than a thousand requests in any hour', () => {
  const { key, perHour, burst } = bitbucketVariable.rateLimit!(target());
  expect(key).toBe('token');
  expect(2 * (perHour + burst)).toBeLessThanOrEqual(1000);
});

test('a variable that is removed is emptied or deleted, and need not be there', async () => {
  const list = bitbucket.add(REPOSITORY, {}, { key: 'OTHER' });
  await bitbucketVariable.remove(target(), 'blank', given());
  expect(list).toMatchObject([{ value: '{"auths":{}}', secured: true }, { value: 'old' }]);
  for (const how of ['blank', 'delete'] as const) {
    // It goes between the two requests.
    bitbucket.faults.push(undefined, { status: 404, body: {} });
    await bitbucketVariable.remove(target(), how, given());
  }
  await bitbucketVariable.remove(target(), 'delete', given());
  await bitbucketVariable.remove(target(), 'delete', given());
  await bitbucketVariable.remove(target(), 'blank', given());
  expect(list).toMatchObject([{ key: 'OTHER' }]);
});
