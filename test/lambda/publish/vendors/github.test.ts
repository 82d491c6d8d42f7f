import fc from 'fast-check';
import sodium from 'libsodium-wrappers';
import { CONFIG_JSON, failureOf, HOST, HOUR, LOGIN, NOW, PASSWORD, payload, ports, spec } from './ports';
import { seal } from '../../../../lambda/publish/sealed-box';
import type { VendorPorts } from '../../../../lambda/publish/vendor';
import { githubPrivateRegistry } from '../../../../lambda/publish/vendors/github-private-registry';
import { githubSecret } from '../../../../lambda/publish/vendors/github-secret';
import { FakeGithub } from '../../../vendors/fake-github';

let github: FakeGithub;
let time: number;
beforeEach(async () => {
  time = NOW;
  github = await new FakeGithub().start();
  github.now = () => time;
});
afterEach(async () => github.stop());

const TOKEN = { auth: { token: { secretArn: 'token' } } };
// A Lambda keeps the tokens of Apps: each test has an owner of its own.
let apps = 0;
const app = (change: object = {}) => ({ auth: { clientId: github.clientId, privateKey: { secretArn: 'key' }, ...change } });
const given = (): VendorPorts => ports(github.http('https://api.github.com'), { token: github.token, key: github.privateKey }, { now: () => time });
const repository = (where: object = {}, settings: object = TOKEN) => spec('github-secret', { repository: 'my/app', secretName: 'DOCKER_AUTH_CONFIG', ...where }, settings);
const organization = (where: object = {}, settings: object = {}) => (
  spec('github-secret', { organization: 'my-org', secretName: 'DOCKER_AUTH_CONFIG', ...where }, { ...TOKEN, visibility: 'private', ...settings }));
const publish = (target = repository(), sent = payload()) => githubSecret.publish(target, sent, given());
const failure = (target = repository(), sent = payload()) => failureOf(githubSecret, target, given(), sent, [github.token, github.privateKey]);

describe('a sealed box', () => {
  test('is opened by libsodium, whatever is in it', async () => {
    await sodium.ready;
    const keys = sodium.crypto_box_keypair();
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const box = new Uint8Array(Buffer.from(seal(text, Buffer.from(keys.publicKey).toString('base64')), 'base64'));
      expect(Buffer.from(sodium.crypto_box_seal_open(box, keys.publicKey, keys.privateKey)).toString()).toBe(text);
      expect(box.length).toBe(Buffer.byteLength(text) + sodium.crypto_box_SEALBYTES);
    }));
  });

  test('is another one each time', () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    expect(seal('a', key)).not.toBe(seal('a', key));
  });
});

describe('a secret', () => {
  test.each([
    ['/repos/my/app/actions/secrets', {}],
    ['/repos/my/app/dependabot/secrets', { kind: 'dependabot' }],
    ['/repos/my/app/codespaces/secrets', { kind: 'codespaces' }],
    ['/repos/my/app/environments/prod%2Feu/secrets', { environment: 'prod/eu' }],
  ])('of %s is made and updated', async (place, where) => {
    const secrets = github.add(place);
    await publish(repository(where));
    expect(secrets.get('DOCKER_AUTH_CONFIG')).toEqual({ value: CONFIG_JSON });
    await publish(repository(where), payload({ text: 'new' }));
    expect(secrets.get('DOCKER_AUTH_CONFIG')).toEqual({ value: 'new' });
    expect(github.calls).toEqual([1, 2].flatMap(() => [`GET ${place}/public-key`, `PUT ${place}/DOCKER_AUTH_CONFIG`]));
  });

  test('of a server of one\'s own is asked there', async () => {
    github.prefix = '/api/v3';
    const secrets = github.add('/repos/my/app/actions/secrets');
    await publish(repository({ url: `${github.url}/api/v3/` }));
    expect(secrets.size).toBe(1);
  });

  test('is sealed again if the key was replaced meanwhile', async () => {
    const secrets = github.add('/repos/my/app/actions/secrets');
    const { http } = given();
    const replacing: VendorPorts['http'] = async (request) => {
      const answer = await http(request);
      if (request.method === 'GET' && github.requests.length === 1) github.replaceKey();
      return answer;
    };
    await githubSecret.publish(repository(), payload(), { ...given(), http: replacing });
    expect(secrets.get('DOCKER_AUTH_CONFIG')).toEqual({ value: CONFIG_JSON });
  });

  test('says when a personal token expires', async () => {
    github.add('/repos/my/app/actions/secrets');
    await expect(publish()).resolves.toEqual({});
    github.tokenExpiration = '2026-01-20 10:00:00 UTC';
    await expect(publish()).resolves.toEqual({ tokenExpiresAt: Date.parse('2026-01-20T10:00:00Z') });
  });
});

