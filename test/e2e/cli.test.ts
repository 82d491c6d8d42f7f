import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Sample, type SampleOutputs } from '../../demo/sample';
import { readImageText, writeImage } from '../../local-aws/image';
import { ADMINISTRATOR, LocalAws, type Credentials } from '../../local-aws/local-aws';
import { findRegistryClient, type RegistryClient } from '../../local-aws/registry-client';

jest.setTimeout(300_000);

const ROOT = path.join(__dirname, '..', '..');
const MAIN = path.join(ROOT, 'assets', 'cli', 'main', 'index.js');
const HELPER = path.join(ROOT, 'assets', 'cli', 'docker-credential-ecr-ci', 'index.js');
const TEXT = 'built by the test\n';

let aws: LocalAws;
let sample: Sample;
let outputs: SampleOutputs;
let client: RegistryClient;
let ci: Credentials;
/** Every line that a command wrote beside what it was asked for. */
const said: string[] = [];
const passwords = new Set<string>();

interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A desk of its own: a home directory, and the key of the CI's user. */
class Desk {
  public constructor(public readonly home: string, private readonly key: Credentials) {}

  public get configFile(): string {
    return path.join(this.home, '.docker', 'config.json');
  }

  public get env(): NodeJS.ProcessEnv {
    return {
      ...aws.environment(),
      AWS_ACCESS_KEY_ID: this.key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: this.key.secretAccessKey,
      HOME: this.home,
      DOCKER_CONFIG: undefined,
      XDG_CACHE_HOME: undefined,
      HTTPS_PROXY: aws.registryProxy,
      https_proxy: aws.registryProxy,
      NODE_EXTRA_CA_CERTS: aws.caFile,
    };
  }

  public async run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
    return end(this.start([MAIN, ...args], env));
  }

  public start(args: string[], env: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, args, { env: { ...this.env, ...env }, cwd: this.home });
  }

  public async auth(): Promise<string> {
    return JSON.parse(await readFile(this.configFile, 'utf8')).auths[aws.registryHost].auth;
  }
}

async function end(child: ChildProcessWithoutNullStreams, input = ''): Promise<Result> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  child.stdin.on('error', () => undefined).end(input);
  const exitCode: number = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  said.push(stderr, child.spawnargs.join(' '));
  return { exitCode, stdout, stderr };
}

async function desk(key: Credentials = ci): Promise<Desk> {
  return new Desk(await mkdtemp(path.join(aws.directory, 'home-')), key);
}

/** The environment of a real client that has nothing but a config file. */
async function clientEnvironment(dockerConfigJson: string): Promise<NodeJS.ProcessEnv> {
  for (const { auth } of Object.values<{ auth: string }>(JSON.parse(dockerConfigJson).auths ?? {})) {
    passwords.add(auth).add(Buffer.from(auth, 'base64').toString('utf8').replace(/^AWS:/, ''));
  }
  return aws.registryEnvironment(dockerConfigJson);
}

async function pullText(reference: string, env: NodeJS.ProcessEnv): Promise<string> {
  const directory = await mkdtemp(path.join(aws.directory, 'pull-'));
  await client.pull(reference, directory, env);
  return readImageText(directory);
}

const image = (tag: string, repository = outputs.repositoryUri): string => `${repository}:${tag}`;

beforeAll(async () => {
  aws = await LocalAws.start();
  client = await findRegistryClient();
  await aws.bootstrap();
  sample = new Sample(aws);
  outputs = await sample.deploy();
  ci = await sample.accessKey(outputs.accessKeySecretArn);
  passwords.add(ci.secretAccessKey);
  const layout = path.join(aws.directory, 'image');
  await writeImage(layout, { tag: 'test', fileName: 'hello.txt', text: TEXT });
  const { stdout } = await (await desk()).run(['get', outputs.pushSecretArn]);
  await client.push(layout, image('v1'), await clientEnvironment(stdout));
  await new ECRClient(aws.clientConfig()).send(new CreateRepositoryCommand({ repositoryName: 'other/app' }));
});

afterAll(async () => { await aws?.stop(); });

