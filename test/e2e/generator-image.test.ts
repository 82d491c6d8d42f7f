import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { emptyMachine } from '../../local-aws/containers';
import { readImageText, writeImage } from '../../local-aws/image';
import { ADMINISTRATOR, LocalAws } from '../../local-aws/local-aws';
import { ensureProgram } from '../../local-aws/programs';
import { findRegistryClient } from '../../local-aws/registry-client';

jest.setTimeout(600_000);

const execute = promisify(execFile);
const ROOT = path.join(__dirname, '..', '..');

let aws: LocalAws;
let buildah: (...args: string[]) => Promise<string>;
let entryPoint: string[];
beforeAll(async () => {
  aws = await LocalAws.start();
  await new ECRClient(aws.clientConfig()).send(new CreateRepositoryCommand({ repositoryName: 'myuser/myapp' }));
  const program = await ensureProgram('buildah');
  const env = { ...process.env, ...await emptyMachine(await mkdtemp(path.join(aws.directory, 'machine-'))) };
  buildah = async (...args) => (await execute(program, args, { env, maxBuffer: 1e8 })).stdout.trim();

  // Docker Hub cannot be had here: the image's base is this machine's Node, which the Dockerfile's own stands for.
  await buildah('bud', '--tag', 'localhost/node', await contextWithNode());
  await buildah('bud', '--from', 'localhost/node', '--file', path.join(ROOT, 'cli', 'Dockerfile'), '--tag', 'generator', ROOT);
  entryPoint = JSON.parse(await buildah('inspect', '--type', 'image', 'generator')).OCIv1.config.Entrypoint;
});
afterAll(async () => { await aws?.stop(); });

/** A folder with Node, and the libraries that it is linked with, where they are on this machine. */
async function contextWithNode(): Promise<string> {
  const context = await mkdtemp(path.join(aws.directory, 'node-'));
  const { stdout } = await execute('ldd', [process.execPath]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, file]) => file);
  for (const [from, to] of [[process.execPath, '/usr/local/bin/node'], ...libraries.map((file) => [file, file])]) {
    await mkdir(path.dirname(path.join(context, to)), { recursive: true });
    await copyFile(from, path.join(context, to));
  }
  await writeFile(path.join(context, 'Dockerfile'), 'FROM scratch\nCOPY . /\nENV PATH=/usr/local/bin\n');
  return context;
}

/** Runs the image's entry point, as a CI does: with keys in the environment and a folder for what it writes. */
async function run(folder: string, env: Record<string, string>, ...args: string[]): Promise<string> {
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const container = await buildah('from', '--pull-never', 'generator');
  return buildah('run', '--volume', `${folder}:/opt/out`, ...variables, container, '--', ...entryPoint, ...args);
}

const keys = () => ({
  AWS_REGION: aws.region,
  AWS_ACCESS_KEY_ID: ADMINISTRATOR.accessKeyId,
  AWS_SECRET_ACCESS_KEY: ADMINISTRATOR.secretAccessKey,
  AWS_ENDPOINT_URL: aws.endpoint,
});

test('the image writes a dockercfg with which a client pushes and pulls', async () => {
  const folder = await mkdtemp(path.join(aws.directory, 'out-'));
  await expect(run(folder, keys(), '/opt/out/dockercfg')).resolves.toMatch(/^AWS ECR dockercfg generator\n[^]*Writing Docker creds to \/opt\/out\/dockercfg$/);
  const dockercfg = await readFile(path.join(folder, 'dockercfg'), 'utf8');
  expect(Object.keys(JSON.parse(dockercfg).auths)).toEqual([aws.registryHost]);
  const client = await findRegistryClient();
  const env = await aws.registryEnvironment(dockercfg);
  const image = `${aws.registryHost}/myuser/myapp:v1`;
  const written = path.join(aws.directory, 'written');
  await writeImage(written, { tag: 'v1', fileName: 'app.txt', text: 'pushed by the generator\'s dockercfg' });
  await client.push(written, image, env);
  await client.pull(image, path.join(aws.directory, 'read'), env);
  expect(await readImageText(path.join(aws.directory, 'read'))).toBe('pushed by the generator\'s dockercfg');
});

test('the image says what it lacks, and fails', async () => {
  const folder = await mkdtemp(path.join(aws.directory, 'out-'));
  const { AWS_REGION: _region, ...others } = keys();
  await expect(run(folder, others, '/opt/out/dockercfg')).rejects.toThrow('AWS_REGION: Need to set AWS_REGION');
});
