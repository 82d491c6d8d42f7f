import { ECRPUBLICClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr-public';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { clientConfig } from './config';
import { ecrTokens } from './ecr-token';
import { explain } from './errors';
import { CliError, Exit, firstLine } from '../shared/exit';
import { codeOf } from '../shared/files';
import { ecrHost } from '../shared/host';
import type { Io } from '../shared/io';
import { temporaryBeside } from '../shared/replace';

const PUBLIC_HOST = 'public.ecr.aws';
/** Docker's key for its own hub. */
const HUB_KEY = 'https://index.docker.io/v1/';
const SESSION = 'aws_docker_creds';

/** Users of other accounts read the file: the CI that started the container, for one. */
const FILE_MODE = 0o644;

/**
 * Writes a dockercfg for the identity in the environment, as the image `codeship/aws-ecr-dockercfg-generator` does: same
 * variables, same words, same exit codes.
 */
export async function generate(file: string | undefined, io: Io): Promise<void> {
  try {
    await io.stdout.write('AWS ECR dockercfg generator\n');
    for (const name of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) requireVariable(name, io.env);
    if (!file) throw new CliError('no path was given: name the file to write, as in "ecr-ci generate /opt/dockercfg"');
    const env = await assumeRole(io);
    const auths = { ...hubAuth(env), ...(env.ECR_PUBLIC === undefined ? await privateAuths(env, io) : await publicAuth(env)) };
    await io.stdout.write(`Writing Docker creds to ${file}\n`);
    await write(file, `${JSON.stringify({ auths }, undefined, '\t')}\n`, io);
  } catch (error) {
    throw new CliError(firstLine(error), Exit.NOTICE, { cause: error });
  }
}

type Auths = Record<string, { readonly auth: string }>;

function requireVariable(name: string, env: NodeJS.ProcessEnv): string {
  const value = env[name];
  if (!value) throw new CliError(`${name}: Need to set ${name}`);
  return value;
}

/** The environment, with the keys of the role that it names, if it names one. */
async function assumeRole({ env, stdout }: Io): Promise<NodeJS.ProcessEnv> {
  if (!env.AWS_STS_ROLE && !env.AWS_STS_ACCOUNT) return env;
  const name = requireVariable('AWS_STS_ROLE', env);
  const role = `arn:${partitionOf(env.AWS_REGION!)}:iam::${requireVariable('AWS_STS_ACCOUNT', env)}:role/${name}`;
  await stdout.write(`Using STS to get credentials for ${role}\n`);
  const client = new STSClient({ ...clientConfig({}, env), credentials: keysOf(env) });
  try {
    const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: SESSION }));
    return {
      ...env,
      AWS_ACCESS_KEY_ID: Credentials!.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials!.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials!.SessionToken,
    };
  } catch (error) {
    throw explain(error, { what: `the role ${role} could not be assumed`, action: 'sts:AssumeRole, and trust in the role,' });
  }
}

/** The registries of the accounts that are named, or of the identity's own. */
async function privateAuths(env: NodeJS.ProcessEnv, { stdout }: Io): Promise<Auths> {
  const ids = (env.AWS_ECR_REGISTRY_IDS ?? '').split(/[\s,]+/).filter(Boolean);
  const wrong = ids.find((id) => !/^\d{12}$/.test(id));
  if (wrong !== undefined) throw new CliError(`AWS_ECR_REGISTRY_IDS must be account ids of 12 digits with spaces between, got: '${wrong}'`);
  const tokens = await ecrTokens({ credentials: keysOf(env) }, env, ids.length > 0 ? ids : undefined);
  for (const { host } of tokens) await stdout.write(`Logging into AWS ECR with account ${ecrHost(host)?.account ?? host}\n`);
  return Object.fromEntries(tokens.map(({ host, auth }) => [host, { auth }]));
}

/** ECR Public, which there is in one region only. */
async function publicAuth(env: NodeJS.ProcessEnv): Promise<Auths> {
  const client = new ECRPUBLICClient({ ...clientConfig({ region: 'us-east-1' }, env), credentials: keysOf(env) });
  try {
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
    const auth = authorizationData?.authorizationToken;
    if (!auth) throw new CliError('ECR Public gave no token: try again');
    return { [PUBLIC_HOST]: { auth } };
  } catch (error) {
    throw explain(error, { what: 'ECR Public gave no token', action: 'ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken' });
  }
}

function hubAuth(env: NodeJS.ProcessEnv): Auths {
  if (!env.DOCKER_HUB_USERNAME && !env.DOCKER_HUB_PASSWORD) return {};
  const login = `${requireVariable('DOCKER_HUB_USERNAME', env)}:${requireVariable('DOCKER_HUB_PASSWORD', env)}`;
  return { [HUB_KEY]: { auth: Buffer.from(login).toString('base64') } };
}

function keysOf(env: NodeJS.ProcessEnv): { accessKeyId: string; secretAccessKey: string; sessionToken?: string } {
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID!,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
    ...(env.AWS_SESSION_TOKEN ? { sessionToken: env.AWS_SESSION_TOKEN } : {}),
  };
}

function partitionOf(region: string): string {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Writes the file in one step where that can be done; a file that is mounted by itself can only be written into. */
async function write(file: string, text: string, { files }: Io): Promise<void> {
  const temporary = temporaryBeside(file);
  try {
    await files.writeFile(temporary, text, { flag: 'wx', mode: 0o600 });
    await files.chmod(temporary, FILE_MODE);
    await files.rename(temporary, file).catch(async (error) => {
      if (codeOf(error) !== 'EBUSY') throw error;
      await files.writeFile(file, text);
    });
  } catch (error) {
    throw new CliError(`${file} could not be written: ${firstLine(error)}`, Exit.NOTICE, { cause: error });
  } finally {
    await files.rm(temporary, { force: true }).catch(() => undefined);
  }
}
