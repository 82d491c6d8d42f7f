import { formatDockercfg, parseDockercfg, type Auths } from './dockercfg';
import type { EcrToken } from './ecr-token';
import type { SecretVersion } from './secret-store';
import { expiryOf, versionIdOf } from './version-id';

/** Two runs within this time are one delivery that came twice, and Secrets Manager asks for at most one write in it. */
const REPEATED_DELIVERY_MS = 10 * 60 * 1000;

/** What the secret holds. */
export interface Current {
  readonly auths: Auths;
  /** When the first entry expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What the decision is made from. */
export interface Situation {
  /** What the secret holds; undefined if nothing, or nothing that the refresher wrote. */
  readonly current?: Current;
  /** The tokens that were fetched, by host. */
  readonly fetched: ReadonlyMap<string, EcrToken>;
  /** Hosts whose token could not be fetched. */
  readonly failed: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Publish what was fetched even if what is there is as good. */
  readonly force: boolean;
}

/** What to do with the secret. */
export interface Decision {
  /** The version to write; undefined if what is there is as good or better. */
  readonly write?: SecretVersion;
  /** When each host's entry expires once that is done, in milliseconds since the epoch; a host without one is missing. */
  readonly expiries: ReadonlyMap<string, number>;
}

/** Reads the secret's current version; undefined if it is not one that the refresher wrote. */
export function readCurrent(version: SecretVersion): Current | undefined {
  const auths = parseDockercfg(version.value);
  const expiresAt = expiryOf(version.versionId, version.value);
  return auths && expiresAt !== undefined ? { auths, expiresAt } : undefined;
}

/**
 * Decides what to publish: never less than what is there.
 *
 * A host that failed keeps its entry while that is valid; an expired entry is not published again. What comes out is
 * written if it has other hosts or lives longer than what is there, or if it is forced.
 */
export function decide({ current, fetched, failed, now, force }: Situation): Decision {
  const auths = new Map<string, string>();
  const expiries = new Map<string, number>();
  for (const [host, token] of fetched) {
    auths.set(host, token.auth);
    expiries.set(host, token.expiresAt);
  }
  for (const host of failed) {
    const auth = current?.auths.get(host);
    if (current && auth && current.expiresAt > now) {
      auths.set(host, auth);
      expiries.set(host, current.expiresAt);
    }
  }
  if (fetched.size === 0) return { expiries };

  const better = !current || !sameHosts(current.auths, auths)
    || [...fetched.values()].some((token) => token.expiresAt - current.expiresAt > REPEATED_DELIVERY_MS);
  if (!better && !force) return { expiries: new Map([...auths.keys()].map((host) => [host, current.expiresAt])) };

  const value = formatDockercfg(auths);
  return { write: { value, versionId: versionIdOf(value, Math.min(...expiries.values())) }, expiries };
}

function sameHosts(a: Auths, b: Auths): boolean {
  return a.size === b.size && [...a.keys()].every((host) => b.has(host));
}
