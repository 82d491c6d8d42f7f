import { loginOf, type Login } from './dockercfg';
import { expiryOfHost } from './expiry';
import { readSecret, type SecretVersion } from './read';
import { requireSecret, type SecretOptions } from './which';
import { CliError, Exit } from '../shared/exit';
import { hostOf } from '../shared/host';
import type { Io } from '../shared/io';
import { expiryMember, inUtc } from '../shared/time';

export interface GetOptions extends SecretOptions {
  /** Only this host of the dockercfg. */
  readonly host?: string;
  /** The password of the one host, and nothing else. */
  readonly password?: boolean;
  /** A line for a file of environment variables. */
  readonly env?: boolean;
  readonly json?: boolean;
}

/** Writes the dockercfg or a part of it to stdout. */
export async function get(options: GetOptions, io: Io): Promise<void> {
  if (options.password && options.env) throw new CliError('--password and --env were given: leave one out');
  const secret = await readFresh(await requireSecret(options, io.env), options, io, options.host);
  if (options.password) return io.stdout.write(passwordText(secret, options));
  const hosts = options.host === undefined ? [...secret.auths.keys()] : [entryOf(secret, options.host).host];
  const dockercfg = JSON.stringify({ auths: Object.fromEntries(hosts.map((host) => [host, { auth: secret.auths.get(host) }])) });
  if (!options.env) return io.stdout.write(`${dockercfg}\n`);
  const variables = { DOCKER_AUTH_CONFIG: dockercfg };
  return io.stdout.write(options.json ? `${JSON.stringify(variables)}\n` : `DOCKER_AUTH_CONFIG=${dockercfg}\n`);
}

/**
 * Reads a secret, and fails if all of it that is wanted has expired. A part that has is warned of.
 *
 * @param host the one that is wanted; undefined for all
 */
export async function readFresh(secretId: string, options: SecretOptions, io: Io, host?: string): Promise<SecretVersion> {
  const secret = await readSecret(secretId, options, io.env);
  const wanted = host === undefined ? [...secret.auths.keys()] : [entryOf(secret, host).host];
  const expired = wanted.filter((candidate) => (expiryOfHost(secret, candidate) ?? Infinity) <= io.now());
  const messages = expired.map((candidate) => `the credentials for ${candidate} in the secret ${secretId} expired at `
    + `${inUtc(expiryOfHost(secret, candidate)!)}: run "ecr-ci refresh", and see why its schedule did not`);
  if (expired.length === wanted.length) throw new CliError(messages[0], Exit.NO_CREDENTIALS);
  for (const message of messages) await io.stderr.write(`ecr-ci: ${message}\n`);
  return secret;
}

/** The entry of a host, or of the only one. */
export function entryOf(secret: SecretVersion, host: string | undefined): Login & { readonly host: string } {
  const hosts = [...secret.auths.keys()];
  const wanted = host === undefined ? undefined : hostOf(host);
  if (wanted === undefined && hosts.length > 1) throw new CliError(`the dockercfg has ${hosts.length} hosts: choose one by --host, of ${hosts.join(', ')}`);
  const found = wanted === undefined ? hosts[0] : hosts.find((candidate) => hostOf(candidate) === wanted);
  if (found === undefined) throw new CliError(`the dockercfg has no host ${wanted}: choose one of ${hosts.join(', ')}`, Exit.NO_CREDENTIALS);
  return { host: found, ...loginOf(secret.auths.get(found)!)! };
}

/** A password as it is, or with what belongs to it as JSON. */
export function passwordText(secret: SecretVersion, { host, json }: Pick<GetOptions, 'host' | 'json'>): string {
  const entry = entryOf(secret, host);
  if (!json) return `${entry.password}\n`;
  return `${JSON.stringify({ ...entry, ...expiryMember(expiryOfHost(secret, entry.host)) })}\n`;
}
