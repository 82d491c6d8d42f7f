import { readSecret } from './read';
import { requireSecret, type SecretOptions } from './which';
import { changeConfig } from '../config/file';
import { configFile } from '../config/location';
import { CliError } from '../shared/exit';
import type { Io } from '../shared/io';

export interface LogoutOptions extends SecretOptions {
  /** Hosts to log out from; without any, those of the secret. */
  readonly host?: readonly string[];
  readonly authfile?: string;
  readonly json?: boolean;
}

/** Takes the entries of the hosts out of the file that Docker reads its logins from. */
export async function logout(options: LogoutOptions, io: Io): Promise<void> {
  const file = configFile(options.authfile, io);
  const hosts = options.host ?? await hostsOfSecret(options, io);
  if (hosts.some((host) => host.trim() === '')) throw new CliError('--host is empty: name a host');
  const changed = await changeConfig(file, (config) => {
    const change = config.logout(hosts);
    return change.removed.length > 0 ? change : undefined;
  }, io);
  const removed = changed?.removed ?? [];
  if (options.json) return io.stdout.write(`${JSON.stringify({ file, removed })}\n`);
  if (removed.length === 0) return io.stdout.write(`not logged in to ${hosts.join(', ')}; ${file} is as it was\n`);
  return io.stdout.write([...removed.map((key) => `removed ${key}`), `written to ${file}`].map((line) => `${line}\n`).join(''));
}

/** Hosts of the secret's dockercfg, expired or not. */
async function hostsOfSecret(options: SecretOptions, io: Io): Promise<string[]> {
  const secretId = await requireSecret(options, io.env);
  const { auths } = await readSecret(secretId, options, io.env);
  return [...auths.keys()];
}
