import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CloudWatchLogsClient, DescribeLogGroupsCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { readImageText, writeImage } from '../../local-aws/image';
import { LocalAws } from '../../local-aws/local-aws';
import { findRegistryClient, type RegistryClient } from '../../local-aws/registry-client';
import { FakeGitlab } from '../vendors/fake-gitlab';

jest.setTimeout(300_000);

const APPS = path.join(__dirname, 'apps');
const PATIENCE_MS = 120_000;

let aws: LocalAws;
let gitlab: FakeGitlab;
let client: RegistryClient;
let secrets: SecretsManagerClient;
let sqs: SQSClient;
let outputs: Record<string, string>;
/** Every value that was published, to look for where none may be. */
const values = new Set<string>();

beforeAll(async () => {
  [aws, gitlab, client] = await Promise.all([LocalAws.start(), new FakeGitlab().start(), findRegistryClient()]);
  secrets = new SecretsManagerClient(aws.clientConfig());
  sqs = new SQSClient(aws.clientConfig());
  await aws.bootstrap();
  await secrets.send(new CreateSecretCommand({ Name: 'gitlab-token', SecretString: gitlab.token }));
  gitlab.add('projects/1');
  gitlab.add('projects/2', { value: 'old', description: 'of its owner' });
});
afterAll(async () => { await Promise.all([aws?.stop(), gitlab?.stop()]); });

/** Deploys the app with these projects as targets, and what becomes of their variables when they are removed. */
async function deploy(targets: Record<string, string>, env: NodeJS.ProcessEnv = {}, onLine?: (line: string) => void): Promise<void> {
  const outputsFile = path.join(aws.directory, 'outputs.json');
  const app = ['--app', 'npx tsx targets.ts', '--output', path.join(aws.directory, 'cdk.out'), '--outputs-file', outputsFile];
  await aws.cdk(['deploy', '--require-approval', 'never', ...app], {
    cwd: APPS, onLine, env: { GITLAB_URL: gitlab.url, GITLAB_CA: gitlab.certificateAuthority, TARGETS: JSON.stringify(targets), ...env },
  });
  outputs = JSON.parse(await readFile(outputsFile, 'utf8')).Targets;
  await dockercfg();
}

async function dockercfg(): Promise<string> {
  const value = (await secrets.send(new GetSecretValueCommand({ SecretId: 'dockercfg' }))).SecretString!;
  values.add(value);
  return value;
}

/** Refreshes as the schedule does, and more: also when what is there is as good. */
async function refresh(): Promise<string> {
  const scheduler = new SchedulerClient(aws.clientConfig());
  const [{ Name, GroupName }] = (await scheduler.send(new ListSchedulesCommand({}))).Schedules!;
  const { Target: target } = await scheduler.send(new GetScheduleCommand({ Name, GroupName }));
  const payload = JSON.stringify({ ...JSON.parse(target!.Input!), force: true });
  const invocation = new InvokeCommand({ FunctionName: outputs.RefreshFunction, Payload: Buffer.from(payload) });
  const { FunctionError } = await new LambdaClient(aws.clientConfig()).send(invocation);
  expect(FunctionError).toBeUndefined();
  return dockercfg();
}

const publishAll = () => sqs.send(new SendMessageCommand({ QueueUrl: outputs.Queue, MessageBody: '{"publish":"all"}' }));
const variableOf = (project: string) => gitlab.variables.get(`projects/${project}`)?.[0];
const writes = () => gitlab.requests.filter(({ method }) => method !== 'GET').length;
const report = () => Object.entries(outputs).find(([name]) => name.startsWith('CredentialsPublisherReport'))![1];

/** Waits until something holds, and fails with what it was if it never does. */
async function eventually(look: () => unknown, expected: unknown): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  let seen = await look();
  while (!Object.is(seen, expected) && Date.now() < deadline) {
    await sleep(500);
    seen = await look();
  }
  expect(seen).toBe(expected);
}

test('a deploy publishes to the targets and says how each fared; one that fails does not fail it', async () => {
  await deploy({ 1: 'DELETE', 2: 'BLANK', 3: 'LEAVE' });
  expect(report()).toMatch(/^2 published, 1 failed; gitlab-variable key=DOCKER_AUTH_CONFIG project=3 url=\S+: VendorError: GitLab answered 404 /);
  const value = await dockercfg();
  expect(variableOf('1')).toMatchObject({ value, raw: true, masked: true, protected: false });
  expect(variableOf('2')).toMatchObject({ value, description: 'of its owner' });
});

test('a real client pushes and pulls with what arrived', async () => {
  const env = await aws.registryEnvironment(variableOf('1')!.value);
  const image = path.join(aws.directory, 'image');
  await writeImage(image, { tag: 'v1', fileName: 'hello.txt', text: 'by a target\n' });
  await client.push(image, `${outputs.RepositoryUri}:v1`, env);
  const pulled = await mkdtemp(path.join(aws.directory, 'pull-'));
  await client.pull(`${outputs.RepositoryUri}:v1`, pulled, env);
  expect(await readImageText(pulled)).toBe('by a target\n');
});

