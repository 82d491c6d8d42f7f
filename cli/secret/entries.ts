import { expiryOfHost, type DatedVersion } from './expiry';
import { readSecret } from './read';
import type { Entries } from '../../lambda/shared/dockercfg/entry';

/** Reads a dockercfg by what the environment says of AWS, and when each of its entries expires. */
export async function readEntries(secretId: string, env: NodeJS.ProcessEnv): Promise<Entries> {
  return entriesOf(await readSecret(secretId, {}, env));
}

/** The entries of a version, each with when it expires. */
export function entriesOf(version: DatedVersion): Entries {
  return new Map([...version.auths].map(([host, auth]) => [host, { auth, expiresAt: expiryOfHost(version, host) }]));
}
