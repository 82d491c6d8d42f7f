import fc from 'fast-check';
import { CONFIG_JSON, failureOf, HOST, HOUR, LOGIN, NOW, PASSWORD, payload, ports, spec } from './ports';
import { RateLimitedError } from '../../../../lambda/publish/errors';
import type { HttpRequest } from '../../../../lambda/publish/http';
import type { Payload, VendorPorts } from '../../../../lambda/publish/vendor';
import { http } from '../../../../lambda/publish/vendors/http';
import { ConfigurationError } from '../../../../lambda/shared/errors';
import type { HttpTargetSettings } from '../../../../src/private/http-template-contract';
import { FakeWoodpecker } from '../../../vendors/fake-woodpecker';

const URL_OF_CI = 'https://ci.example.com/api/repos/42/registries/{{host}}';
const SECRETS = { token: { secretArn: 'token' } };
const UPDATE: HttpTargetSettings = {
  headers: { Authorization: 'Bearer {{secret:token}}' },
  body: { json: { username: '{{username}}', password: '{{password}}' } },
  secrets: SECRETS,
};
const target = (settings: Partial<HttpTargetSettings> = {}, where: object = {}, change: object = {}) => (
  spec('http', { method: 'PATCH', url: URL_OF_CI, ...where }, { ...UPDATE, ...settings }, { form: 'login', ...change }));

describe('at Woodpecker', () => {
  let woodpecker: FakeWoodpecker;
  beforeEach(async () => {
    woodpecker = await new FakeWoodpecker().start();
    woodpecker.registries.set('42', [{ address: HOST, username: 'x', password: 'old' }, { address: 'ghcr.io', username: 'me', password: 'mine' }]);
  });
  afterEach(async () => woodpecker.stop());
  const given = (): VendorPorts => ports(woodpecker.http('https://ci.example.com'), { token: woodpecker.token });
  const failure = (changed = target()) => failureOf(http, changed, given(), LOGIN, [woodpecker.token]);

  test('a registry gets user and password, and no other', async () => {
    expect(await http.publish(target(), LOGIN, given())).toEqual({});
    expect(woodpecker.registries.get('42')).toEqual([{ address: HOST, username: 'AWS', password: PASSWORD }, { address: 'ghcr.io', username: 'me', password: 'mine' }]);
    expect(woodpecker.calls).toEqual([`PATCH /api/repos/42/registries/${HOST}`]);
    expect(woodpecker.requests[0].headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'cdk-ecr-ci' });
  });

  test('an answer that is lost costs nothing but another try', async () => {
    woodpecker.faults.push('done, but the answer is lost');
    expect((await failure()).name).toBe('UnreachableError');
    await http.publish(target(), LOGIN, given());
    expect(woodpecker.registries.get('42')![0].password).toBe(PASSWORD);
  });

  test('a registry is deleted when its target is removed, and one that is not there is as good', async () => {
    const removing = target({ remove: { method: 'DELETE', url: URL_OF_CI, headers: UPDATE.headers } }, {}, { hosts: [HOST] });
    await http.remove(removing, 'delete', given());
    expect(woodpecker.registries.get('42')).toEqual([{ address: 'ghcr.io', username: 'me', password: 'mine' }]);
    await http.remove(removing, 'delete', given());
    expect(woodpecker.calls).toEqual([`DELETE /api/repos/42/registries/${HOST}`, `DELETE /api/repos/42/registries/${HOST}`]);
  });

  test('a removal that is refused says so, and one may say what it takes for done', async () => {
    const remove = { method: 'DELETE', url: URL_OF_CI, headers: {} };
    await expect(http.remove(target({ remove }, {}, { hosts: [HOST] }), 'delete', given())).rejects.toThrow(
      /^ci\.example\.com answered 401 when asked to remove the value: are the headers right, and the secrets that they are filled in with\?$/,
    );
    await http.remove(target({ remove: { ...remove, statuses: [401] } }, {}, { hosts: [HOST] }), 'delete', given());
    await expect(http.remove(target({ remove: { ...remove, headers: UPDATE.headers, statuses: [204] } }, {}, { hosts: ['quay.io'] }), 'delete', given()))
      .rejects.toThrow('ci.example.com answered 404 when asked to remove the value: is the URL right, and is there what it names?');
  });

  test.each<[string, () => void, string]>([
    ['a registry that is not there', () => woodpecker.registries.set('42', []), 'ci.example.com answered 404 when asked to take the value: is the URL right, and is there what it names?'],
    ['a right that is missing', () => woodpecker.faults.push({ status: 403, body: { error: 'no' } }), 'ci.example.com answered 403 when asked to take the value: no: are the headers right, and the secrets that they are filled in with?'],
    ['a value that is too large', () => woodpecker.faults.push({ status: 413 }), 'ci.example.com answered 413 when asked to take the value: send fewer registries'],
    ['an answer that echoes the password', () => woodpecker.faults.push({ status: 422, body: { message: `not so: ${PASSWORD}` } }), 'ci.example.com answered 422 when asked to take the value: not so: …'],
    ['an error in plain text', () => woodpecker.faults.push({ status: 500, body: `Error updating registry ${PASSWORD}` }), 'ci.example.com answered 500 when asked to take the value'],
    ['a page', () => woodpecker.faults.push({ status: 502, headers: { 'content-type': 'text/html' }, body: 'bad gateway' }), 'ci.example.com answered 502 when asked to take the value and a web page instead of JSON: is the URL right, and the token valid?'],
    ['a redirect', () => woodpecker.faults.push({ status: 307, headers: { location: 'https://evil.example.com/x' } }), 'ci.example.com answered 307 when asked to take the value: a redirect to evil.example.com, which is not followed; was it renamed or moved, or is the URL wrong?'],
  ])('%s', async (_what, arrange, message) => {
    arrange();
    expect((await failure()).message).toBe(message);
    expect(woodpecker.requests).toHaveLength(1);
  });

  test('a rate limit', async () => {
    woodpecker.faults.push({ status: 429, headers: { 'retry-after': '60' } });
    const error = await failure();
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({ retryAt: NOW + 60_000, message: 'ci.example.com answered 429 when asked to take the value: its rate limit is used up for 60 seconds' });
  });
});

