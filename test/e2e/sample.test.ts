import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { IAMClient, ListRolesCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Sample, type SampleOutputs } from '../../demo/sample';
import { readImageText, writeImage } from '../../local-aws/image';
import { LocalAws, type Credentials } from '../../local-aws/local-aws';
import { findRegistryClient, type RegistryClient } from '../../local-aws/registry-client';

jest.setTimeout(300_000);

const TEXT = 'built by the test\n';

let aws: LocalAws;
let sample: Sample;
let outputs: SampleOutputs;
let client: RegistryClient;
let image: string;
/** Every credential that the tests saw, to look for where none may be. */
const credentials = new Set<string>();

beforeAll(async () => {
  aws = await LocalAws.start();
  client = await findRegistryClient();
  await aws.bootstrap();
  sample = new Sample(aws);
  outputs = await sample.deploy();
  image = path.join(aws.directory, 'image');
  await writeImage(image, { tag: 'test', fileName: 'hello.txt', text: TEXT });
  await new ECRClient(aws.clientConfig()).send(new CreateRepositoryCommand({ repositoryName: 'other/app' }));
});

afterAll(async () => { await aws?.stop(); });

/** The environment of a registry client that holds the dockercfg of a secret. */
async function withSecret(secretArn: string, reader?: Credentials): Promise<NodeJS.ProcessEnv> {
  const { json } = await sample.dockercfg(secretArn, reader);
  for (const { auth } of Object.values<{ auth: string }>(JSON.parse(json).auths)) credentials.add(auth);
  return aws.registryEnvironment(json);
}

async function pullText(reference: string, env: NodeJS.ProcessEnv): Promise<string> {
  const directory = await mkdtemp(path.join(aws.directory, 'pull-'));
  await client.pull(reference, directory, env);
  return readImageText(directory);
}

const other = () => `${aws.registryHost}/other/app`;

describe('when cdk deploy returns', () => {
  test('both secrets hold a dockercfg of the stack\'s registry with nearly 12 hours of life', async () => {
    for (const arn of [outputs.pushSecretArn, outputs.pullSecretArn]) {
      const { json, expiresAt } = await sample.dockercfg(arn);
      expect(Object.keys(JSON.parse(json))).toEqual(['auths']);
      expect(JSON.parse(json).auths).toEqual({ [aws.registryHost]: { auth: expect.stringMatching(/^[A-Za-z0-9+/=]{2000,}$/) } });
      const hours = (expiresAt.getTime() - Date.now()) / 3600_000;
      expect(hours).toBeGreaterThan(11.9);
      expect(hours).toBeLessThanOrEqual(12);
    }
  });

  test('the dockercfg that may push pushes and pulls with a real client', async () => {
    const env = await withSecret(outputs.pushSecretArn);
    await client.push(image, `${outputs.repositoryUri}:v1`, env);
    expect(await pullText(`${outputs.repositoryUri}:v1`, env)).toBe(TEXT);
  });

  test('it cannot overwrite a tag', async () => {
    const changed = path.join(aws.directory, 'changed');
    await writeImage(changed, { tag: 'test', fileName: 'hello.txt', text: 'something else\n' });
    await expect(client.push(changed, `${outputs.repositoryUri}:v1`, await withSecret(outputs.pushSecretArn))).rejects.toThrow(/immutable|TAG_INVALID/i);
  });

  test('the dockercfg that may only pull pulls, and its push is refused', async () => {
    const env = await withSecret(outputs.pullSecretArn);
    expect(await pullText(`${outputs.repositoryUri}:v1`, env)).toBe(TEXT);
    await expect(client.push(image, `${outputs.repositoryUri}:v2`, env)).rejects.toThrow(/DENIED|not authorized|403/);
  });

  test('neither may touch another repository', async () => {
    for (const arn of [outputs.pushSecretArn, outputs.pullSecretArn]) {
      const env = await withSecret(arn);
      await expect(client.push(image, `${other()}:v1`, env)).rejects.toThrow(/DENIED|not authorized|403/);
      await expect(pullText(`${other()}:v1`, env)).rejects.toThrow(/DENIED|not authorized|403/);
    }
  });
});

