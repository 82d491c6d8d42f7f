import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, symlink } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { BatchDeleteImageCommand, BatchGetImageCommand, ECRClient } from '@aws-sdk/client-ecr';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { commandsOf, scriptOf, waysOfClients } from './clients-document';
import { Deployment } from './deployment';
import { emptyMachine } from '../../local-aws/containers';
import { writeImage } from '../../local-aws/image';
import { ADMINISTRATOR, LocalAws, type Credentials } from '../../local-aws/local-aws';
import { ensureProgram, type ProgramName } from '../../local-aws/programs';

jest.setTimeout(600_000);

const execute = promisify(execFile);

const CLIENTS = ['docker', 'skopeo', 'buildah', 'podman', 'crane', 'oras', 'regctl'] as const satisfies ProgramName[];
type Client = (typeof CLIENTS)[number];

/** How a client comes by the credentials: the lines that docs/clients.md gives for it, before the client's own. */
const WAYS: Record<string, (client: Client) => string> = {
  'ecr-ci login': () => linesOf('ecr-ci login'),
  'docker-credential-ecr-ci': () => linesOf('docker-credential-ecr-ci'),
  'DOCKER_CONFIG': () => linesOf('DOCKER_CONFIG'),
  'REGISTRY_AUTH_FILE': () => linesOf('REGISTRY_AUTH_FILE'),
  'DOCKER_AUTH_CONFIG': () => linesOf('DOCKER_AUTH_CONFIG'),
  'log in': (client) => scriptOf(client, 'log in'),
};

const CELLS = waysOfClients() as { client: Client; way: string; says: string }[];
/** How the clients say that their credentials are missing or wrong; Docker's sees no manifest where it may not look. */
const REFUSED = /401|no such manifest|unauthorized|Not Authorized|no basic auth|authentication required|basic credential not found|invalid username/i;

/** Programs of this package, as they are bundled. */
const BUNDLES = path.join(__dirname, '..', '..', 'assets', 'cli');
const OURS = {
  'ecr-ci': path.join(BUNDLES, 'main', 'index.js'),
  'docker-credential-ecr-ci': path.join(BUNDLES, 'docker-credential-ecr-ci', 'index.js'),
};

let aws: LocalAws;
let ecr: ECRClient;
let deployment: Deployment;
let user: Credentials;
let bin: string;
let dockerVersion: number;
let wrongSecretArn: string;

beforeAll(async () => {
  const files = new Map<string, string>(Object.entries(OURS));
  for (const name of [...CLIENTS, 'aws'] as const) files.set(name, await ensureProgram(name));
  dockerVersion = Number(/(\d+\.\d+)/.exec((await execute(files.get('docker')!, ['--version'])).stdout)![1]);

  aws = await LocalAws.start();
  await aws.bootstrap();
  bin = path.join(aws.directory, 'bin');
  await mkdir(bin);
  for (const [name, file] of files) await symlink(file, path.join(bin, name));
  deployment = await Deployment.of('build-cache', aws);
  ecr = new ECRClient(aws.clientConfig());
  const { AccessKeyId, SecretAccessKey } = JSON.parse(await deployment.secret('CiAccessKeySecretArn'));
  user = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };

  const { ARN } = await new SecretsManagerClient(aws.clientConfig()).send(new CreateSecretCommand({
    Name: 'wrong', SecretString: JSON.stringify({ auths: { [aws.registryHost]: { auth: Buffer.from('AWS:wrong').toString('base64') } } }),
  }));
  wrongSecretArn = ARN!;

  const image = path.join(aws.directory, 'image');
  await writeImage(image, { tag: 'v1', fileName: 'hello.txt', text: 'hello\n' });
  // In Docker's format: an old Docker CLI knows no other.
  await execute(
    files.get('skopeo')!,
    ['copy', '--insecure-policy', '--format', 'v2s2', `oci:${image}:v1`, `docker://${deployment.output('CiRepositoryUris')}:v1`],
    { env: await aws.registryEnvironment(await deployment.secret('CiDockerConfigSecretArn')) },
  );
});

afterAll(async () => { await aws?.stop(); });

afterEach(async () => {
  await ecr.send(new BatchDeleteImageCommand({ repositoryName: 'myuser/myapp', imageIds: [{ imageTag: 'v2' }] }));
});