test('a message that fails is given up after its last attempt, and says which target it was for', async () => {
  const { Messages = [] } = await untilReceived();
  expect(Messages.map(({ Body }) => JSON.parse(Body!))).toEqual([{ publish: 'target', target: expect.stringMatching(/^[0-9a-f]{16}$/) }]);
});

async function untilReceived() {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await sqs.send(new ReceiveMessageCommand({ QueueUrl: outputs.DeadLetters, WaitTimeSeconds: 2 }));
    if (answer.Messages || Date.now() > deadline) return answer;
  }
}

test('a refresh brings every target up to date that can be; what their owners set is kept', async () => {
  Object.assign(variableOf('1')!, { protected: true, environment_scope: '*' });
  const value = await refresh();
  await eventually(() => variableOf('1')!.value, value);
  await eventually(() => variableOf('2')!.value, value);
  expect(variableOf('1')).toMatchObject({ protected: true, raw: true, masked: true });
});

test('a target that recovers gets the value, and nothing is written where nothing changed', async () => {
  gitlab.add('projects/3');
  const before = writes();
  await publishAll();
  await eventually(() => variableOf('3')?.value, await dockercfg());
  await sleep(2000);
  expect(writes()).toBe(before + 1);
});

test('ecr-ci status shows the targets', async () => {
  const program = path.join(__dirname, '..', '..', 'assets', 'cli', 'main', 'index.js');
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'status', 'dockercfg', '--json'], { env: aws.environment() });
  const { state, targets } = JSON.parse(stdout);
  expect(state).toBe('fresh');
  expect(targets.map(({ target, state: copy }: any) => [/project=(\d)/.exec(target)![1], copy])).toEqual([['1', 'fresh'], ['2', 'fresh'], ['3', 'fresh']]);
});

test('a server that does not answer one target keeps no other from its value', async () => {
  gitlab.faults.push('connection reset');
  const value = await refresh();
  await eventually(() => [1, 2, 3].filter((project) => variableOf(String(project))!.value === value).length, 2);
});

test('a target that was removed is left, emptied or deleted, as it was asked; one that was added is published to', async () => {
  gitlab.add('projects/4');
  await deploy({ 4: 'DELETE' });
  expect(gitlab.variables.get('projects/1')).toEqual([]);
  expect(variableOf('2')).toMatchObject({ value: '{"auths":{}}', description: 'of its owner' });
  expect(values).toContain(variableOf('3')!.value);
  expect(report()).toBe('1 published');
  expect(variableOf('4')!.value).toBe(await dockercfg());
});

test('a deploy that is to fail with a target does, and the others keep what they have', async () => {
  const lines: string[] = [];
  await expect(deploy({ 4: 'DELETE', 5: 'LEAVE' }, { FAIL_DEPLOY: 'yes' }, (line) => lines.push(line))).rejects.toThrow();
  expect(lines.join('\n')).toMatch(/1 up to date, 1 failed; gitlab-variable\s+key=DOCKER_AUTH_CONFIG\s+project=5/);
  expect(variableOf('4')!.value).toBe(await dockercfg());
  const value = await refresh();
  await eventually(() => variableOf('4')!.value, value);
});

test('neither a value nor a token is in a template, an asset, a log, the table or a message', async () => {
  expect(values.size).toBeGreaterThan(2);
  const places = await everything();
  for (const secret of [gitlab.token, ...[...values].map((value) => Object.values<{ auth: string }>(JSON.parse(value).auths)[0].auth)]) {
    for (const [place, text] of Object.entries(places)) expect({ place, found: text.includes(secret) }).toEqual({ place, found: false });
  }
});

async function everything(): Promise<Record<string, string>> {
  const logs = new CloudWatchLogsClient(aws.clientConfig());
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
  const events = await Promise.all(logGroups.map(({ logGroupName }) => logs.send(new FilterLogEventsCommand({ logGroupName }))));
  const { Items } = await new DynamoDBClient(aws.clientConfig()).send(new ScanCommand({ TableName: outputs.Table }));
  const dead = await sqs.send(new ReceiveMessageCommand({ QueueUrl: outputs.DeadLetters, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));
  const places = {
    template: await readFile(path.join(aws.directory, 'cdk.out', 'Targets.template.json'), 'utf8'),
    logs: JSON.stringify(events.map((page) => page.events)),
    table: JSON.stringify(Items),
    messages: JSON.stringify(dead.Messages ?? []),
  };
  expect(places.logs).toContain('published');
  expect(places.table).toContain('gitlab-variable');
  return places;
}

test('without targets there is no publisher, and the last of them lost what it held', async () => {
  await deploy({});
  expect(outputs.Queue).toBeUndefined();
  expect(gitlab.variables.get('projects/4')).toEqual([]);
  await refresh();
});
