import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseImage } from '../../../cli/aws/image';
import { tryPull, tryPush } from '../../../cli/aws/registry';
import { authOf, HOST } from '../fixtures';

/** Where requests go that are meant for port 443 of a host. */
let port: number;
jest.mock('node:https', () => ({
  ...jest.requireActual('node:https'),
  request: (options: http.RequestOptions, done: any) => {
    asked.push(options);
    requests.unshift(http.request({ ...options, host: '127.0.0.1', port, agent: undefined }, done));
    return requests[0];
  },
}));

const asked: http.RequestOptions[] = [];
const requests: http.ClientRequest[] = [];
const image = parseImage(`${HOST}/myuser/myapp:v1`);
let server: http.Server;
let respond: (request: http.IncomingMessage, response: http.ServerResponse) => void;
beforeEach(async () => {
  asked.length = 0;
  server = http.createServer((request, response) => respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const answers = (status: number, body: string): void => { respond = (_, response) => void response.writeHead(status).end(body); };

test('asks for a manifest, and begins an upload', async () => {
  const seen: unknown[] = [];
  respond = ({ method, url, headers }, response) => {
    seen.push([method, url, headers.authorization, headers.host?.split(':')[0]]);
    response.writeHead(202).end();
  };
  expect(await tryPull(image, authOf('p'), {})).toEqual({ status: 202, code: '', message: '' });
  await tryPush(image, authOf('p'), {});
  expect(seen).toEqual([
    ['GET', '/v2/myuser/myapp/manifests/v1', `Basic ${authOf('p')}`, '127.0.0.1'],
    ['POST', '/v2/myuser/myapp/blobs/uploads/', `Basic ${authOf('p')}`, '127.0.0.1'],
  ]);
  expect(asked.map(({ host, agent }) => [host, agent])).toEqual([[HOST, undefined], [HOST, undefined]]);
  expect(String((asked[0].headers as any).accept)).toContain('application/vnd.oci.image.index.v1+json');
});

test('goes through the proxy of the environment', async () => {
  answers(200, '');
  await tryPull(image, authOf('p'), { HTTPS_PROXY: 'http://127.0.0.1:1' });
  expect(asked[0].agent).toBeDefined();
});

test('reads the registry\'s error, in one line', async () => {
  answers(403, JSON.stringify({ errors: [{ code: 'DENIED', message: 'no\nreally' }] }));
  expect(await tryPull(image, authOf('p'), {})).toEqual({ status: 403, code: 'DENIED', message: 'no' });
  for (const body of ['', 'Not Authorized', '[]', '{"errors":[]}', 'x'.repeat(200_000)]) {
    answers(401, body);
    expect(await tryPull(image, authOf('p'), {})).toEqual({ status: 401, code: '', message: '' });
  }
});

test('says that it cannot be reached, and not with what', async () => {
  respond = (_, response) => void response.destroy();
  await expect(tryPull(image, authOf('p'), {})).rejects.toThrow(`the registry ${HOST} cannot be reached, check the network, the region and the proxy (socket hang up)`);
  respond = (_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('x');
    setImmediate(() => response.destroy());
  };
  await expect(tryPull(image, authOf('p'), {})).rejects.toThrow(/cannot be reached.*aborted/);
});

test('does not wait for ever', async () => {
  respond = () => requests[0].emit('timeout');
  await expect(tryPull(image, authOf('p'), {})).rejects.toThrow('no answer within 15 seconds');
  expect(asked[0].timeout).toBe(15_000);
});
