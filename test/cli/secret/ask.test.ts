import dns from 'node:dns';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SignatureV4 } from '@smithy/signature-v4';
import * as fc from 'fast-check';
import { ask, plainQuestion } from '../../../cli/secret/ask';
import { sign } from '../../../cli/secret/signature';
import { SECRET_ARN } from '../fixtures';

const REGION = 'eu-west-1';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret/key+' };
const PATIENCE = { connectionTimeout: 1000, requestTimeout: 200 };
const VALUE = { ARN: SECRET_ARN, SecretString: '{"höst":1}', VersionId: 'v', CreatedDate: 1767225600.5 };

/** A request as the server got it. */
interface Received {
  readonly method?: string;
  readonly url?: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

let home: string;
let server: Server;
let received: Received[];
let reply: (response: ServerResponse) => unknown;
const endpoint = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const environment = (change: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ HOME: home, ...KEYS, ...change });

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'ecr-ci-ask-'));
  received = [];
  reply = (response) => response.end(JSON.stringify(VALUE));
  server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    received.push({ method: request.method, url: request.url, headers: request.headers as Record<string, string>, body });
    reply(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

/** What the SDK's own signer makes of the headers that were signed. */
async function authorizationOf({ method, url, headers, body }: Received): Promise<string> {
  const names = /SignedHeaders=([^,]*)/.exec(headers.authorization)![1].split(';');
  const signer = new SignatureV4({
    service: 'secretsmanager',
    region: REGION,
    sha256: Sha256,
    applyChecksum: false,
    credentials: { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY, sessionToken: headers['x-amz-security-token'] },
  });
  const signingDate = new Date(headers['x-amz-date'].replace(/(....)(..)(..T..)(..)/, '$1-$2-$3:$4:'));
  const signed = await signer.sign({
    method: method!, path: url!, protocol: 'http:', hostname: 'x', body, headers: Object.fromEntries(names.map((name) => [name, headers[name]])),
  }, { signingDate });
  return signed.headers.authorization;
}

describe('the signature', () => {
  test('is the SDK\'s, for any body, keys, region and time', async () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019/+='), minLength: 1, maxLength: 40 });
    const time = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary' }), word, word, fc.option(word, { nil: undefined }), word, time, async (body, id, key, token, region, date) => {
      const keys = { accessKeyId: id, secretAccessKey: key, sessionToken: token };
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'host': 'a.example', 'x-amz-target': 'secretsmanager.GetSecretValue' };
      const theirs = await new SignatureV4({ service: 'secretsmanager', region, credentials: keys, sha256: Sha256, applyChecksum: false })
        .sign({ method: 'POST', path: '/', protocol: 'https:', hostname: 'a.example', headers, body }, { signingDate: date });
      expect(sign({ headers, body }, { service: 'secretsmanager', region, keys, date })).toEqual(theirs.headers);
    }), { numRuns: 500 });
  });

  test('leaves out who the program is, which a proxy may change', () => {
    const signed = sign({ headers: { 'host': 'a', 'user-agent': 'x' }, body: '' }, { service: 's', region: 'r', keys: { accessKeyId: 'i', secretAccessKey: 'k' }, date: new Date(0) });
    expect(signed).toMatchObject({ 'user-agent': 'x', 'authorization': expect.stringContaining('SignedHeaders=host;x-amz-date, ') });
  });
});

