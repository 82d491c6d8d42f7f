import { readdir, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { CloudWatchLogsClient, DescribeLogGroupsCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import {
  CreateAccessKeyCommand, DeleteAccessKeyCommand, IAMClient, ListAccessKeysCommand, ListUsersCommand, ListUserTagsCommand,
} from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DescribeSecretCommand, GetSecretValueCommand, ListSecretsCommand, RotateSecretCommand, SecretsManagerClient, UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { writeImage } from '../../local-aws/image';
import { LocalAws, type Credentials } from '../../local-aws/local-aws';
import { findRegistryClient, type RegistryClient } from '../../local-aws/registry-client';

jest.setTimeout(300_000);

const APPS = path.join(__dirname, 'apps');
const USER = 'ci';

let aws: LocalAws;
let client: RegistryClient;
let iam: IAMClient;
let secrets: SecretsManagerClient;
let image: string;
let outputs: { SecretArn: string; FunctionName: string };
/** Every secret part of a key that the tests saw, to look for where none may be. */
const seen = new Set<string>();

beforeEach(async () => {
  client = await findRegistryClient();
  // As on AWS, a new key is not known at once.
  aws = await LocalAws.start({ newKeyDelaySeconds: 3 });
  iam = new IAMClient(aws.clientConfig());
  secrets = new SecretsManagerClient(aws.clientConfig());
  image = path.join(aws.directory, 'image');
  await writeImage(image, { tag: 'test', fileName: 'hello.txt', text: 'hello' });
  await aws.bootstrap();
});
afterEach(async () => { await aws?.stop(); });

/** Deploys; fails with all that the CDK said. */
async function deploy(env: NodeJS.ProcessEnv = {}): Promise<void> {
  const file = path.join(aws.directory, 'outputs.json');
  const lines: string[] = [];
  await aws.cdk(
    ['deploy', '--require-approval', 'never', '--app', 'npx tsx key-rotation.ts', '--output', path.join(aws.directory, 'cdk.out'), '--outputs-file', file],
    { cwd: APPS, env, onLine: (line) => lines.push(line) },
  ).catch(() => { throw new Error(lines.join('\n')); });
  outputs = JSON.parse(await readFile(file, 'utf8')).KeyRotation;
}

async function destroy(): Promise<void> {
  await aws.cdk(['destroy', '--force', '--app', path.join(aws.directory, 'cdk.out')]);
}

/** The key as a CI reads it. */
async function readKey(): Promise<Credentials> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: outputs.SecretArn }));
  const { Version, AccessKeyId, SecretAccessKey, ...more } = JSON.parse(SecretString!);
  expect([Version, more]).toEqual([1, {}]);
  seen.add(SecretAccessKey);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
}

async function keyIds(): Promise<Record<string, string>> {
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: USER }));
  return Object.fromEntries(AccessKeyMetadata.map(({ AccessKeyId, Status }) => [AccessKeyId!, Status!]));
}

/** Pushes with the key's own token, with a client that is not ours. */
async function push(key: Credentials, tag: string): Promise<void> {
  const { authorizationData } = await new ECRClient(aws.clientConfig({ ...key })).send(new GetAuthorizationTokenCommand({}));
  const env = await aws.registryEnvironment(JSON.stringify({ auths: { [aws.registryHost]: { auth: authorizationData![0].authorizationToken } } }));
  await client.push(image, `${aws.registryHost}/myuser/myapp:${tag}`, env);
}

/** Rotates by hand and waits until Secrets Manager has done it, or has given up; gives the labels of the new version. */
async function rotate(): Promise<string[]> {
  const { VersionId } = await secrets.send(new RotateSecretCommand({ SecretId: outputs.SecretArn }));
  const failures = (await failed()).length;
  for (;;) {
    const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId: outputs.SecretArn }));
    const labels = VersionIdsToStages?.[VersionId!] ?? [];
    if (labels.includes('AWSCURRENT') || (await failed()).length > failures) return labels;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function retire(): Promise<any> {
  const answer = await new LambdaClient(aws.clientConfig()).send(new InvokeCommand({ FunctionName: outputs.FunctionName, Payload: '{"retire":true}' }));
  return JSON.parse(Buffer.from(answer.Payload!).toString('utf8'));
}

async function logs(): Promise<string> {
  const cloudWatch = new CloudWatchLogsClient(aws.clientConfig());
  const { logGroups = [] } = await cloudWatch.send(new DescribeLogGroupsCommand({}));
  const texts = await Promise.all(logGroups.map(async ({ logGroupName }) => (await cloudWatch.send(new FilterLogEventsCommand({ logGroupName }))).events!.map(({ message }) => message)));
  return texts.flat().join('\n');
}

async function failed(): Promise<string[]> {
  return (await logs()).split('\n').filter((line) => line.includes('"message":"failed"'));
}

