import { CONFIG_JSON, failureOf, HOST, LOGIN, NOW, PASSWORD, payload, ports, spec } from './ports';
import { http } from '../../../../lambda/publish/vendors/http';
import { FakeVendor, onlyKeys, type FakeAnswer, type FakeRequest } from '../../../vendors/fake-vendor';

/** A registry's credentials at Woodpecker: they are updated by PATCH. */
class FakeWoodpecker extends FakeVendor {
  public readonly token = 'woodpecker-token-made-up';
  public registry?: { address: string; username: string; password: string };

  protected serve({ method, path, headers, body }: FakeRequest): FakeAnswer {
    if (headers.authorization !== `Bearer ${this.token}`) return { status: 401, body: 'User not authorized' };
    if (path !== `/api/repos/1/registries/${HOST}`) return { status: 404, body: 'not found' };
    if (method === 'DELETE') {
      this.registry = undefined;
      return { status: 204 };
    }
    if (method !== 'PATCH') return { status: 405 };
    onlyKeys(body, ['address', 'username', 'password'], [], { status: 400, body: 'bad request' });
    this.registry = body;
    return { status: 200, body: { address: body.address } };
  }
}

let server: FakeWoodpecker;
beforeEach(async () => { server = await new FakeWoodpecker().start(); });
afterEach(async () => server.stop());

const URL = `https://ci.example.com/api/repos/1/registries/${HOST}`;
const REQUEST = {
  method: 'PATCH',
  url: URL,
  headers: { Authorization: 'Bearer {{secret:token}}' },
  body: { address: '{{host}}', username: '{{username}}', password: '{{password}}' },
};
const target = (settings: object = {}) => spec('http', { method: 'PATCH', url: URL }, { request: REQUEST, secrets: { token: { secretArn: 'token' } }, ...settings });
const given = (token = server.token) => ports(server.http('https://ci.example.com'), { token });

test('one request has what is filled into it', async () => {
  await http.publish(target(), LOGIN, given());
  expect(server.registry).toEqual({ address: HOST, username: 'AWS', password: PASSWORD });
});

test('a body of any shape is filled, and quoted as JSON needs it', async () => {
  const body = { value: '{{value}}', at: '{{expiresAt}}', list: ['{{host}} and {{host}}', 1, null, true, { deep: '{{ unknown }}' }] };
  await http.publish(target({ request: { ...REQUEST, body } }), payload(), given()).catch(() => undefined);
  expect(server.requests[0].body).toEqual({
    value: CONFIG_JSON, at: '2026-01-01T12:00:00.000Z', list: [`${HOST} and ${HOST}`, 1, null, true, { deep: '' }],
  });
});

test('what was filled in is not looked at again', async () => {
  const sent = payload({ login: { ...LOGIN.login!, password: '{{secret:token}}' } });
  await http.publish(target(), sent, given());
  expect(server.registry!.password).toBe('{{secret:token}}');
});

test('credentials that never expire have no time', async () => {
  await http.publish(target({ request: { ...REQUEST, body: '{{expiresAt}}|' } }), payload({ expiresAt: Infinity }), given()).catch(() => undefined);
  expect(server.requests[0].text).toBe('|');
});

test('the statuses that mean success can be others', async () => {
  server.faults.push({ status: 409, body: {} }, { status: 200, body: {} });
  await http.publish(target({ statuses: [409] }), LOGIN, given());
  await expect(http.publish(target({ statuses: [201] }), LOGIN, given())).rejects.toThrow('ci.example.com answered 200 when asked to take the value');
});

test('what a server refuses is said with its status', async () => {
  const failure = async (token?: string) => (await failureOf(http, target(), given(token), LOGIN, [server.token])).message;
  expect(await failure('wrong')).toBe('ci.example.com answered 401 when asked to take the value: is the token valid?');
  server.faults.push({ status: 302, headers: { location: 'https://login.example.com/' } });
  expect(await failure()).toBe('ci.example.com answered 302 when asked to take the value: a redirect to login.example.com, which is not followed; was it renamed or moved, or is the URL wrong?');
  server.faults.push({ status: 500, body: { message: `cannot store ${PASSWORD}` } });
  expect(await failure()).toBe('ci.example.com answered 500 when asked to take the value: cannot store …');
  server.faults.push({ status: 429, headers: { 'retry-after': '5' } });
  expect(await failureOf(http, target(), given(), LOGIN)).toMatchObject({ name: 'RateLimitedError', retryAt: NOW + 5_000 });
});

test('a line break does not begin another header', async () => {
  expect((await failureOf(http, target(), given('token\nx: y'), LOGIN)).message).toBe('what is filled into a header has a line break: put it into the body');
  expect(server.requests).toEqual([]);
});

test('a request needs neither headers nor a body', async () => {
  await expect(http.publish(target({ request: { method: 'PUT', url: URL } }), LOGIN, given())).rejects.toThrow('answered 401');
  expect(server.requests).toMatchObject([{ method: 'PUT', text: '' }]);
});

test('the other request is sent when the target is removed', async () => {
  await http.publish(target(), LOGIN, given());
  await http.remove(target({ removeRequest: { method: 'DELETE', url: URL, headers: REQUEST.headers } }), 'delete', given());
  expect(server.registry).toBeUndefined();
});
