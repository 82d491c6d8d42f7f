import fc from 'fast-check';
import { CONFIG_JSON, failureOf, NOW, PASSWORD, payload, ports, spec } from './ports';
import { buildkiteSecret } from '../../../../lambda/publish/vendors/buildkite-secret';
import { FakeBuildkite } from '../../../vendors/fake-buildkite';

let buildkite: FakeBuildkite;
beforeEach(async () => { buildkite = await new FakeBuildkite().start(); });
afterEach(async () => buildkite.stop());

const SECRETS = '/v2/organizations/my-org/clusters/42f1a7da-812d-4430-93d8-1cc7c33a6bcf/secrets';
const target = (settings: object = {}, where: object = {}) => spec('buildkite-secret', {
  organization: 'my-org', clusterId: '42f1a7da-812d-4430-93d8-1cc7c33a6bcf', key: 'DOCKER_AUTH_CONFIG', ...where,
}, { token: { secretArn: 'token' }, ...settings });
const given = (token = buildkite.token) => ports(buildkite.http('https://api.buildkite.com'), { token });
const publish = (to = target(), sent = payload()) => buildkiteSecret.publish(to, sent, given());
const failure = (token?: string, sent = payload(), to = target()) => failureOf(buildkiteSecret, to, given(token), sent, [buildkite.token]);

test('a secret is made, with its policy if one is given', async () => {
  expect(await publish(target({ policy: '- pipeline_slug: app' }))).toEqual({});
  expect(buildkite.secrets).toMatchObject([{ key: 'DOCKER_AUTH_CONFIG', value: CONFIG_JSON, policy: '- pipeline_slug: app' }]);
  expect(buildkite.calls).toEqual([`GET ${SECRETS}?per_page=100&page=1`, `POST ${SECRETS}`, 'GET /v2/access-token']);
  buildkite.secrets.length = 0;
  await publish();
  expect(buildkite.requests[4].body).toEqual({ key: 'DOCKER_AUTH_CONFIG', value: CONFIG_JSON });
});

test('a secret that is there gets the value and nothing else, on whatever page it is', async () => {
  for (let index = 0; index < 200; index++) buildkite.add({ key: `OTHER_${index}`, value: 'other' });
  const mine = buildkite.add({ policy: '- build_branch: main', description: 'of its owner' });
  const before = structuredClone(buildkite.secrets);
  await publish(target({ policy: '- pipeline_slug: another' }));
  expect(buildkite.secrets).toEqual([...before.slice(0, -1), { ...before[200], value: CONFIG_JSON }]);
  expect(buildkite.calls.slice(2, 4)).toEqual([`GET ${SECRETS}?per_page=100&page=3`, `PUT ${SECRETS}/${mine.id}/value`]);
});

test('pages that are shorter than was asked for are all looked at', async () => {
  buildkite.longestPage = 30;
  for (let index = 0; index < 70; index++) buildkite.add({ key: `OTHER_${index}` });
  const mine = buildkite.add();
  await publish();
  expect([mine.value, buildkite.secrets.length]).toEqual([CONFIG_JSON, 71]);
});

test('the token goes to no other server, whatever the next page is said to be', async () => {
  buildkite.add();
  buildkite.faults.push({ status: 200, headers: { link: '<https://evil.example/?page=2>; rel="next"' }, body: [] });
  await failure();
  expect(buildkite.calls[1]).toBe(`GET ${SECRETS}?per_page=100&page=2`);
});

test.each<['done, but the answer is lost' | { status: number }]>([['done, but the answer is lost'], [{ status: 503 }]])('a secret that was made before the answer went wrong is not made twice: %j', async (fault) => {
  buildkite.add({ key: 'OTHER' });
  buildkite.faults.push(undefined, fault);
  await failure();
  await publish();
  await publish(target(), payload({ text: 'newer' }));
  expect(buildkite.secrets.map(({ key, value }) => [key, value])).toEqual([['OTHER', 'old'], ['DOCKER_AUTH_CONFIG', 'newer']]);
});

test('what Buildkite refuses is said with its status and reason', async () => {
  expect((await failure('wrong')).message).toMatch(/^Buildkite answered 401 when asked to list the secrets: .*: is the token valid\?$/);
  buildkite.scopes = ['read_secret_details'];
  expect((await failure()).message).toBe('Buildkite answered 403 when asked to make the secret: Forbidden - Your API token doesn\'t have the write_secrets scope: the token needs the scopes read_secret_details and write_secrets, and its owner has to maintain the cluster');
  buildkite.scopes.push('write_secrets');
  expect((await failure(undefined, payload(), target({ policy: 'app' }))).message).toBe('Buildkite answered 422 when asked to make the secret: Policy is invalid: a policy is a list of rules in YAML, and a key is there once');
  buildkite.add();
  buildkite.faults.push({ status: 200, body: [] });
  expect((await failure()).message).toBe('Buildkite answered 422 when asked to make the secret: Key has already been taken: a policy is a list of rules in YAML, and a key is there once');
  buildkite.faults.push({ status: 200, body: { message: 'none' } });
  expect((await failure()).message).toBe('Buildkite answered without a list when asked to list the secrets');
  buildkite.cluster = '/v2/organizations/other/clusters/other/secrets';
  expect((await failure()).message).toBe('Buildkite answered 404 when asked to list the secrets: No cluster found: are the organization and the cluster there, and may the token see them?');
});

