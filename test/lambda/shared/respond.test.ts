import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { respond } from '../../../lambda/shared/respond';

/** A server that answers with each status in turn, the last one for ever, and keeps what it was sent. */
async function withServer(statuses: number[], work: (url: string, requests: { method?: string; type?: string; body: string }[]) => Promise<void>) {
  const requests: { method?: string; type?: string; body: string }[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => {
      requests.push({ method: request.method, type: request.headers['content-type'], body });
      response.statusCode = statuses[Math.min(requests.length, statuses.length) - 1];
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=x`, requests);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('puts the answer with the empty content type that the URL is signed for', async () => {
  await withServer([200], async (url, requests) => {
    await respond(url, '{"Status":"SUCCESS"}');
    expect(requests).toEqual([{ method: 'PUT', type: '', body: '{"Status":"SUCCESS"}' }]);
  });
});

test('tries again when it is refused', async () => {
  await withServer([503, 500, 200], async (url, requests) => {
    await respond(url, '{}', [1, 1, 1]);
    expect(requests).toHaveLength(3);
  });
});

test('fails after four attempts', async () => {
  await withServer([403], async (url, requests) => {
    await expect(respond(url, '{}', [1, 1, 1])).rejects.toThrow('CloudFormation\'s answer was refused with status 403');
    expect(requests).toHaveLength(4);
  });
});
