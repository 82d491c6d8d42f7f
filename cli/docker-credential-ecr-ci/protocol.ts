import { Cache } from './cache';
import { credentialsFor, usersByHost, type Sources } from './credentials';
import type { Entries } from '../../lambda/shared/dockercfg/entry';
import { SECRET_VARIABLE } from '../secret/variable';
import { firstLine } from '../shared/exit';
import type { Io } from '../shared/io';

const NAME = 'docker-credential-ecr-ci';
const USAGE = `Usage: ${NAME} <get|store|erase|list|version>

Docker, Podman, Skopeo, Buildah, Crane, Oras and others call this: name it in config.json as
  {"credHelpers": {"111122223333.dkr.ecr.eu-west-1.amazonaws.com": "ecr-ci"}}
and the secret with the dockercfg in the variable ${SECRET_VARIABLE}.
`;

/** Texts that clients compare with: they are a part of the protocol. */
export const NOT_FOUND = 'credentials not found in native keychain';
export const NO_SERVER = 'no credentials server URL';

/** What the helper needs of the world. */
export interface HelperPorts {
  readonly io: Io;
  /** Reads stdin to its end. */
  readonly input: () => Promise<string>;
  /** Reads the secret. */
  readonly fetch: (secretId: string) => Promise<Entries>;
  readonly version: string;
}

/** What the helper writes to stdout, errors too, and its exit code. */
export interface Answer {
  readonly stdout: string;
  readonly exitCode: 0 | 1;
}

/**
 * Answers a client.
 *
 * Only an unknown host is `NOT_FOUND`, upon which clients go on without credentials; what went wrong is told.
 *
 * @see https://github.com/docker/docker-credential-helpers
 */
export async function answer(args: readonly string[], ports: HelperPorts): Promise<Answer> {
  if (args.length !== 1) return failed(USAGE);
  try {
    switch (args[0]) {
      case 'get': return await get(ports);
      case 'list': return await list(ports);
      case 'store': return await ignore(ports);
      case 'erase': return await erase(ports);
      case 'version': case '--version': case '-v': return ok(`${NAME} (cdk-ecr-ci) ${ports.version}\n`);
      case '--help': case '-h': return ok(USAGE);
      default: return failed(`${NAME}: unknown action: ${args[0]}\n`);
    }
  } catch (error) {
    return failed(`${firstLine(error)}\n`);
  }
}

async function get(ports: HelperPorts): Promise<Answer> {
  const server = (await ports.input()).trim();
  if (server === '') return failed(`${NO_SERVER}\n`);
  const login = await credentialsFor(server, sourcesOf(ports));
  if (!login) return failed(`${NOT_FOUND}\n`);
  return ok(`${JSON.stringify({ ServerURL: server, Username: login.username, Secret: login.password })}\n`);
}

async function list(ports: HelperPorts): Promise<Answer> {
  await ports.input(); // says nothing
  return ok(`${JSON.stringify(await usersByHost(sourcesOf(ports)))}\n`);
}

/** Docker stores after a login: there is nothing to store, and no reason for it to fail. */
async function ignore({ input }: HelperPorts): Promise<Answer> {
  await input().catch(() => undefined);
  return ok('');
}

/** Clients erase what a registry refused, so the next one is read anew. */
async function erase(ports: HelperPorts): Promise<Answer> {
  const secretId = ports.io.env[SECRET_VARIABLE];
  if (secretId) await new Cache(secretId, ports.io).clear();
  return ignore(ports);
}

function sourcesOf({ io, fetch }: HelperPorts): Sources {
  const secretId = io.env[SECRET_VARIABLE];
  if (!secretId) throw new Error(`no secret was named: set ${SECRET_VARIABLE} to the name or ARN of the secret with the dockercfg`);
  return { secretId, cache: new Cache(secretId, io), fetch: async () => fetch(secretId), now: io.now };
}

function ok(stdout: string): Answer {
  return { stdout, exitCode: 0 };
}

function failed(stdout: string): Answer {
  return { stdout, exitCode: 1 };
}