test('a value is shorter than eight kilobytes', async () => {
  buildkite.add();
  await publish(target(), payload({ text: 'x'.repeat(8191) }));
  expect(buildkite.secrets[0].value).toHaveLength(8191);
  buildkite.requests.length = 0;
  expect((await failure(undefined, payload({ text: 'x'.repeat(8192) }))).message).toBe('a secret of Buildkite holds 8191 bytes, and the value has 8192: send fewer registries');
  expect(buildkite.requests).toEqual([]);
});

test('pages that go round in a circle are not asked for ever', async () => {
  const page = { status: 200, headers: { link: `<https://api.buildkite.com${SECRETS}?page=1>; rel="next"` }, body: [] };
  buildkite.faults.push(...Array.from({ length: 60 }, () => page));
  expect((await failure()).message).toBe('Buildkite named more than 50 pages of secrets');
  expect(buildkite.requests).toHaveLength(50);
});

test.each<[Record<string, string>, number]>([
  [{ 'RateLimit-Reset': '42', 'RateLimit-Remaining': '0' }, 42],
  [{ 'RateLimit-Reset': '12', 'RateLimit-Remaining': '80', 'RateLimit-User-Reset': '42', 'RateLimit-User-Remaining': '0' }, 42],
  [{ 'RateLimit-Reset': '0' }, 60],
])('a rate limit says in how many seconds to come again: %j', async (headers, seconds) => {
  buildkite.faults.push({ status: 429, headers, body: { message: 'You have exceeded your API rate limit.', scope: 'rest', limit: 200, current: 201, reset: seconds } });
  expect(await failure()).toMatchObject({ name: 'RateLimitedError', retryAt: NOW + seconds * 1000 });
});

test('all targets of a token make fewer than fifty requests in any minute', () => {
  const { key, perHour, burst } = buildkiteSecret.rateLimit!(target());
  expect(3 * (burst + perHour / 60)).toBeLessThan(50);
  expect(buildkiteSecret.rateLimit!(target({}, { key: 'OTHER' })).key).toBe(key);
  expect(buildkiteSecret.rateLimit!(target({ token: { secretArn: 'other' } })).key).not.toBe(key);
});

test('the token\'s expiry is told, and one that cannot be asked fails nothing', async () => {
  buildkite.expiresAt = '2026-07-23 06:07:42 UTC';
  expect(await publish()).toEqual({ tokenExpiresAt: Date.UTC(2026, 6, 23, 6, 7, 42) });
  for (const fault of ['connection reset' as const, { status: 429 }, { status: 200, body: 'null' }, { status: 200, body: '<html>' }]) {
    buildkite.faults.push(undefined, undefined, fault);
    expect(await publish()).toEqual({});
  }
});

test('whatever its names are, no other place is asked, and an error holds nothing that was sent', async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'binary-ascii' }), async (organization, clusterId) => {
    buildkite.requests.length = 0;
    await failure(undefined, payload(), target({}, { organization, clusterId }));
    for (const { path } of buildkite.requests) expect(path).toMatch(/^\/v2\/organizations\/[^/]+\/clusters\/[^/]+\/secrets$/);
  }), { numRuns: 50 });
});

test('a vendor that echoes what it was sent is not quoted', async () => {
  buildkite.add();
  await fc.assert(fc.asyncProperty(fc.string(), fc.constantFrom(CONFIG_JSON, PASSWORD, buildkite.token), fc.constantFrom('message', 'errors'), async (text, echo, field) => {
    buildkite.faults.push(undefined, { status: 422, body: { [field]: [{ code: `${text}${echo}${text}` }] } });
    expect((await failure()).message).toMatch(/^Buildkite answered 422 when asked to update the secret/);
  }), { numRuns: 30 });
});

test('a secret that is removed is emptied or deleted, and need not be there', async () => {
  buildkite.add({ policy: '- build_branch: main' });
  buildkite.add({ key: 'OTHER', value: 'other' });
  await buildkiteSecret.remove(target(), 'blank', given());
  expect(buildkite.secrets[0]).toMatchObject({ value: '{"auths":{}}', policy: '- build_branch: main' });
  for (const how of ['blank', 'delete'] as const) {
    // It goes between the two requests.
    buildkite.faults.push(undefined, { status: 404, body: {} });
    await buildkiteSecret.remove(target(), how, given());
  }
  await buildkiteSecret.remove(target(), 'delete', given());
  await buildkiteSecret.remove(target(), 'delete', given());
  await buildkiteSecret.remove(target(), 'blank', given());
  expect(buildkite.secrets.map(({ key }) => key)).toEqual(['OTHER']);
});