describe('what is plain', () => {
  const plain = (env: NodeJS.ProcessEnv, options = {}) => plainQuestion({ region: REGION, ...options }, env);

  test('is a region with keys in the environment, with and without a session', () => {
    const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret/key+' };
    expect(plain(environment())).toEqual({ endpoint: new URL('https://secretsmanager.eu-west-1.amazonaws.com'), region: REGION, keys });
    expect(plain(environment({ AWS_SESSION_TOKEN: 'session', AWS_PAGER: '', AWS_DEFAULT_REGION: 'x', HTTPS_PROXY: '' }))).toMatchObject({ keys: { ...keys, sessionToken: 'session' } });
    expect(plain({ ...environment(), HOME: undefined, USERPROFILE: home })).toBeDefined();
  });

  test('is an endpoint of the environment', () => {
    expect(plain(environment({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }))!.endpoint.host).toBe('127.0.0.1:4566');
    expect(plain(environment({ AWS_ENDPOINT_URL: 'https://vpce.example/' }))!.endpoint.host).toBe('vpce.example');
    expect(plain(environment({ AWS_ENDPOINT_URL: '' }))!.endpoint.host).toBe('secretsmanager.eu-west-1.amazonaws.com');
  });

  test.each<[string, NodeJS.ProcessEnv, object?]>([
    ['a profile is named', {}, { profile: 'p' }],
    ['the environment names a profile', { AWS_PROFILE: 'p' }],
    ['there is no key', { AWS_ACCESS_KEY_ID: '' }],
    ['there is no secret key', { AWS_SECRET_ACCESS_KEY: undefined }],
    ['there is no region', {}, { region: undefined }],
    ['there is a proxy', { HTTPS_PROXY: 'http://p:1' }],
    ['there is a proxy in lower case', { https_proxy: 'http://p:1' }],
    ['FIPS is asked for', { AWS_USE_FIPS_ENDPOINT: 'true' }],
    ['dual stack is asked for', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
    ['the service has an endpoint of its own', { AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://x' }],
    ['endpoints are to be ignored', { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }],
    ['attempts are counted', { AWS_MAX_ATTEMPTS: '1' }],
    ['something new is set, in any case', { Aws_Something: 'x' }],
    ['the endpoint has a path', { AWS_ENDPOINT_URL: 'http://x/path' }],
    ['the endpoint has a query', { AWS_ENDPOINT_URL: 'http://x/?a' }],
    ['the endpoint has a user', { AWS_ENDPOINT_URL: 'http://u:p@x' }],
    ['the endpoint is of another protocol', { AWS_ENDPOINT_URL: 'ftp://x' }],
    ['the endpoint is none', { AWS_ENDPOINT_URL: 'x' }],
    ['there is no home', { HOME: '' }],
    ['there is a config file', { AWS_CONFIG_FILE: __filename }],
    ['there is a credentials file', { AWS_SHARED_CREDENTIALS_FILE: __filename }],
  ])('is not if %s', (_, change, options = {}) => {
    expect(plain(environment(change), options)).toBeUndefined();
  });

  test.each(['config', 'credentials'])('is not if the home directory has a file %s', (file) => {
    mkdirSync(path.join(home, '.aws'));
    writeFileSync(path.join(home, '.aws', file), '');
    expect(plain(environment())).toBeUndefined();
  });

  test('is the SDK\'s endpoint, in regions of the partition aws only', async () => {
    const { endpointProvider } = new SecretsManagerClient({ region: REGION }).config;
    const endpointOf = (region: string) => endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false });
    const regions = ['us-east-1', 'eu-central-2', 'ap-southeast-7', 'sa-east-1', 'ca-west-1', 'me-central-1', 'af-south-1', 'il-central-1', 'mx-central-1'];
    for (const region of regions) {
      expect(plain(environment(), { region })!.endpoint.href).toBe(endpointOf(region).url.href);
    }
    const others = ['cn-north-1', 'us-gov-west-1', 'us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'eusc-de-east-1'];
    for (const region of [...others, 'fips-us-east-1', 'aws-global', 'x', 'us-east-1.evil.example', 'us-east-1/']) {
      expect({ region, plain: plain(environment(), { region }) }).toEqual({ region, plain: undefined });
    }
  });
});

describe('the question', () => {
  const question = (change: NodeJS.ProcessEnv = {}) => plainQuestion({ region: REGION }, environment({ AWS_ENDPOINT_URL: endpoint(), ...change }))!;

  test.each([[SECRET_ARN, undefined], ['näme "x"', 'session//token=']])('is the SDK\'s, for %s and the session %s', async (secretId, sessionToken) => {
    expect(await ask(secretId, question({ AWS_SESSION_TOKEN: sessionToken }), PATIENCE)).toEqual(VALUE);
    const client = new SecretsManagerClient({
      region: REGION,
      endpoint: endpoint(),
      credentials: { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY, sessionToken },
    });
    await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    client.destroy();
    const names = ['host', 'content-type', 'content-length', 'x-amz-target', 'x-amz-security-token'];
    const [ours, theirs] = received.map(({ headers, ...request }) => ({
      ...request, headers: names.map((name) => headers[name]), scope: /Credential=(\S+),/.exec(headers.authorization)![1],
    }));
    expect(ours).toEqual(theirs);
    for (const request of received) expect(request.headers.authorization).toBe(await authorizationOf(request));
  });

  test('has no answer but a value', async () => {
    const replies: ((response: ServerResponse) => unknown)[] = [
      (response) => response.writeHead(400).end(JSON.stringify({ ...VALUE, __type: 'AccessDeniedException' })),
      (response) => response.writeHead(500).end('{}'),
      (response) => response.writeHead(302, { location: endpoint() }).end(JSON.stringify(VALUE)),
      (response) => response.end('<html>'),
      (response) => response.end('null'),
      ...['SecretString', 'ARN', 'VersionId'].map((name) => (response: ServerResponse) => response.end(JSON.stringify({ ...VALUE, [name]: undefined }))),
      (response) => response.destroy(),
      (response) => response.writeHead(200, { 'content-length': 1000 }).write(JSON.stringify(VALUE), () => response.destroy()),
      (response) => response.writeHead(200, { 'content-length': 1000 }).write(JSON.stringify(VALUE)), // and no more
      () => undefined,
    ];
    for (const next of replies) {
      reply = next;
      expect(await ask(SECRET_ARN, question(), PATIENCE)).toBeUndefined();
    }
    expect(received).toHaveLength(replies.length);
  });

  test('has none from a server that cannot be reached, or for keys that no header can hold', async () => {
    expect(await ask(SECRET_ARN, question({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }), PATIENCE)).toBeUndefined();
    expect(await ask(SECRET_ARN, question({ AWS_SESSION_TOKEN: 'a\nb' }), PATIENCE)).toBeUndefined();
    expect(await ask(SECRET_ARN, question({ AWS_ENDPOINT_URL: endpoint().replace('http', 'https') }), PATIENCE)).toBeUndefined();
    expect(received).toEqual([]);
  });

  test('waits for a connection, but not for ever', async () => {
    const lookup = jest.spyOn(dns, 'lookup').mockImplementation((() => undefined) as any);
    expect(await ask(SECRET_ARN, question({ AWS_ENDPOINT_URL: 'http://slow.example' }), { ...PATIENCE, connectionTimeout: 20 })).toBeUndefined();
    expect(lookup).toHaveBeenCalledTimes(1);
    lookup.mockRestore();
  });
});
