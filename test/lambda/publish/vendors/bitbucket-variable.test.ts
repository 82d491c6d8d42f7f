import { CONFIG_JSON, failureOf, NOW, payload, ports, spec } from './ports';
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
const publish = (to = target()) => bitbucketVariable.publish(to, payload(), given());
const failure = (token?: string) => failureOf(bitbucketVariable, target(), given(token), payload(), [bitbucket.token]);

test.each([
  [REPOSITORY, { repository: 'my-app' }],
  ['/workspaces/my-ws/pipelines-config/variables', {}],
  [`/repositories/my-ws/my-app/deployments_config/environments/${encodeURIComponent(ENVIRONMENT)}/variables`, { repository: 'my-app', environment: ENVIRONMENT }],
])('a variable at %s is made secured, and then updated', async (path, where) => {
  const list = bitbucket.add(path);
  await publish(target(where));
  expect(list).toMatchObject([{ key: 'DOCKER_AUTH_CONFIG', value: CONFIG_JSON, secured: true }]);
  list[0].value = 'old';
  await publish(target(where));
  expect(list).toMatchObject([{ value: CONFIG_JSON, secured: true }]);
});

test('a variable that its owner did not secure stays so', async () => {
  const list = bitbucket.add(REPOSITORY, { secured: false }, { key: 'OTHER' });
  await publish();
  expect(list).toMatchObject([{ value: CONFIG_JSON, secured: false }, { key: 'OTHER', value: 'old' }]);
});

test('a variable on a later page is found', async () => {
  const others = Array.from({ length: 230 }, (_, index) => ({ key: `OTHER_${index}` }));
  const list = bitbucket.add(REPOSITORY, ...others, {});
  await publish();
  expect(list).toHaveLength(231);
  expect(list[230].value).toBe(CONFIG_JSON);
});

test('a person\'s API token goes with the e-mail address', async () => {
  const list = bitbucket.add(REPOSITORY);
  await publish(target({ repository: 'my-app' }, { email: bitbucket.email }));
  expect(list).toHaveLength(1);
});

test.each<[string, () => void, string]>([
  ['no such repository', () => bitbucket.lists.clear(), 'Bitbucket answered 404 when asked to list the variables: Resource not found: is it there, and may the token see it?'],
  ['a scope that is missing', () => { bitbucket.scopes = []; }, 'Bitbucket answered 403 when asked to list the variables: Your credentials lack one or more required privilege scopes.: the token needs the scope pipeline:variable'],
  ['one that was made meanwhile', () => bitbucket.faults.push({ status: 200, body: { values: [] } }), 'Bitbucket answered 409 when asked to make the variable: A variable with the provided key already exists.'],
  ['a page on another server', () => bitbucket.faults.push({ status: 200, body: { values: [], next: 'https://evil.example/2.0/next' } }), 'Bitbucket named a next page on another server, which is not asked'],
  ['no JSON', () => bitbucket.faults.push({ status: 200, body: '<html>' }), 'Bitbucket answered with something else than JSON when asked to list the variables: is the URL right, and the token valid?'],
])('%s is said with its status and reason', async (_what, arrange, message) => {
  bitbucket.add(REPOSITORY, {});
  arrange();
  expect((await failure()).message).toBe(message);
});

test('a wrong token and a rate limit', async () => {
  bitbucket.add(REPOSITORY);
  expect((await failure('wrong')).message).toMatch(/^Bitbucket answered 401 .*: is the token valid\? App passwords no longer work$/);
  bitbucket.faults.push({ status: 429, body: {} });
  expect(await failure()).toMatchObject({ name: 'RateLimitedError', retryAt: NOW + 60_000 });
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
  await bitbucketVariable.remove(target(), 'delete', given());
  await bitbucketVariable.remove(target(), 'delete', given());
  expect(list).toMatchObject([{ key: 'OTHER' }]);
});