describe('the CI\'s user, with the key of its secret', () => {
  let key: Credentials;
  beforeAll(async () => {
    key = await sample.accessKey(outputs.accessKeySecretArn);
    credentials.add(key.secretAccessKey);
  });

  test('reads the dockercfg, and a real client pulls with it', async () => {
    expect(await pullText(`${outputs.repositoryUri}:v1`, await withSecret(outputs.pushSecretArn, key))).toBe(TEXT);
  });

  test('gets a token of its own, and pushes with it', async () => {
    const { authorizationData } = await new ECRClient(aws.clientConfig(key)).send(new GetAuthorizationTokenCommand({}));
    const auth = authorizationData![0].authorizationToken!;
    credentials.add(auth);
    const env = await aws.registryEnvironment(JSON.stringify({ auths: { [aws.registryHost]: { auth } } }));
    await client.push(image, `${outputs.repositoryUri}:by-user`, env);
    await expect(client.push(image, `${other()}:by-user`, env)).rejects.toThrow(/DENIED|not authorized|403/);
  });

  test('may not read the other dockercfg or its own key, nor make a repository', async () => {
    await expect(sample.dockercfg(outputs.pullSecretArn, key)).rejects.toThrow(/not authorized/);
    await expect(sample.dockercfg(outputs.accessKeySecretArn, key)).rejects.toThrow(/not authorized/);
    await expect(new ECRClient(aws.clientConfig(key)).send(new CreateRepositoryCommand({ repositoryName: 'mine' }))).rejects.toThrow(/not authorized/);
  });
});

describe('later', () => {
  test('a forced refresh publishes a new dockercfg, and the old one still works until it expires', async () => {
    const old = await sample.dockercfg(outputs.pushSecretArn);
    const oldEnv = await withSecret(outputs.pushSecretArn);
    expect(await sample.forceRefresh('CiCredentials')).toMatchObject({ written: true });
    const fresh = await sample.dockercfg(outputs.pushSecretArn);
    expect(fresh.json).not.toBe(old.json);
    expect(fresh.expiresAt.getTime()).toBeGreaterThan(old.expiresAt.getTime());
    expect(await pullText(`${outputs.repositoryUri}:v1`, await withSecret(outputs.pushSecretArn))).toBe(TEXT);
    expect(await pullText(`${outputs.repositoryUri}:v1`, oldEnv)).toBe(TEXT);
  });

  test('a second deploy changes nothing and does not touch the secrets\' values', async () => {
    const before = await Promise.all([outputs.pushSecretArn, outputs.pullSecretArn].map((arn) => sample.dockercfg(arn)));
    const lines: string[] = [];
    await sample.deploy((line) => lines.push(line));
    expect(lines.join('\n')).toContain('(no changes)');
    expect(await Promise.all([outputs.pushSecretArn, outputs.pullSecretArn].map((arn) => sample.dockercfg(arn)))).toEqual(before);
  });

  test('no credential is in a template, an asset or a log', async () => {
    expect(credentials.size).toBeGreaterThanOrEqual(4);
    const logs = new CloudWatchLogsClient(aws.clientConfig());
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const texts = await Promise.all(logGroups.map(async ({ logGroupName }) =>
      JSON.stringify((await logs.send(new FilterLogEventsCommand({ logGroupName }))).events)));
    expect(texts.join()).toContain('SecondsRemaining'); // the logs are there
    for (const entry of await readdir(sample.assembly, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) texts.push(await readFile(path.join(entry.parentPath, entry.name), 'utf8'));
    }
    expect(texts.join()).toContain('AWS::SecretsManager::Secret'); // and the template
    for (const credential of credentials) {
      const password = Buffer.from(credential, 'base64').toString('utf8').slice('AWS:'.length);
      expect(texts.filter((text) => text.includes(credential) || (password.length > 40 && text.includes(password)))).toEqual([]);
    }
  });

  test('cdk destroy leaves the repository, which is retained, and nothing else', async () => {
    await sample.destroy();
    const config = aws.clientConfig();
    expect((await new SecretsManagerClient(config).send(new ListSecretsCommand({ IncludePlannedDeletion: true }))).SecretList).toEqual([]);
    expect((await new LambdaClient(config).send(new ListFunctionsCommand({}))).Functions).toEqual([]);
    expect((await new SchedulerClient(config).send(new ListSchedulesCommand({}))).Schedules).toEqual([]);
    expect((await new CloudWatchLogsClient(config).send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
    expect((await new CloudWatchClient(config).send(new DescribeAlarmsCommand({}))).MetricAlarms ?? []).toEqual([]);
    const iam = new IAMClient(config);
    expect((await iam.send(new ListUsersCommand({}))).Users).toEqual([]);
    expect((await iam.send(new ListRolesCommand({}))).Roles!.map(({ RoleName }) => RoleName).filter((name) => !name!.startsWith('cdk-'))).toEqual([]);
    expect((await new ECRClient(config).send(new DescribeRepositoriesCommand({}))).repositories!.map(({ repositoryName }) => repositoryName).sort())
      .toEqual(expect.arrayContaining(['myuser/myapp', 'other/app']));
  });
});

test('the registry refuses a wrong password', async () => {
  await mkdir(path.join(aws.directory, 'refused'), { recursive: true });
  const env = await aws.registryEnvironment(JSON.stringify({
    auths: { [aws.registryHost]: { auth: Buffer.from('AWS:wrong').toString('base64') } },
  }));
  await expect(pullText(`${outputs.repositoryUri}:v1`, env)).rejects.toThrow(/401|unauthorized|Not Authorized/i);
});
