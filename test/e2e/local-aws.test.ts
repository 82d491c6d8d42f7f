import { execFileSync, spawn } from 'child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { createInterface } from 'readline';
import { setTimeout as sleep } from 'timers/promises';
import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { readImageText, writeImage } from '../../local-aws/image';
import { Credentials, LocalAws } from '../../local-aws/local-aws';
import { findRegistryClient, RegistryClient } from '../../local-aws/registry-client';

const LONG = 180_000;
const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'];

let client: RegistryClient;
let scratch: string;
let image: string;
let folders = 0;

beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'local-aws-test-'));
  image = newFolder();
  await writeImage(image, { tag: 'v1', fileName: 'hello.txt', text: 'hello' });
  client = await findRegistryClient();
}, LONG);

afterAll(() => rmSync(scratch, { recursive: true }));

describe('a local AWS', () => {
  let aws: LocalAws;
  let puller: Credentials;

  beforeAll(async () => {
    aws = await LocalAws.start();
    const ecr = new ECRClient(aws.clientConfig());
    for (const repositoryName of ['mine', 'other']) await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    puller = await createUser(aws, 'puller', [
      { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      { Effect: 'Allow', Action: PULL, Resource: `arn:aws:ecr:${aws.region}:${aws.account}:repository/mine` },
    ]);
  }, LONG);

  afterAll(() => aws?.stop());

  test('refuses a wrong secret key', async () => {
    const forged = { ...puller, secretAccessKey: 'x'.repeat(40) };
    await expect(registryToken(aws, puller)).resolves.toBeTruthy();
    await expect(registryToken(aws, forged)).rejects.toThrow('signature');
  });

  test('refuses what no policy allows', async () => {
    await expect(new ECRClient(aws.clientConfig(puller)).send(new DescribeRepositoriesCommand({}))).rejects.toThrow(
      `arn:aws:iam::${aws.account}:user/puller is not authorized to perform: ecr:DescribeRepositories`);
  });

  test('lets root push and pull', async () => {
    const env = await registryEnvironment(aws, await registryToken(aws));

    await client.push(image, `${aws.registryHost}/mine:v1`, env);
    expect(await pull(`${aws.registryHost}/mine:v1`, env)).toBe('hello');
  }, LONG);

  test('lets a user pull where it may, and nothing else', async () => {
    const root = await registryEnvironment(aws, await registryToken(aws));
    const env = await registryEnvironment(aws, await registryToken(aws, puller));
    for (const name of ['mine', 'other']) await client.push(image, `${aws.registryHost}/${name}:shared`, root);

    expect(await pull(`${aws.registryHost}/mine:shared`, env)).toBe('hello');
    await expect(client.push(image, `${aws.registryHost}/mine:new`, env)).rejects.toThrow(/ecr:(PutImage|InitiateLayerUpload)/);
    await expect(pull(`${aws.registryHost}/other:shared`, env)).rejects.toThrow('ecr:BatchGetImage');
  }, LONG);

  test.each([['no', undefined], ['a wrong', Buffer.from('AWS:wrong').toString('base64')]])('refuses %s password', async (_, token) => {
    const env = await registryEnvironment(aws, token);
    await expect(pull(`${aws.registryHost}/mine:v1`, env)).rejects.toThrow(/unauthorized|401|credential not found/i);
  }, LONG);

  test('lets the CDK bootstrap it', async () => {
    await aws.bootstrap();
    expect(await new ECRClient(aws.clientConfig()).send(new DescribeRepositoriesCommand({}))).toMatchObject({
      repositories: expect.arrayContaining([expect.objectContaining({ repositoryName: expect.stringContaining('cdk-') })]),
    });
  }, LONG);

  test('tells what the CDK said when it fails', async () => {
    const lines: string[] = [];
    await expect(aws.cdk(['deploy', '--app', 'no-such-folder'], { onLine: (line) => lines.push(line) })).rejects.toThrow(/cdk deploy .* failed:\n.*no-such-folder/s);
    expect(lines.join('\n')).toContain('no-such-folder');
  }, LONG);
});

test('a registry token expires', async () => {
  const aws = await LocalAws.start({ tokenLifetimeSeconds: 5 });
  try {
    await new ECRClient(aws.clientConfig()).send(new CreateRepositoryCommand({ repositoryName: 'mine' }));
    const env = await registryEnvironment(aws, await registryToken(aws));
    await client.push(image, `${aws.registryHost}/mine:v1`, env);
    await sleep(5_100);
    await expect(pull(`${aws.registryHost}/mine:v1`, env)).rejects.toThrow('Your authorization token has expired');
  } finally {
    await aws.stop();
  }
}, LONG);

test('two of them do not meet', async () => {
  const [one, two] = await Promise.all([LocalAws.start(), LocalAws.start()]);
  try {
    expect(new Set([one.endpoint, two.endpoint, one.registryProxy, two.registryProxy]).size).toBe(4);
    await new ECRClient(one.clientConfig()).send(new CreateRepositoryCommand({ repositoryName: 'mine' }));
    expect((await new ECRClient(two.clientConfig()).send(new DescribeRepositoriesCommand({}))).repositories).toEqual([]);
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
}, LONG);

test('stopping leaves no process and no file', async () => {
  const aws = await LocalAws.start();
  await runFunction(aws);
  expect(processesOf(aws.pid).length).toBeGreaterThan(1); // the function's process stays for the next event

  await aws.stop();
  await aws.stop();

  expect(processesOf(aws.pid)).toEqual([]);
  expect(existsSync(aws.directory)).toBe(false);
}, LONG);

test('it ends with the process that started it, even when that is killed', async () => {
  const starter = spawn(process.execPath, ['--import', 'tsx', 'local-aws/main.ts'], { cwd: path.join(__dirname, '..', '..'), stdio: ['ignore', 'pipe', 'inherit'] });
  const [, pid, directory] = await new Promise<RegExpExecArray>((resolve, reject) => {
    starter.once('exit', () => reject(new Error('it did not start')));
    createInterface({ input: starter.stdout }).on('line', (line) => {
      const match = /^# process (\d+), files in (.*);/.exec(line);
      if (match) resolve(match);
    });
  });
  expect(processesOf(Number(pid))).not.toEqual([]);

  starter.kill('SIGKILL');

  for (let i = 0; i < 100 && processesOf(Number(pid)).length > 0; i++) await sleep(100);
  expect(processesOf(Number(pid))).toEqual([]);
  expect(existsSync(directory)).toBe(false);
}, LONG);

test('a start that fails tells why', async () => {
  await expect(LocalAws.start({ tokenLifetimeSeconds: NaN })).rejects.toThrow(/did not start:\n.*ValueError/s);
}, LONG);

function newFolder(): string {
  return path.join(scratch, String(folders++));
}

async function createUser(aws: LocalAws, name: string, statements: object[]): Promise<Credentials> {
  const iam = new IAMClient(aws.clientConfig());
  await iam.send(new CreateUserCommand({ UserName: name }));
  await iam.send(new PutUserPolicyCommand({
    UserName: name, PolicyName: 'inline', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
  }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  return { accessKeyId: key!.AccessKeyId!, secretAccessKey: key!.SecretAccessKey! };
}

async function registryToken(aws: LocalAws, credentials?: Credentials): Promise<string> {
  const { authorizationData } = await new ECRClient(aws.clientConfig(credentials)).send(new GetAuthorizationTokenCommand({}));
  return authorizationData![0].authorizationToken!;
}

async function registryEnvironment(aws: LocalAws, auth?: string): Promise<NodeJS.ProcessEnv> {
  return aws.registryEnvironment(JSON.stringify({ auths: auth ? { [aws.registryHost]: { auth } } : {} }));
}

async function pull(reference: string, env: NodeJS.ProcessEnv): Promise<string> {
  const directory = newFolder();
  await client.pull(reference, directory, env);
  return readImageText(directory);
}

/** Deploy a function with the CDK, and call it. */
async function runFunction(aws: LocalAws): Promise<void> {
  const app = new App({ outdir: newFolder() });
  new lambda.Function(new Stack(app, 'Stack'), 'Function', {
    functionName: 'hello',
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    // a child that would stay, were it not ended with the rest
    code: lambda.Code.fromInline('exports.handler = async () => { require("child_process").spawn("sleep", ["600"]); return "hello"; };'),
  });
  app.synth();
  await aws.bootstrap();
  await aws.cdk(['deploy', '--app', app.outdir, '--require-approval', 'never']);
  const { Payload } = await new LambdaClient(aws.clientConfig()).send(new InvokeCommand({ FunctionName: 'hello' }));
  expect(Buffer.from(Payload!).toString()).toBe('"hello"');
}

/** The processes of a group, without those that have ended and only wait to be noticed. */
function processesOf(group: number): string[] {
  const all = existsSync('/proc/self/stat') ? fromProc() : fromPs();
  return all.filter(({ pgrp, state }) => pgrp === group && !state.startsWith('Z')).map(({ pid }) => pid);
}

interface Process {
  readonly pid: string;
  readonly state: string;
  readonly pgrp: number;
}

function fromProc(): Process[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const [state, , pgrp] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      return [{ pid, state, pgrp: Number(pgrp) }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

function fromPs(): Process[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,stat=,pgid='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/)).map(([pid, state, pgrp]) => ({ pid, state, pgrp: Number(pgrp) }));
}