test('from the first key to the last: usable at deploy, rotated, old one valid in its grace and then refused, nothing left in the end', async () => {
  await deploy({ GRACE_SECONDS: '3600' });
  const first = await readKey();
  expect(await keyIds()).toEqual({ [first.accessKeyId]: 'Active' });
  await push(first, 'first');

  expect(await rotate()).toContain('AWSCURRENT');
  const second = await readKey();
  expect(second.accessKeyId).not.toBe(first.accessKeyId);
  expect(await keyIds()).toEqual({ [first.accessKeyId]: 'Active', [second.accessKeyId]: 'Active' });
  await push(second, 'second');
  expect(await retire()).toMatchObject({ deactivated: [], deleted: [] });
  await push(first, 'grace');

  await deploy({ GRACE_SECONDS: '1' });
  expect(await readKey()).toEqual(second); // a deploy makes no key
  expect(await retire()).toMatchObject({ deactivated: [first.accessKeyId], deleted: [] });
  await expect(push(first, 'refused')).rejects.toThrow(/security token included in the request is invalid/);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect(await retire()).toMatchObject({ deactivated: [], deleted: [first.accessKeyId] });
  expect(await keyIds()).toEqual({ [second.accessKeyId]: 'Active' });
  await push(second, 'still');

  const texts = [await logs()];
  expect(texts[0]).toContain('KeyAgeSeconds'); // the logs are there
  for (const entry of await readdir(path.join(aws.directory, 'cdk.out'), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) texts.push(await readFile(path.join(entry.parentPath, entry.name), 'utf8'));
  }
  expect(texts.join()).toContain('AWS::SecretsManager::RotationSchedule'); // and the template
  expect(seen.size).toBe(2);
  for (const secret of seen) expect(texts.filter((text) => text.includes(secret))).toEqual([]);

  await destroy();
  expect((await iam.send(new ListUsersCommand({}))).Users).toEqual([]);
  expect((await secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }))).SecretList).toEqual([]);
});

test('a key of somebody else in the new one\'s place fails the rotation with its id, and the key in use still works', async () => {
  await deploy();
  const key = await readKey();
  const { AccessKey: theirs } = await iam.send(new CreateAccessKeyCommand({ UserName: USER }));

  expect(await rotate()).toEqual(['AWSPENDING']);
  expect((await failed())[0]).toContain(`the rotation did not make ${theirs!.AccessKeyId}`);
  expect(await readKey()).toEqual(key);
  await push(key, 'still');
  expect(await keyIds()).toEqual({ [key.accessKeyId]: 'Active', [theirs!.AccessKeyId!]: 'Active' });

  // What the runbook says.
  await iam.send(new DeleteAccessKeyCommand({ UserName: USER, AccessKeyId: theirs!.AccessKeyId }));
  const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId: outputs.SecretArn }));
  const [pending] = Object.entries(VersionIdsToStages!).find(([, labels]) => labels.includes('AWSPENDING'))!;
  await secrets.send(new UpdateSecretVersionStageCommand({ SecretId: outputs.SecretArn, VersionStage: 'AWSPENDING', RemoveFromVersionId: pending }));
  expect(await rotate()).toContain('AWSCURRENT');
});

test('rotation is added to a user that has a key, and taken away again, and the reader always has one that works', async () => {
  await deploy({ KEY_ROTATION: 'none' });
  const made = await readKey();
  const { SecretArn } = outputs;
  await deploy();
  expect(outputs.SecretArn).toBe(SecretArn);
  const rotated = await readKey();
  expect(await keyIds()).toEqual({ [rotated.accessKeyId]: 'Active' }); // CloudFormation has deleted the other
  expect(rotated.accessKeyId).not.toBe(made.accessKeyId);
  await push(rotated, 'rotated');

  await deploy({ KEY_ROTATION: 'none' });
  const again = await readKey();
  expect(await keyIds()).toEqual({ [again.accessKeyId]: 'Active' });
  await push(again, 'again');
  await destroy();
  expect((await iam.send(new ListUsersCommand({}))).Users).toEqual([]);
});

test('a first key that is not the user\'s fails the deploy with the reason, and the key from before stays', async () => {
  await deploy({ KEY_ROTATION: 'none' });
  const made = await readKey();
  const wrong = `arn:aws:iam::${aws.account}:user/somebody-else`;
  await expect(deploy({ USER_ARN: wrong })).rejects.toThrow(/the secret could not be given a key: AbandonedError: .* is of arn:aws:iam::000000000000:user\/ci and not of/);
  expect(await readKey()).toEqual(made);
  expect(await keyIds()).toEqual({ [made.accessKeyId]: 'Active' });
  expect((await iam.send(new ListUserTagsCommand({ UserName: USER }))).Tags!.filter(({ Key }) => Key!.includes('creating'))).toEqual([]);
  await push(made, 'still');
});

test('a user cannot be renamed while its key is rotated', async () => {
  await deploy();
  const key = await readKey();
  await expect(deploy({ USER_NAME: 'another' })).rejects.toThrow('the user ci cannot become another while its key is rotated');
  expect(await readKey()).toEqual(key);
  await push(key, 'still');
});