describe('an organization\'s secret', () => {
  const PLACE = '/orgs/my-org/actions/secrets';

  test('is made as its options say', async () => {
    const secrets = github.add(PLACE);
    await publish(organization());
    expect(secrets.get('DOCKER_AUTH_CONFIG')).toEqual({ value: CONFIG_JSON, visibility: 'private', repositories: [] });
    await publish(organization({ secretName: 'OTHER' }, { visibility: 'selected', selectedRepositoryIds: [1, 2] }));
    expect(secrets.get('OTHER')).toEqual({ value: CONFIG_JSON, visibility: 'selected', repositories: [1, 2] });
  });

  test('keeps who sees it, as its owner set it later, however many they are', async () => {
    const repositories = Array.from({ length: 250 }, (_, index) => index);
    const secrets = github.add(PLACE, { DOCKER_AUTH_CONFIG: { value: 'old', visibility: 'selected', repositories } });
    await publish(organization({}, { visibility: 'selected', selectedRepositoryIds: [1] }));
    expect(secrets.get('DOCKER_AUTH_CONFIG')).toEqual({ value: CONFIG_JSON, visibility: 'selected', repositories });
    secrets.set('DOCKER_AUTH_CONFIG', { value: 'old', visibility: 'all' });
    await publish(organization());
    expect(secrets.get('DOCKER_AUTH_CONFIG')).toMatchObject({ value: CONFIG_JSON, visibility: 'all' });
  });

  test.each(['dependabot', 'codespaces'])('of %s', async (kind) => {
    const secrets = github.add(`/orgs/my-org/${kind}/secrets`);
    await publish(organization({ kind }));
    expect(secrets.size).toBe(1);
  });
});

describe('an App', () => {
  const PLACE = () => `/repos/my${apps}/app/actions/secrets`;
  const mine = (settings: object = app()) => repository({ repository: `my${apps}/app` }, settings);
  beforeEach(() => {
    apps++;
    github.add(PLACE());
  });

  test('proves who it is, and writes with a token that may do nothing else', async () => {
    await publish(mine());
    expect(github.calls.slice(0, 2)).toEqual([`GET /repos/my${apps}/app/installation`, 'POST /app/installations/4711/access_tokens']);
    expect([...github.appTokens.values()]).toMatchObject([{ permissions: { secrets: 'write' } }]);
    expect(github.places.get(PLACE())!.size).toBe(1);
  });

  test('keeps its token while it is valid', async () => {
    await publish(mine());
    await publish(mine());
    expect(github.appTokens.size).toBe(1);
    time += HOUR - 9 * 60_000;
    await publish(mine());
    expect(github.appTokens.size).toBe(2);
  });

  test('whose installation is known is not looked up', async () => {
    await publish(mine(app({ installationId: '4711' })));
    expect(github.calls[0]).toBe('POST /app/installations/4711/access_tokens');
  });

  test.each([
    ['/orgs/ORG/actions/secrets', {}, { organization_secrets: 'write' }],
    ['/orgs/ORG/dependabot/secrets', { kind: 'dependabot' }, { organization_dependabot_secrets: 'write' }],
  ])('of an organization: %s', async (place, where, permissions) => {
    const name = `org${apps}`;
    github.add(place.replace('ORG', name));
    await publish(organization({ organization: name, ...where }, { ...app() }));
    expect(github.calls[0]).toBe(`GET /orgs/${name}/installation`);
    expect([...github.appTokens.values()]).toMatchObject([{ permissions }]);
  });

  test('narrows its token for an environment', async () => {
    github.add(`/repos/my${apps}/app/environments/prod/secrets`);
    await publish(repository({ repository: `my${apps}/app`, environment: 'prod' }, app()));
    expect([...github.appTokens.values()]).toMatchObject([{ permissions: { secrets: 'write', environments: 'write' } }]);
  });

  test('that was not given the permission says which', async () => {
    github.granted = {};
    expect((await failure(mine())).message).toBe('GitHub answered 422 when asked to give the App a token: The permissions requested are not granted to this installation.');
  });

  test('with another\'s key is refused', async () => {
    expect((await failure(mine(app({ clientId: 'other' })))).message)
      .toBe('GitHub answered 401 when asked to find the App\'s installation: A JSON web token could not be decoded: is the token valid, or the App\'s private key?');
  });

  test('whose secret holds no key says so, without a word of it', async () => {
    const wrong = ports(github.http('https://api.github.com'), { key: 'not a key at all' });
    expect((await failureOf(githubSecret, mine(), wrong, payload(), ['not a key at all'])).message).toBe('key holds no private key in PEM: put the file there that GitHub gave you');
  });
});

