import { EXPIRY_HOST } from '../../lambda/shared/dockercfg/published';
import { CliError, Exit } from '../shared/exit';

/** User and password for a host. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Hosts of a dockercfg and their `auth` strings: `base64(user:password)`. */
export type Auths = ReadonlyMap<string, string>;

/**
 * Reads the dockercfg that a secret holds.
 *
 * @param secretId to be named in errors
 * @throws CliError if it is none; the value is not quoted, because it may be a credential
 */
export function readDockercfg(value: string, secretId: string): Auths {
  const auths = authsOf(value);
  if (auths === undefined) {
    throw new CliError(`the secret ${secretId} holds no dockercfg but something else: name the secret of the output DockerConfigSecretArn`);
  }
  if (auths.size === 0) {
    throw new CliError(`the dockercfg in the secret ${secretId} is for no registry: run "ecr-ci refresh"`, Exit.NO_CREDENTIALS);
  }
  return auths;
}

/** The registries of a text that may be a dockercfg, with or without `auths` around them; undefined if it is none. */
export function authsOf(text: string): Auths | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const entries = isRecord(value) && 'auths' in value ? value.auths : value;
  if (!isRecord(entries)) return undefined;
  const auths = new Map<string, string>();
  for (const [host, entry] of Object.entries(entries)) {
    if (!isRecord(entry) || typeof entry.auth !== 'string' || !loginOf(entry.auth)) return undefined;
    if (host !== EXPIRY_HOST) auths.set(host, entry.auth);
  }
  return auths;
}

/** User and password of an `auth` string; undefined if it has not both. */
export function loginOf(auth: string): Login | undefined {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Whether it is an object of JSON. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