function linesOf(heading: string): string {
  return commandsOf(heading).map(({ script }) => script).join('');
}

/** Runs lines as a person pastes them, on a machine without any other credentials for the registry. Fails with all that they said. */
async function paste(script: string, secretArn: string, reader: Credentials): Promise<void> {
  const directory = await mkdtemp(path.join(aws.directory, 'shell-'));
  const env = {
    ...aws.environment(),
    ...aws.registryNetwork(),
    ...await emptyMachine(directory),
    AWS_ACCESS_KEY_ID: reader.accessKeyId,
    AWS_SECRET_ACCESS_KEY: reader.secretAccessKey,
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
    TMPDIR: directory, // what the lines make with mktemp
    REGISTRY: aws.registryHost,
    IMAGE: deployment.output('CiRepositoryUris'),
    SECRET_ARN: secretArn,
  };
  const options = { cwd: directory, env, maxBuffer: 1e8 };
  await execute('sh', ['-ec', script], options).catch(({ stdout, stderr }) => { throw new Error(`${stdout}${stderr}`.trim()); });
}

/** Digests of what a tag's manifest is made of: its config, or the manifests that it lists. */
async function contentOf(imageTag: string): Promise<{ digest: string; parts: string[] }> {
  const { images } = await ecr.send(new BatchGetImageCommand({ repositoryName: 'myuser/myapp', imageIds: [{ imageTag }] }));
  const manifest = JSON.parse(images![0].imageManifest!);
  return {
    digest: images![0].imageId!.imageDigest!,
    parts: [manifest.config, ...manifest.manifests ?? []].filter(Boolean).map(({ digest }: { digest: string }) => digest),
  };
}

function isTaken(says: string): boolean {
  const from = /^from (\d+\.\d+)$/.exec(says)?.[1];
  if (from) return dockerVersion >= Number(from);
  if (!['yes', 'no'].includes(says)) throw new Error(`a cell says '${says}', which is neither yes nor no`);
  return says === 'yes';
}

test('the table has every client and every way', () => {
  expect(CELLS.map(({ client, way }) => `${client} ${way}`))
    .toEqual(CLIENTS.flatMap((client) => Object.keys(WAYS).map((way) => `${client} ${way}`)));
});

describe.each(CELLS)('$client, $way: $says', ({ client, way, says }) => {
  test('pulls and pushes with the published dockercfg, or not at all', async () => {
    const work = paste(WAYS[way](client) + scriptOf(client, 'pull') + scriptOf(client, 'push'), deployment.output('CiDockerConfigSecretArn'), user);
    if (!isTaken(says)) return expect(work).rejects.toThrow(REFUSED);
    await work;
    const [original, pushed] = [await contentOf('v1'), await contentOf('v2')];
    // Clients may write the manifest anew, but not what it is about.
    expect([original.parts, [original.digest]]).toContainEqual(pushed.parts);
  });
});

describe.each(CELLS.filter(({ says }) => says !== 'no'))('$client, $way, with a wrong password', ({ client, way }) => {
  test('is refused', async () => {
    await expect(paste(WAYS[way](client) + scriptOf(client, 'pull'), wrongSecretArn, ADMINISTRATOR)).rejects.toThrow(REFUSED);
  });
});

describe.each(CLIENTS)('%s, with the dockercfg that may only pull', (client) => {
  test('pulls, and its push is refused', async () => {
    const pull = WAYS.DOCKER_CONFIG(client) + scriptOf(client, 'pull');
    const secretArn = deployment.output('PullOnlySecretArn');
    await paste(pull, secretArn, user);
    await expect(paste(pull + scriptOf(client, 'push'), secretArn, user)).rejects.toThrow(/denied|not authorized to perform|403/i);
  });
});

test('crane takes DOCKER_AUTH_CONFIG if there is a config.json too', async () => {
  const lines = scriptOf('crane', 'before DOCKER_AUTH_CONFIG') + WAYS.DOCKER_AUTH_CONFIG('crane') + scriptOf('crane', 'pull');
  await paste(lines, deployment.output('CiDockerConfigSecretArn'), user);
  await expect(paste(lines, wrongSecretArn, ADMINISTRATOR)).rejects.toThrow(REFUSED);
});
