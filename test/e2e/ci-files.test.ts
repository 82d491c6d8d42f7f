import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { Deployment } from './deployment';
import { RENDERERS, setupOf, type CiAccess, type CiSetup } from '../../cli/init';
import { buildScript } from '../../cli/init/shell';
import { writeImage } from '../../local-aws/image';
import { ADMINISTRATOR, LocalAws } from '../../local-aws/local-aws';
import { ensureProgram } from '../../local-aws/programs';
import { checkCiFiles } from '../ci-schemas';
import { Issuer } from '../iam/web-identity';

jest.setTimeout(300_000);

const execute = promisify(execFile);
const MAIN = path.join(__dirname, '..', '..', 'assets', 'cli', 'main', 'index.js');
const ISSUER = 'oidc.example.com';

let aws: LocalAws;
let deployment: Deployment;
let setup: CiSetup;
let bin: string;

beforeAll(async () => {
  const [realAws, realDocker, skopeo] = [await ensureProgram('aws'), await ensureProgram('docker'), await ensureProgram('skopeo')];
  aws = await LocalAws.start();
  await aws.bootstrap();
  deployment = await Deployment.of('build-cache', aws);
  setup = setupOf(deployment.outputs);
  bin = path.join(aws.directory, 'bin');
  await mkdir(bin);
  await symlink(realAws, path.join(bin, 'aws'));
  // Docker without an engine: it logs in and reads manifests, and what takes an engine is left out.
  await writeFile(path.join(bin, 'docker'), `#!/bin/sh\ncase "$1" in build|push) ;; *) exec ${realDocker} "$@" ;; esac\n`, { mode: 0o755 });

  const image = path.join(aws.directory, 'image');
  await writeImage(image, { tag: 'v1', fileName: 'hello.txt', text: 'hello\n' });
  const env = await aws.registryEnvironment(await deployment.secret('CiDockerConfigSecretArn'));
  // In Docker's format: an old Docker CLI knows no other.
  await execute(skopeo, ['copy', '--insecure-policy', '--format', 'v2s2', `oci:${image}:v1`, `docker://${setup.image}:v1`], { env });
});

afterAll(async () => { await aws?.stop(); });

/** Runs the script of a CI's job, and then has Docker read an image by the login that the script made. */
async function job(access: CiAccess, env: NodeJS.ProcessEnv): Promise<string> {
  const directory = await mkdtemp(path.join(aws.directory, 'job-'));
  const script = [...buildScript({ ...setup, access }, { commit: 'v1', token: 'printf %s "$TOKEN"' }), 'docker manifest inspect "$IMAGE" > manifest.json'];
  await execute('sh', ['-euc', script.join('\n')], {
    cwd: directory,
    env: {
      ...aws.environment(),
      ...aws.registryNetwork(),
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      HOME: directory,
      TMPDIR: directory,
      PATH: `${bin}${path.delimiter}${process.env.PATH}`,
      ...env,
    },
  }).catch((error) => { throw new Error(`${error.stdout}${error.stderr}`.trim()); });
  return readFile(path.join(directory, 'manifest.json'), 'utf8');
}

function keyOf({ accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string }): NodeJS.ProcessEnv {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

test('the outputs of a deployed EcrCi say all that a CI is told', () => {
  expect(setup).toEqual({
    region: aws.region,
    registry: aws.registryHost,
    image: `${aws.registryHost}/myuser/myapp`,
    buildCache: `${aws.registryHost}/myuser/myapp-cache`,
    access: { kind: 'key', accessKeySecretArn: deployment.output('CiAccessKeySecretArn') },
  });
});

test('the command writes the files that GitHub takes, and leaves alone what somebody has changed', async () => {
  const directory = await mkdtemp(path.join(aws.directory, 'init-'));
  const init = async (...args: string[]) =>
    execute(process.execPath, [MAIN, 'init', 'github', '--stack', 'BuildCache', ...args], { cwd: directory, env: aws.environment() });
  const { files: [{ path: name, content }], steps } = RENDERERS.github(setup);
  const { stdout, stderr } = await init();
  expect({ stdout, stderr }).toEqual({ stdout: `wrote ${name}\nleft to do:\n  1. ${steps[0]}\n`, stderr: '' });
  const file = path.join(directory, name);
  expect(await readFile(file, 'utf8')).toBe(content);
  await checkCiFiles('github', [file]);

  await writeFile(file, 'mine');
  await expect(init()).rejects.toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(/^ecr-ci: there is something else in [^\n]+\n$/) });
  expect(await readFile(file, 'utf8')).toBe('mine');
  expect(JSON.parse((await init('--force', '--json')).stdout)).toEqual({ files: [{ path: name, written: true }], steps });
  expect(await readFile(file, 'utf8')).toBe(content);
});

test('a job logs in with the user\'s key', async () => {
  const { AccessKeyId, SecretAccessKey } = JSON.parse(await deployment.secret('CiAccessKeySecretArn'));
  const key = keyOf({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
  expect(JSON.parse(await job(setup.access, key)).schemaVersion).toBe(2);
  await expect(job(setup.access, { ...key, AWS_SECRET_ACCESS_KEY: 'wrong' })).rejects.toThrow(/InvalidSignature/);
});

test('a job logs in with the dockercfg', async () => {
  const access: CiAccess = { kind: 'dockercfg', dockerConfigSecretArn: deployment.output('CiDockerConfigSecretArn') };
  expect(JSON.parse(await job(access, keyOf(ADMINISTRATOR))).schemaVersion).toBe(2);
});

test('a job logs in with a role, by its token', async () => {
  const issuer = await Issuer.at(`https://${ISSUER}`);
  await aws.publishKeys(issuer.url, issuer.keys);
  const iam = new IAMClient(aws.clientConfig());
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['sts.amazonaws.com'] }));
  const { Role } = await iam.send(new CreateRoleCommand({
    RoleName: 'Ci',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${aws.account}:oidc-provider/${ISSUER}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: 'main' } },
      }],
    }),
  }));
  await iam.send(new PutRolePolicyCommand({
    RoleName: 'Ci',
    PolicyName: 'Pull',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], Resource: '*' }],
    }),
  }));
  const access: CiAccess = { kind: 'role', roleArn: Role!.Arn! };
  const manifest = await job(access, { TOKEN: await issuer.token({ aud: 'sts.amazonaws.com', sub: 'main' }) });
  expect(JSON.parse(manifest).schemaVersion).toBe(2);
  await expect(job(access, { TOKEN: await issuer.token({ aud: 'sts.amazonaws.com', sub: 'fork' }) })).rejects.toThrow(/AccessDenied/);
});