describe('what GitHub refuses is said with its status and reason', () => {
  beforeEach(() => { github.add('/repos/my/app/actions/secrets'); });

  test.each<[string, () => void, string]>([
    ['no such repository', () => github.places.clear(), 'GitHub answered 404 when asked to read the public key: Not Found: is it there, and may the token write there? GitHub also answers so where it may not, or the App is not installed'],
    ['a repository that was renamed', () => github.faults.push({ status: 301, headers: { location: 'https://api.github.com/repositories/1' } }), 'GitHub answered 301 when asked to read the public key: a redirect to api.github.com, which is not followed; was it renamed or moved, or is the URL wrong?'],
    ['a permission', () => github.faults.push({ status: 403, headers: { 'x-accepted-github-permissions': 'secrets=write' }, body: { message: 'Resource not accessible by personal access token' } }), 'GitHub answered 403 when asked to read the public key: Resource not accessible by personal access token: the token or the App needs the permission secrets=write'],
    ['a right', () => github.faults.push({ status: 403, body: {} }), 'GitHub answered 403 when asked to read the public key: the token or the App needs the right to write there'],
    ['a key that is none', () => github.faults.push({ status: 200, body: { key: 'short', key_id: '1' } }), 'GitHub\'s public key is none'],
    ['a value twice', () => github.faults.push(undefined, { status: 422, body: {} }, undefined, { status: 422, body: { message: 'Validation Failed' } }), 'GitHub answered 422 when asked to write the secret: Validation Failed'],
  ])('%s', async (_what, arrange, message) => {
    arrange();
    expect((await failure()).message).toBe(message);
  });

  test('a wrong token', async () => {
    const wrong = ports(github.http('https://api.github.com'), { token: 'wrong' });
    expect((await failureOf(githubSecret, repository(), wrong)).message).toBe('GitHub answered 401 when asked to read the public key: Bad credentials: is the token valid, or the App\'s private key?');
  });

  test.each<[object, number]>([
    [{ status: 403, headers: { 'retry-after': '90' }, body: { message: 'You have exceeded a secondary rate limit' } }, 90],
    [{ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 600) } }, 600],
    [{ status: 429, headers: { 'retry-after': '20' } }, 20],
  ])('a rate limit: %j', async (fault, seconds) => {
    github.faults.push(fault as never);
    expect(await failure()).toMatchObject({ name: 'RateLimitedError', retryAt: NOW + seconds * 1000 });
  });

  test('a value that is too large', async () => {
    expect((await failure(repository(), payload({ text: 'é'.repeat(24_577) }))).message).toBe('a secret of GitHub holds 49152 bytes, and the value has 49154: send fewer registries');
    await publish(repository(), payload({ text: 'é'.repeat(24_576) }));
  });

  test('an answer that is lost costs nothing but another try', async () => {
    github.faults.push(undefined, 'done, but the answer is lost');
    expect((await failure()).name).toBe('UnreachableError');
    await publish();
  });
});

