import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultProxy, faults, type Fault, type Rule } from '../../local-aws/fault-proxy';

/** What the service behind the proxy was asked for: `HOST METHOD BODY`. */
let served: string[];
let service: Server;
let proxy: FaultProxy;

beforeEach(async () => {
  served = [];
  service = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
      served.push(`${incoming.headers.host} ${incoming.method} ${Buffer.concat(chunks).toString()}`);
      response.writeHead(200, { 'content-type': 'application/json', 'x-real': 'yes' }).end('{"real":"answer"}');
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  proxy = await FaultProxy.start(`http://127.0.0.1:${(service.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await proxy.stop();
  await new Promise((resolve) => service.close(resolve));
});

const ECR = { 'x-amz-target': 'Some.GetAuthorizationToken', 'authorization': 'AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/ecr/aws4_request, Signature=x' };
const STS = { authorization: 'AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/sts/aws4_request, Signature=x' };

/** Calls through the proxy; `timeout` after a quarter of a second, `broken` when the connection is. */
function call(headers: Record<string, string> = ECR, body = '{}', path = '/', method = 'POST'): Promise<{ status: number; body: string } | string> {
  return new Promise((resolve) => {
    const outgoing = request(`${proxy.endpoint}${path}`, { method, headers: { ...headers, host: 'service.example' }, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).once('error', () => resolve(`broken after ${text}`));
      response.once('end', () => resolve({ status: response.statusCode!, body: text }));
    });
    outgoing.setTimeout(250, () => {
      resolve('timeout');
      outgoing.destroy();
    });
    outgoing.once('error', () => resolve('broken')).end(body);
  });
}

const real = { status: 200, body: '{"real":"answer"}' };
const always = (fault: Fault, on: Rule['on'] = {}): Rule => ({ on, fault, times: Infinity });

test('without a rule it passes calls with their Host header, and records them', async () => {
  expect(await call()).toEqual(real);
  expect(served).toEqual(['service.example POST {}']);
  expect(proxy.passages).toEqual([{
    service: 'ecr', operation: 'GetAuthorizationToken', region: 'eu-west-1', body: '{}', faulty: false, answer: expect.objectContaining(real),
  }]);
});

test.each<[string, Record<string, string>, string, string, object]>([
  ['JSON', ECR, '{}', '/', { service: 'ecr', operation: 'GetAuthorizationToken', region: 'eu-west-1' }],
  ['the query protocol', STS, 'Action=AssumeRole&RoleArn=x', '/', { service: 'sts', operation: 'AssumeRole', region: 'us-east-1' }],
  ['no AWS service', {}, 'Action=x', '/answer', { service: '', operation: 'POST /answer', region: '' }],
])('it knows a call of %s', async (_name, headers, body, path, expected) => {
  await call(headers, body, path);
  expect(proxy.passages).toEqual([expect.objectContaining(expected)]);
});

test.each<[string, Fault, unknown, number]>([
  ['error', faults.error(400, 'ThrottlingException', 'slow down'), { status: 400, body: '{"__type":"ThrottlingException","message":"slow down"}' }, 0],
  ['hang', faults.hang(), 'timeout', 0],
  ['reset', faults.reset(), 'broken', 0],
  ['lost', faults.lost(), 'broken', 1],
  ['slow', faults.slow(50), real, 1],
  ['truncated', faults.truncated(), 'broken after {"real":', 1],
  ['body', faults.body('<html>'), { status: 200, body: '<html>' }, 1],
  ['edited', faults.edited((answer) => ({ ...answer, more: 1 })), { status: 200, body: '{"real":"answer","more":1}' }, 1],
])('%s', async (_name, fault, expected, reached) => {
  proxy.inject(always(fault));
  expect(await call()).toEqual(expected);
  expect(served).toHaveLength(reached);
  expect(proxy.passages).toEqual([expect.objectContaining({ faulty: true })]);
});

test('an error of the query protocol is XML', async () => {
  proxy.inject(always(faults.error(403, 'AccessDenied', 'no')));
  expect(await call(STS, 'Action=AssumeRole')).toEqual({ status: 403, body: expect.stringContaining('<Code>AccessDenied</Code><Message>no</Message>') });
});

test('a rule holds for what it names only', async () => {
  for (const on of [{ service: 'sts' }, { operation: 'PutSecretValue' }, { region: 'us-east-1' }, { body: 'other' }]) {
    proxy.inject(always(faults.reset(), on));
    expect(await call()).toEqual(real);
  }
  proxy.inject(always(faults.reset(), { service: 'ecr', operation: 'GetAuthorizationToken', region: 'eu-west-1', body: '{' }));
  expect(await call()).toBe('broken');
});

test('a rule holds as often as it says, after as many calls as it says', async () => {
  proxy.inject({ on: {}, fault: faults.reset(), after: 1, times: 2 });
  expect([await call(), await call(), await call(), await call()]).toEqual([real, 'broken', 'broken', real]);
});

test('of several rules the first that matches counts', async () => {
  proxy.inject({ on: { service: 'ecr' }, fault: faults.reset(), times: 1 }, always(faults.body('second')));
  expect(await call()).toBe('broken');
  expect(await call()).toEqual(real);
  expect(await call(STS)).toEqual({ status: 200, body: 'second' });
});

test('a service that is down breaks the connection', async () => {
  const down = await FaultProxy.start('http://127.0.0.1:1');
  const up = proxy;
  proxy = down;
  expect(await call()).toBe('broken');
  proxy = up;
  await down.stop();
});