describe('a real client pulls', () => {
  test('with the file that login wrote, and no longer after logout', async () => {
    const me = await desk();
    await mkdir(path.dirname(me.configFile));
    await writeFile(me.configFile, '{"auths":{"ghcr.io":{"auth":"YTpi"}},"psFormat":"table"}');
    const before = await readFile(me.configFile, 'utf8');
    expect(await me.run(['login', outputs.pushSecretArn])).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await stat(me.configFile)).mode.toString(8)).toMatch(/600$/);
    expect(await pullText(image('v1'), await clientEnvironment(await readFile(me.configFile, 'utf8')))).toBe(TEXT);
    expect(await me.run(['logout', outputs.pushSecretArn])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readFile(me.configFile, 'utf8')).toBe(before);
  });

  test('with what get writes, found by the stack', async () => {
    const { stdout, stderr, exitCode } = await (await desk(ADMINISTRATOR)).run(['get', '--stack', 'EcrCiSample']);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(await pullText(image('v1'), await clientEnvironment(stdout))).toBe(TEXT);
  });

  test('with the credential helper, which then needs no AWS', async () => {
    const me = await desk();
    const bin = path.join(me.home, 'bin');
    await mkdir(bin);
    await symlink(HELPER, path.join(bin, 'docker-credential-ecr-ci'));
    const registry = await clientEnvironment(JSON.stringify({ credHelpers: { [aws.registryHost]: 'ecr-ci' } }));
    const own = {
      ...me.env,
      ...registry,
      HOME: me.home,
      PATH: [bin, path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
      ECR_CI_SECRET: outputs.pullSecretArn,
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_ACCESS_KEY_ID: ADMINISTRATOR.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ADMINISTRATOR.secretAccessKey,
      AWS_REGION: aws.region,
    };
    expect(await pullText(image('v1'), own)).toBe(TEXT);
    expect(await pullText(image('v1'), { ...own, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' })).toBe(TEXT);
    await expect(pullText(image('v1'), { ...own, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', ECR_CI_CACHE: 'off' })).rejects.toThrow(/AWS cannot be reached|credential/);
  });

  test('with a password straight from ECR', async () => {
    const { stdout } = await (await desk()).run(['get-password', '--host', aws.registryHost]);
    const auth = Buffer.from(`AWS:${stdout.trim()}`).toString('base64');
    expect(await pullText(image('v1'), await clientEnvironment(JSON.stringify({ auths: { [aws.registryHost]: { auth } } })))).toBe(TEXT);
  });

  test('with the file of the generator\'s image, by its entry point', async () => {
    const me = await desk();
    const dockerfile = await readFile(path.join(ROOT, 'cli', 'Dockerfile'), 'utf8');
    const [node, script, ...args] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)![1]) as string[];
    const [, from, to] = /^COPY (\S+) (\S+)$/m.exec(dockerfile)!;
    expect(node).toBe('node');
    const file = path.join(me.home, 'dockercfg');
    const result = await end(me.start([script.replace(to, path.join(ROOT, from)), ...args, file]));
    expect(result).toEqual({
      exitCode: 0, stderr: '', stdout: `AWS ECR dockercfg generator\nLogging into AWS ECR with account ${aws.account}\nWriting Docker creds to ${file}\n`,
    });
    expect(await pullText(image('v1'), await clientEnvironment(await readFile(file, 'utf8')))).toBe(TEXT);
    const failed = await end(me.start([script.replace(to, path.join(ROOT, from)), ...args, file], { AWS_SECRET_ACCESS_KEY: '' }));
    expect(failed).toMatchObject({ exitCode: 1, stderr: 'ecr-ci: AWS_SECRET_ACCESS_KEY: Need to set AWS_SECRET_ACCESS_KEY\n' });
  });
});

test('a secret is read without the SDK where it is plain how, and the SDK says why one is refused', async () => {
  const me = await desk();
  const plain = { HTTPS_PROXY: undefined, https_proxy: undefined };
  const withoutSdk = path.join(me.home, 'cli');
  await cp(path.dirname(path.dirname(MAIN)), withoutSdk, { recursive: true, filter: (file) => path.basename(file) !== 'secrets-manager' });
  const alone = await end(me.start([path.join(withoutSdk, 'main', 'index.js'), 'get', outputs.pushSecretArn], plain));
  expect(alone).toEqual(await me.run(['get', outputs.pushSecretArn]));
  expect(alone).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(aws.registryHost) });

  const denied = await me.run(['get', outputs.pullSecretArn], plain);
  expect(denied).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringContaining('allow secretsmanager:GetSecretValue') });
  const forged = await (await desk({ ...ci, secretAccessKey: 'another' })).run(['get', outputs.pushSecretArn], plain);
  expect(forged).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringContaining('AWS refuses this identity') });
});

