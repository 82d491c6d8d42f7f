import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { scriptOf } from './clients-document';
import { Deployment } from './deployment';
import { emptyMachine } from '../../local-aws/containers';
import { LocalAws } from '../../local-aws/local-aws';
import { ensureProgram } from '../../local-aws/programs';

jest.setTimeout(600_000);

const execute = promisify(execFile);
const UUID = /^[0-9a-f-]{36}$/;
/** docs/clients.md's line for a build with the cache. */
const CACHED = scriptOf('buildah', 'cached build');
const CACHED_FROM = CACHED.replace(/--cache-to \S+ /, '');
const UNCACHED = CACHED_FROM.replace(/--cache-from \S+ /, '');

let aws: LocalAws;
let deployment: Deployment;
let buildahProgram: string;
/** A build whose one command writes something else each time that it really runs. */
let context: string;
let repository: string;
let cache: string;
let pushing: Machine;
let pulling: Machine;

beforeAll(async () => {
  buildahProgram = await ensureProgram('buildah');
  const busybox = await ensureProgram('busybox');
  aws = await LocalAws.start();
  await aws.bootstrap();
  deployment = await Deployment.of('build-cache', aws);
  repository = deployment.output('CiRepositoryUris');
  cache = deployment.output('CiBuildCacheUris');
  pushing = await machine(await deployment.secret('CiDockerConfigSecretArn'));
  pulling = await machine(await deployment.secret('PullOnlySecretArn'));

  const base = await folder('base', ['FROM scratch', 'COPY busybox /bin/sh', 'COPY busybox /bin/cat']);
  await copyFile(busybox, path.join(base, 'busybox'));
  await pushing.buildah('bud', '--tag', `${repository}:base`, base);
  await pushing.buildah('push', `${repository}:base`);

  context = await folder('app', [
    `FROM ${repository}:base`,
    'RUN cat /proc/sys/kernel/random/uuid > /made-once',
    'COPY app.txt /app.txt',
  ]);
  await writeFile(path.join(context, 'app.txt'), 'the app\n');
});

afterAll(async () => { await aws?.stop(); });

async function folder(name: string, dockerfile: string[]): Promise<string> {
  const directory = path.join(aws.directory, name);
  await mkdir(directory);
  await writeFile(path.join(directory, 'Dockerfile'), `${dockerfile.join('\n')}\n`);
  return directory;
}

/** A machine on which nothing was ever built or pulled, and whose only credentials are a dockercfg. */
interface Machine {
  /** Runs buildah there. Gives all that it says, or fails with it. */
  buildah(...args: string[]): Promise<string>;
  /** Runs a line in the folder of the build, as a person pastes it. Gives all that it says, or fails with it. */
  paste(line: string, directory: string): Promise<string>;
  /** What a file of an image of this machine holds. */
  read(image: string, file: string): Promise<string>;
}

async function machine(dockercfg: string): Promise<Machine> {
  const env = {
    ...await aws.registryEnvironment(dockercfg),
    ...await emptyMachine(await mkdtemp(path.join(aws.directory, 'machine-'))),
    PATH: `${path.dirname(buildahProgram)}${path.delimiter}${process.env.PATH}`,
    IMAGE: repository,
  };
  const run = async (program: string, args: string[], cwd?: string) => {
    const { stdout, stderr } = await execute(program, args, { cwd, env, maxBuffer: 1e8 });
    return `${stdout}${stderr}`.trim();
  };
  const buildah = (...args: string[]) => run(buildahProgram, args);
  const paste = (line: string, cwd: string) => run('sh', ['-ec', line], cwd);
  const read = async (image: string, file: string) => {
    const container = await buildah('from', '--pull-never', image);
    return buildah('run', container, '--', '/bin/cat', file);
  };
  return { buildah, paste, read };
}

describe('an image whose base image is in the repository', () => {
  test('builds with the published dockercfg only', async () => {
    await pulling.buildah('bud', '--tag', 'app', context);
    expect(await pulling.read('app', '/app.txt')).toBe('the app');
    expect(await pulling.read('app', '/made-once')).toMatch(UUID);
  });

  test('does not build without it', async () => {
    const stranger = await machine('{"auths":{}}');
    await expect(stranger.buildah('bud', '--tag', 'app', context)).rejects.toThrow(/401|Not Authorized|unauthorized|authentication required/i);
  });
});

describe('the build cache', () => {
  let first: string;
  beforeAll(async () => {
    const builder = await machine(await deployment.secret('CiDockerConfigSecretArn'));
    const said = await builder.paste(CACHED, context);
    expect(said).not.toContain('Cache pulled from remote');
    first = await builder.read(`${repository}:v2`, '/made-once');
    expect(first).toMatch(UUID);
  });

  test.each([
    ['may push', 'CiDockerConfigSecretArn', CACHED],
    ['may only pull', 'PullOnlySecretArn', CACHED_FROM],
  ])('gives an empty machine its layers, with the dockercfg that %s', async (_right, secret, line) => {
    const builder = await machine(await deployment.secret(secret));
    const said = await builder.paste(line, context);
    expect(said.split('\n').filter((text) => text.includes(`Cache pulled from remote ${cache}:`))).toHaveLength(2);
    expect(await builder.read(`${repository}:v2`, '/made-once')).toBe(first);
    expect(await builder.read(`${repository}:v2`, '/app.txt')).toBe('the app');
  });

  test('is what gives them: without it, the command runs again', async () => {
    const builder = await machine(await deployment.secret('CiDockerConfigSecretArn'));
    await builder.paste(UNCACHED, context);
    const again = await builder.read(`${repository}:v2`, '/made-once');
    expect(again).toMatch(UUID);
    expect(again).not.toBe(first);
  });

  test('is not filled by the dockercfg that may only pull', async () => {
    const changed = await folder('changed', [`FROM ${repository}:base`, 'RUN cat /proc/sys/kernel/random/uuid > /another-file']);
    const builder = await machine(await deployment.secret('PullOnlySecretArn'));
    await expect(builder.paste(CACHED, changed)).rejects.toThrow(/denied|not authorized|403/i);
  });
});
