import * as path from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { CONFIG_JSON, HOST, PASSWORD } from './lambda/publish/vendors/ports';
import { FakeWoodpecker } from './vendors/fake-woodpecker';

const URL_OF_CI = 'https://woodpecker.example.com';
const secrets = mockClient(SecretsManagerClient);
const { fetch } = globalThis;

let woodpecker: FakeWoodpecker;
let handler: (event: object) => Promise<unknown>;
beforeAll(() => {
  Object.assign(process.env, { WOODPECKER_URL: URL_OF_CI, REPOSITORY_ID: '42', TOKEN_SECRET_ARN: 'token' });
  ({ handler } = jest.requireActual(path.join(__dirname, '../examples/target-function/function/index.js')));
});
beforeEach(async () => {
  woodpecker = await new FakeWoodpecker().start();
  secrets.reset();
  secrets.on(GetSecretValueCommand, { SecretId: 'token' }).resolves({ SecretString: `${woodpecker.token}\n` });
  secrets.on(GetSecretValueCommand, { SecretId: 'dockercfg' }).resolves({ SecretString: CONFIG_JSON });
  const http = woodpecker.http(URL_OF_CI);
  globalThis.fetch = (async (url: string, { method, headers, body }: any) => {
    const { status } = await http({ method, url, headers, body });
    return { status, ok: status < 300 };
  }) as never;
});
afterEach(async () => {
  globalThis.fetch = fetch;
  await woodpecker.stop();
});
afterAll(() => {
  secrets.restore();
  for (const name of ['WOODPECKER_URL', 'REPOSITORY_ID', 'TOKEN_SECRET_ARN']) delete process.env[name];
});

const publish = () => handler({ action: 'publish', secretArn: 'dockercfg', hosts: [HOST] });

test('the example\'s function makes the registry, and changes it the next time', async () => {
  woodpecker.registries.set('42', []);
  await publish();
  expect(woodpecker.registries.get('42')).toEqual([{ address: HOST, username: 'AWS', password: PASSWORD }]);
  woodpecker.registries.get('42')![0].password = 'old';
  await publish();
  expect(woodpecker.registries.get('42')).toEqual([{ address: HOST, username: 'AWS', password: PASSWORD }]);
  expect(woodpecker.requests.map(({ method }) => method)).toEqual(['PATCH', 'POST', 'PATCH']);
});

test('it fails without the password if it is refused, and does nothing else than publish', async () => {
  await expect(publish()).rejects.toThrow(new Error(`Woodpecker answered 404 for ${HOST}`));
  woodpecker.requests.length = 0;
  await handler({ action: 'remove', how: 'blank', secretArn: 'dockercfg' });
  expect(woodpecker.requests).toEqual([]);
});