describe('a request', () => {
  let asked: HttpRequest[];
  let status: number;
  beforeEach(() => {
    asked = [];
    status = 200;
  });
  const given = (secrets: Record<string, string> = { token: 'a-token' }): VendorPorts => ports(async (request) => {
    asked.push(request);
    return { status, headers: {}, text: '' };
  }, secrets);
  const sent = async (settings: Partial<HttpTargetSettings>, what: Payload = payload(), secrets?: Record<string, string>): Promise<HttpRequest> => {
    await http.publish(target(settings, { url: 'https://ci.example.com/v1', method: 'PUT' }), what, given(secrets));
    return asked[0];
  };

  test('is filled in with all there is', async () => {
    const all = { all: '{{value}} {{username}} {{password}} {{host}} {{expiresAt}} {{secret:token}}', kept: [1, true, null, { x: '{{host}}{{host}}' }] };
    const { body, method, url, headers } = await sent({ headers: {}, body: { json: all } }, LOGIN);
    expect(JSON.parse(body as string)).toEqual({
      all: `${PASSWORD} AWS ${PASSWORD} ${HOST} 2026-01-01T12:00:00.000Z a-token`, kept: [1, true, null, { x: HOST + HOST }],
    });
    expect({ method, url, headers }).toEqual({ method: 'PUT', url: 'https://ci.example.com/v1', headers: { 'content-type': 'application/json' } });
  });

  test('tells of credentials that never expire an end far away', async () => {
    const { body } = await sent({ body: { json: '{{expiresAt}}' } }, payload({ expiresAt: Infinity }));
    expect(body).toBe('"9999-12-31T23:59:59.999Z"');
  });

  test('has JSON that is right whatever is filled in, and fills nothing in twice', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), async (value, token) => {
      asked = [];
      const { body } = await sent({ headers: {}, body: { json: { 'a"b': ['x{{value}}', '{{secret:token}}'] } } }, payload({ text: value }), { token });
      expect(JSON.parse(body as string)).toEqual({ 'a"b': [`x${value}`, token] });
    }), { examples: [['{{secret:token}}', 'a'], ['$&$1$$', '"}'], [CONFIG_JSON, '\\']] });
  });

  test('has a form whose fields are encoded', async () => {
    const { body, headers } = await sent({ headers: {}, body: { form: { 'key x': '{{value}}&', 'token': '{{secret:token}}' } } });
    expect([...new URLSearchParams(body as string)]).toEqual([['key x', `${CONFIG_JSON}&`], ['token', 'a-token']]);
    expect(headers).toEqual({ 'content-type': 'application/x-www-form-urlencoded' });
  });

  test('has a text as it is', async () => {
    const { body, headers } = await sent({ headers: {}, body: { text: '{{value}}\n', contentType: 'text/plain; charset=utf-8' } });
    expect({ body, headers }).toEqual({ body: `${CONFIG_JSON}\n`, headers: { 'content-type': 'text/plain; charset=utf-8' } });
  });

  test('has no body if none is said, and its own content type if one is', async () => {
    const { body, headers } = await sent({ headers: { 'X-Value': '{{value}}' }, body: undefined });
    expect(body).toBeUndefined();
    expect(headers).toEqual({ 'x-value': CONFIG_JSON });
    asked = [];
    expect((await sent({ headers: { 'Content-Type': 'application/merge-patch+json' } }, LOGIN)).headers).toEqual({ 'content-type': 'application/merge-patch+json' });
  });

  test('has the host in its URL encoded', async () => {
    await http.publish(target({}, {}), { ...LOGIN, hosts: ['localhost:5000'] }, given());
    expect(asked[0].url).toBe('https://ci.example.com/api/repos/42/registries/localhost%3A5000');
  });

  test('trusts the authority that it is given', async () => {
    expect((await sent({ certificateAuthority: 'PEM' }, LOGIN)).certificateAuthority).toBe('PEM');
  });

  test('reads no secret that it does not name', async () => {
    const two = { ...SECRETS, removing: { secretArn: 'not to be read' } };
    const port = given();
    const read: string[] = [];
    const noting: VendorPorts = { ...port, secret: async (ref) => { read.push(ref.secretArn); return port.secret(ref); } };
    await http.publish(target({ secrets: two }), LOGIN, noting);
    expect(read).toEqual(['token']);
  });

  test.each(['a\nb', 'a\rb', 'a\u0000b', 'ü€'])('has no header that another could hide in: %j', async (token) => {
    const error = await failureOf(http, target(), given({ token }), LOGIN, [token]);
    expect(error.message).toBe('the header \'Authorization\' would get a line break or another character that no header takes: look at what it is filled in with');
    expect(asked).toEqual([]);
  });

  test.each([200, 201, 204, 299])('is done with status %i', async (done) => {
    status = done;
    await sent({}, LOGIN);
  });

  test.each([100, 300, 304, 400, 409, 500])('is refused with status %i', async (refused) => {
    status = refused;
    await expect(sent({}, LOGIN)).rejects.toThrow(`ci.example.com answered ${refused}`);
  });

  test('may say which statuses mean success', async () => {
    status = 409;
    await sent({ statuses: [200, 409] }, LOGIN);
    status = 201;
    await expect(sent({ statuses: [200, 409] }, LOGIN)).rejects.toThrow('ci.example.com answered 201 when asked to take the value');
  });

  test.each(['{{username}}', '{{nothing}}', '{{secret:other}}', '{{secret:}}', '{{toString}}'])('that asks for what is not there is none: %s', async (text) => {
    const error = await failureOf(http, target({ headers: {}, body: { json: text } }), given());
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toBe(`the request asks for ${text}, which is not there`);
    expect(asked).toEqual([]);
  });
});

test('a value is never in a URL', async () => {
  const urls: string[] = [];
  const given = ports(async ({ url }) => { urls.push(url); return { status: 200, headers: {}, text: '' }; }, { token: 'a-token' });
  await http.publish(target(), LOGIN, given);
  expect(urls).toEqual([`https://ci.example.com/api/repos/42/registries/${HOST}`]);
  expect(LOGIN.expiresAt).toBe(NOW + 12 * HOUR);
});