test('writes of a token or an App share its limit, which is below GitHub\'s in each minute and each hour', () => {
  for (const target of [repository(), repository({}, app())]) {
    const { key, perHour, burst, spacingMs } = githubSecret.rateLimit!(target);
    expect(['token', 'key']).toContain(key);
    expect(perHour + burst).toBeLessThanOrEqual(500);
    expect(Math.min(burst, 60_000 / spacingMs) + perHour / 60).toBeLessThanOrEqual(80);
  }
});

describe('a secret that is removed', () => {
  test('is deleted, and need not be there', async () => {
    const secrets = github.add('/repos/my/app/actions/secrets', { DOCKER_AUTH_CONFIG: { value: 'old' }, OTHER: { value: 'other' } });
    await githubSecret.remove(repository(), 'delete', given());
    await githubSecret.remove(repository(), 'delete', given());
    expect([...secrets.keys()]).toEqual(['OTHER']);
  });

  test('is emptied, for those who see it', async () => {
    const secrets = github.add('/orgs/my-org/actions/secrets', { DOCKER_AUTH_CONFIG: { value: 'old', visibility: 'selected', repositories: [7] } });
    await githubSecret.remove(organization(), 'blank', given());
    expect(secrets.get('DOCKER_AUTH_CONFIG')).toEqual({ value: '{"auths":{}}', visibility: 'selected', repositories: [7] });
    secrets.clear();
    await githubSecret.remove(organization(), 'blank', given());
    expect(secrets.size).toBe(0);
  });
});

describe('a private registry', () => {
  const target = (settings: object = {}) => spec('github-private-registry', { organization: 'my-org', host: HOST }, { ...TOKEN, visibility: 'private', ...settings }, { form: 'login' });
  beforeEach(() => { github.add('/orgs/my-org/private-registries'); });

  test('is made, and then updated', async () => {
    await githubPrivateRegistry.publish(target(), LOGIN, given());
    const made = { name: 'DOCKER_REGISTRY_0', registry_type: 'docker_registry', url: `https://${HOST}`, username: 'AWS', visibility: 'private', password: PASSWORD };
    expect(github.registries).toEqual([made]);
    await githubPrivateRegistry.publish(target(), payload({ login: { ...LOGIN.login!, password: 'new' } }), given());
    expect(github.registries).toEqual([{ ...made, password: 'new' }]);
  });

  test('for some repositories', async () => {
    await githubPrivateRegistry.publish(target({ visibility: 'selected', selectedRepositoryIds: [1] }), LOGIN, given());
    expect(github.requests.at(-1)!.body).toMatchObject({ visibility: 'selected', selected_repository_ids: [1] });
  });

  test('is found among many, and keeps who uses it', async () => {
    const other = { name: '', registry_type: 'npm_registry', url: 'https://npm.example', username: 'me', password: 'other', visibility: 'all' };
    github.registries.push(...Array.from({ length: 120 }, (_, index) => ({ ...other, name: `OTHER_${index}` })));
    github.registries.push({ ...other, name: 'MINE', registry_type: 'docker_registry', url: `https://${HOST}/`, visibility: 'all' });
    await githubPrivateRegistry.publish(target(), LOGIN, given());
    expect(github.registries).toHaveLength(121);
    expect(github.registries.at(-1)).toMatchObject({ name: 'MINE', username: 'AWS', password: PASSWORD, visibility: 'all' });
  });

  test('is emptied or deleted, and need not be there', async () => {
    await githubPrivateRegistry.remove(target(), 'delete', given());
    await githubPrivateRegistry.publish(target(), LOGIN, given());
    await githubPrivateRegistry.remove(target(), 'blank', given());
    expect(github.registries).toMatchObject([{ password: '-' }]);
    await githubPrivateRegistry.remove(target(), 'delete', given());
    expect(github.registries).toEqual([]);
  });
});