test('status and refresh', async () => {
  const me = await desk(ADMINISTRATOR);
  const before = JSON.parse((await me.run(['status', '--stack', 'EcrCiSample', '--json'])).stdout);
  expect(before).toMatchObject({ state: 'fresh', registries: [{ host: aws.registryHost, state: 'fresh' }] });
  expect((await me.run(['status', '--stack', 'EcrCiSample', '--near', '13h'])).exitCode).toBe(1);

  const refreshed = await me.run(['refresh', '--stack', 'EcrCiSample', '--force']);
  expect(refreshed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^published a new dockercfg: 1[12] h.* left\n$/) });
  const after = JSON.parse((await me.run(['status', '--stack', 'EcrCiSample', '--json'])).stdout);
  expect(after.version).not.toBe(before.version);
  expect(after.previousVersion).toBe(before.version);
  expect((await me.run(['refresh', '--stack', 'EcrCiSample'])).stdout).toMatch(/^the dockercfg is fresh, nothing was written/);
});

describe('doctor finds', () => {
  const examine = async (me: Desk, reference: string, ...args: string[]): Promise<string[]> => {
    const { exitCode, stdout, stderr } = await me.run(['doctor', reference, '--json', ...args]);
    if (exitCode > 1) throw new Error(stderr);
    return JSON.parse(stdout).findings.map(({ cause }: { cause: string }) => cause);
  };
  const loggedIn = async (secretArn: string, key: Credentials = ADMINISTRATOR): Promise<Desk> => {
    const me = await desk(key);
    expect(await me.run(['login', secretArn])).toMatchObject({ exitCode: 0 });
    return me;
  };
  const write = async (me: Desk, auths: object, more: object = {}): Promise<Desk> => {
    await mkdir(path.dirname(me.configFile), { recursive: true });
    await writeFile(me.configFile, JSON.stringify({ auths, ...more }));
    return me;
  };

  test('nothing where a pull and a push are let in', async () => {
    const me = await loggedIn(outputs.pushSecretArn);
    expect(await examine(me, image('v1'))).toEqual([]);
    expect(await examine(me, image('v2'), '--push')).toEqual([]);
  });

  test('no login, and no identity to get one', async () => {
    const me = await desk({ accessKeyId: '', secretAccessKey: '' });
    expect(await examine(me, image('v1'))).toEqual(['no-login', 'no-identity']);
  });

  test('an expired token, and one that the registry does not know', async () => {
    const expired = Buffer.from(JSON.stringify({ payload: 'x', version: '2', type: 'DATA_KEY', expiration: Math.floor(Date.now() / 1000) - 60 })).toString('base64');
    const authOf = (password: string): string => Buffer.from(`AWS:${password}`).toString('base64');
    expect(await examine(await write(await desk(), { [aws.registryHost]: { auth: authOf(expired) } }), image('v1'))).toEqual(['expired']);
    expect(await examine(await write(await desk(), { [aws.registryHost]: { auth: authOf('wrong') } }), image('v1'))).toEqual(['refused']);
    const copied = { [aws.registryHost]: { auth: authOf('wrong') }, [aws.registryHost.replace('us-east-1', 'eu-west-1')]: { auth: authOf('wrong') } };
    expect(await examine(await write(await desk(), copied), image('v1'))).toEqual(['other-region']);
  });

  test('a stale key and a helper that shadows', async () => {
    const me = await loggedIn(outputs.pushSecretArn);
    const auth = await me.auth();
    await write(me, { [`https://${aws.registryHost}`]: { auth: 'QVdTOm9sZA==' }, [aws.registryHost]: { auth } }, { credsStore: 'desktop' });
    expect(await examine(me, image('v1'))).toEqual(['shadowing-helper', 'stale-key']);
  });

  test('a permission that is missing, a repository that is, a tag that may not be overwritten', async () => {
    const pullOnly = await loggedIn(outputs.pullSecretArn);
    expect(await examine(pullOnly, image('v2'), '--push')).toEqual(['no-permission']);
    expect(await examine(pullOnly, `${aws.registryHost}/other/app:v1`)).toEqual(['no-permission']);

    const admin = await desk(ADMINISTRATOR);
    const { stdout } = await admin.run(['get-password', '--host', aws.registryHost]);
    await write(admin, { [aws.registryHost]: { auth: Buffer.from(`AWS:${stdout.trim()}`).toString('base64') } });
    expect(await examine(admin, `${aws.registryHost}/no/such:v1`)).toEqual(['no-repository']);
    expect(await examine(admin, image('v0'))).toEqual(['no-image']);
    expect(await examine(admin, image('v1'), '--push')).toEqual(['immutable-tag']);
    expect(await examine(admin, image('v0'), '--push')).toEqual([]);
  });
});

