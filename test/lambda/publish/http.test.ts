import { createServer as createPlainServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttps, https } from '../../../lambda/publish/http';
import { FakeVendor, type FakeAnswer, type FakeRequest } from '../../vendors/fake-vendor';

class Echo extends FakeVendor {
  public answerWith: FakeAnswer = { status: 200, body: { ok: true } };

  protected serve(_request: FakeRequest): FakeAnswer {
    return this.answerWith;
  }
}

let server: Echo;
beforeEach(async () => { server = await new Echo().start(); });
afterEach(async () => server.stop());

const ask = (change: object = {}) => https({ method: 'POST', url: `${server.url}/path?a=b`, certificateAuthority: server.certificateAuthority, ...change });

test('sends JSON, and gives the answer as it came', async () => {
  server.answerWith = { status: 201, body: { ok: true }, headers: { 'x-one': '1', 'set-cookie': 'a' } };
  const answer = await ask({ body: { value: 'ä' }, headers: { authorization: 'Bearer token' } });
  expect(answer).toMatchObject({ status: 201, text: '{"ok":true}', headers: { 'content-type': 'application/json', 'x-one': '1', 'set-cookie': 'a' } });
  expect(server.requests).toMatchObject([{
    method: 'POST',
    path: '/path',
    body: { value: 'ä' },
    headers: { 'authorization': 'Bearer token', 'content-type': 'application/json', 'content-length': '14', 'accept': 'application/json', 'user-agent': 'cdk-ecr-ci' },
  }]);
});

test('sends a text as it is, with the type that it is given', async () => {
  await ask({ body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  expect(server.requests).toMatchObject([{ text: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '3' } }]);
});

test('sends nothing without a body', async () => {
  await ask({ method: 'GET' });
  expect(server.requests[0].text).toBe('');
  expect(server.requests[0].headers).not.toHaveProperty('content-type');
});

test('does not follow a redirect', async () => {
  server.answerWith = { status: 302, headers: { location: `${server.url}/elsewhere` } };
  expect((await ask()).status).toBe(302);
  expect(server.requests).toHaveLength(1);
});

const host = () => new URL(server.url).host;

test.each<[string, () => object, string]>([
  ['whose certificate nobody vouches for', () => ({ certificateAuthority: undefined }), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['that ends the connection', () => { server.faults.push('connection reset'); return {}; }, 'ECONNRESET'],
  ['that is not there', () => ({ url: 'https://127.0.0.1:1/' }), 'ECONNREFUSED'],
])('a server %s gave no answer', async (_what, change, reason) => {
  const request = change();
  const name = 'url' in request ? '127.0.0.1:1' : host();
  await expect(ask(request)).rejects.toMatchObject({ name: 'UnreachableError', message: `${name} gave no answer: ${reason}` });
});

test('a name that the certificate does not have is refused', async () => {
  const error = await ask({ url: server.url.replace('127.0.0.1', '127.0.0.2') }).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: 'UnreachableError' });
  expect(server.requests).toEqual([]);
});

test('a server that does not answer in time is given up', async () => {
  server.faults.push('no answer');
  await expect(createHttps(50)({ method: 'GET', url: server.url, certificateAuthority: server.certificateAuthority }))
    .rejects.toThrow(`${host()} gave no answer: none within 0.05 seconds`);
});

test('an answer that is too long is not read to its end', async () => {
  server.answerWith = { status: 200, body: 'x'.repeat(5 * 1024 * 1024) };
  await expect(ask()).rejects.toThrow(`${host()} gave no answer: its answer is too long`);
});

test('nothing is sent without TLS', async () => {
  let asked = 0;
  const plain = createPlainServer(() => { asked++; }).listen(0, '127.0.0.1');
  await new Promise((resolve) => plain.once('listening', resolve));
  const { port } = plain.address() as AddressInfo;
  await expect(https({ method: 'POST', url: `http://127.0.0.1:${port}/`, body: 'secret' })).rejects.toThrow(`127.0.0.1:${port} is not asked without TLS`);
  plain.close();
  expect(asked).toBe(0);
});

test('a header that would be two is refused, and not shown', async () => {
  const error = await ask({ headers: { authorization: 'token\r\nx-other: 1' } }).catch((thrown) => thrown);
  expect(error.message).toBe(`${host()} gave no answer: ERR_INVALID_CHAR`);
});

test('an address of IPv6 is understood', async () => {
  await expect(https({ method: 'GET', url: 'https://[::1]:1/' })).rejects.toThrow(/^\[::1\]:1 gave no answer: (ECONNREFUSED|EADDRNOTAVAIL|EAFNOSUPPORT)$/);
});
