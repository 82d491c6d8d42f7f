import { expiryOfHost, firstExpiry } from './expiry';
import { readFresh } from './get';
import { OWN_HELPER } from './helper-name';
import { requireSecret, type SecretOptions } from './which';
import type { ConfigDocument, Shadow } from '../config/document';
import { changeConfig } from '../config/file';
import { configFile } from '../config/location';
import type { Io } from '../shared/io';
import { expiryMember, inWords } from '../shared/time';

export interface LoginOptions extends SecretOptions {
  /** The file to write; for Podman, Skopeo and Buildah. */
  readonly authfile?: string;
  readonly json?: boolean;
}

/** Puts the dockercfg of a secret into the file that Docker reads its logins from. */
export async function login(options: LoginOptions, io: Io): Promise<void> {
  const file = configFile(options.authfile, io);
  const secret = await readFresh(await requireSecret(options, io.env), options, io);
  const fresh = new Map([...secret.auths].filter(([host]) => (expiryOfHost(secret, host) ?? Infinity) > io.now()));
  const hosts = [...fresh.keys()].sort();
  const changed = await changeConfig(file, (config) => ({ ...config.login(fresh), warnings: warningsOf(config, hosts, file) }), io);

  const { removed, warnings } = changed!;
  const evicted = removed.filter((key) => !fresh.has(key));
  for (const warning of warnings) await io.stderr.write(`ecr-ci: ${warning}\n`);
  const expiresAt = firstExpiry({ ...secret, auths: fresh });
  if (options.json) {
    const summary = { file, hosts, evicted, warnings, ...expiryMember(expiresAt) };
    return io.stdout.write(`${JSON.stringify(summary)}\n`);
  }
  const life = expiresAt === undefined ? '' : `, for ${inWords(expiresAt - io.now())}`;
  return io.stdout.write([
    `logged in to ${hosts.join(', ')}${life}`,
    ...evicted.map((key) => `removed the old entry ${key}`),
    `written to ${file}`,
  ].map((line) => `${line}\n`).join(''));
}

function warningsOf(config: ConfigDocument, hosts: readonly string[], file: string): string[] {
  const shadows = hosts.map((host) => ({ host, shadow: config.shadow(host) }))
    .filter((entry): entry is { host: string; shadow: Shadow } => entry.shadow !== undefined && entry.shadow.helper !== OWN_HELPER);
  const stores = shadows.filter(({ shadow }) => shadow.key === 'credsStore');
  return [
    ...shadows.filter(({ shadow }) => shadow.key === 'credHelpers').map(({ host, shadow }) =>
      `Docker will not see this login: "credHelpers" in ${file} sends it to docker-credential-${shadow.helper} for ${host}; remove that line`),
    ...stores.slice(0, 1).map(({ shadow }) =>
      `Docker will not see this login: "credsStore" in ${file} sends it to docker-credential-${shadow.helper}; `
      + `remove that line, or set "credHelpers" to "${OWN_HELPER}" for ${stores.map(({ host }) => host).join(', ')}`),
  ];
}