describe('bad input', () => {
  test('a secret that is missing, denied or of another format is an error of one line', async () => {
    const me = await desk();
    await new SecretsManagerClient(aws.clientConfig()).send(new CreateSecretCommand({ Name: 'other-format', SecretString: '{"AccessKeyId":"x"}' }));
    const results = [
      await (await desk(ADMINISTRATOR)).run(['login', 'no-such-secret']),
      await me.run(['login', outputs.pullSecretArn]),
      await (await desk(ADMINISTRATOR)).run(['login', 'other-format']),
    ];
    expect(results.map(({ exitCode }) => exitCode)).toEqual([2, 3, 3]);
    for (const { stdout, stderr } of results) {
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^ecr-ci: [^\n]+\n$/);
    }
    expect(results[1].stderr).toContain('allow secretsmanager:GetSecretValue');
    await expect(stat(me.configFile)).rejects.toThrow('ENOENT');
  });

  test('no AWS identity', async () => {
    const { exitCode, stderr } = await (await desk({ accessKeyId: '', secretAccessKey: '' })).run(['get', outputs.pushSecretArn]);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^ecr-ci: .*there is no AWS identity here: set AWS_PROFILE or [^\n]*\n$/);
  });

  test('ten logins at once, by processes of their own, lose nothing', async () => {
    const me = await desk();
    await mkdir(path.dirname(me.configFile));
    await writeFile(me.configFile, '{"auths":{"ghcr.io":{"auth":"YTpi"}},"n":12345678901234567890}');
    const results = await Promise.all(Array.from({ length: 10 }, async () => me.run(['login', outputs.pushSecretArn])));
    expect(results.map(({ exitCode }) => exitCode)).toEqual(Array(10).fill(0));
    const text = await readFile(me.configFile, 'utf8');
    expect(text).toContain('"n":12345678901234567890');
    expect(Object.keys(JSON.parse(text).auths)).toEqual(['ghcr.io', aws.registryHost]);
  });

  test('a reader that has gone ends the command with an error and no trace', async () => {
    const me = await desk();
    const child = me.start([MAIN, 'get', outputs.pushSecretArn]);
    child.stdout.destroy();
    const { exitCode, stderr } = await end(child);
    expect(exitCode).toBe(3);
    expect(stderr).toBe('ecr-ci: the output could not be written, its reader is gone or its disk is full (EPIPE)\n');
  });

  test('the helper does not wait for a stdin that never ends', async () => {
    const me = await desk();
    const child = me.start([HELPER, 'get'], { ECR_CI_SECRET: outputs.pushSecretArn });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
    child.stdin.write(aws.registryHost);
    const exitCode = await new Promise((resolve) => child.once('close', resolve));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^the input did not end within 10 seconds/);
  });

  test('the helper tells an unknown host from a secret that cannot be read', async () => {
    const helper = async (input: string, env: NodeJS.ProcessEnv): Promise<Result> => end((await desk()).start([HELPER, 'get'], env), input);
    expect(await helper('ghcr.io', { ECR_CI_SECRET: outputs.pushSecretArn })).toEqual({ exitCode: 1, stdout: 'credentials not found in native keychain\n', stderr: '' });
    expect(await helper(aws.registryHost, { ECR_CI_SECRET: outputs.pullSecretArn })).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('allow secretsmanager:GetSecretValue') });
  });
});

test('completion works in bash', async () => {
  const me = await desk();
  const bin = path.join(me.home, 'bin');
  await mkdir(bin);
  await symlink(MAIN, path.join(bin, 'ecr-ci'));
  const script = path.join(me.home, 'try.sh');
  await writeFile(script, [
    `export PATH="${bin}:${path.dirname(process.execPath)}:$PATH"`,
    // of the package bash-completion, which is not everywhere
    '_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${COMP_WORDS[COMP_CWORD]}; prev=${COMP_WORDS[COMP_CWORD-1]}; }',
    'source <(ecr-ci completion bash)',
    'COMP_WORDS=(ecr-ci get-); COMP_CWORD=1; COMP_LINE="ecr-ci get-"; COMP_POINT=11',
    '"$(complete -p ecr-ci | sed -E "s/.*-F ([^ ]+).*/\\1/")"; printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n'));
  const { exitCode, stdout } = await end(spawn('bash', [script], { env: me.env }));
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'get-password\n' });
});

test('no credential is in what the commands said, nor in their arguments', () => {
  expect(passwords.size).toBeGreaterThan(6);
  expect(said.length).toBeGreaterThan(50);
  for (const password of passwords) expect(said.filter((text) => text.includes(password))).toEqual([]);
});
