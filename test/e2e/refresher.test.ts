import * as path from 'node:path';
import { GetSecretValueCommand, ListSecretsCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { formatOf } from '../../lambda/shared/dockercfg/dockercfg';
import { LocalAws } from '../../local-aws/local-aws';

jest.setTimeout(300_000);

const APPS = path.join(__dirname, 'apps');

let aws: LocalAws;
let secrets: SecretsManagerClient;
beforeEach(async () => {
  aws = await LocalAws.start();
  secrets = new SecretsManagerClient(aws.clientConfig());
  await aws.bootstrap();
});
afterEach(async () => { await aws?.stop(); });

/** Deploys an app of test/e2e/apps. */
function deploy(app: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  return aws.cdk(
    ['deploy', '--require-approval', 'never', '--app', `npx tsx ${app}.ts`, '--output', path.join(aws.directory, 'cdk.out')],
    { cwd: APPS, env },
  );
}

async function value(): Promise<string> {
  return (await secrets.send(new GetSecretValueCommand({ SecretId: 'dockercfg' }))).SecretString!;
}

async function editByHand(): Promise<void> {
  await secrets.send(new PutSecretValueCommand({ SecretId: 'dockercfg', SecretString: '{"auths":{"docker.io":{"auth":"ZWRpdGVkOmJ5IGhhbmQ="}}}' }));
}

const hosts = async () => [...formatOf('config.json', '').salvage(await value()).keys()];

test('the schedule runs it: a value that was edited by hand is replaced', async () => {
  await deploy('schedule');
  await editByHand();
  const deadline = Date.now() + 150_000;
  while ((await hosts())[0] !== aws.registryHost && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(await hosts()).toEqual([aws.registryHost]);
});

describe('the run at deploy', () => {
  test('fails the deploy with the registry and the cause, and nothing is left', async () => {
    const wrong = '000000000000.dkr.ecr.us-east-1.amazonaws.example';
    await expect(deploy('deploy-run', { URL_SUFFIX: 'amazonaws.example' })).rejects.toThrow(
      `no ECR credentials could be published for ${wrong} (us-east-1): BadTokenError: ECR's token is for the host '${aws.registryHost}' instead of '${wrong}'`);
    expect((await secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }))).SecretList).toEqual([]);
  });

  test('runs again when the code has changed, and not when nothing has', async () => {
    await deploy('deploy-run', { CODE_KEY: 'one' });
    await editByHand();
    await deploy('deploy-run', { CODE_KEY: 'one' });
    expect(await hosts()).toEqual(['docker.io']);
    await deploy('deploy-run', { CODE_KEY: 'two' });
    expect(await hosts()).toEqual([aws.registryHost]);
  });

  test('an update that fails leaves the secret as it was', async () => {
    await deploy('deploy-run');
    const before = await value();
    await expect(deploy('deploy-run', { URL_SUFFIX: 'amazonaws.example' })).rejects.toThrow('BadTokenError');
    expect(await value()).toBe(before);
  });

  test('goes on when a registry fails whose credentials are still valid, so that a roll-back cannot get stuck', async () => {
    await deploy('deploy-run');
    const before = await value();
    await deploy('deploy-run', { ROLE: 'no-role' });
    expect(await value()).toBe(before);
  });
});

test('registries of every kind are in one dockercfg: by the refresher\'s role, by a role that it assumes, and by a login', async () => {
  await deploy('registries');
  const other = aws.registryHost.replace('us-east-1', 'eu-west-1');
  expect(await hosts()).toEqual([other, aws.registryHost, 'https://index.docker.io/v1/']);
  const auths = formatOf('config.json', '').read(await value())!;
  expect(auths.get(other)).not.toBe(auths.get(aws.registryHost));
  expect(Buffer.from(auths.get('https://index.docker.io/v1/')!, 'base64').toString('utf8')).toBe('me:made up for this test');
});
