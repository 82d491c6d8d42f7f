import type { Cache, CachedVersion } from './cache';
import { loginOf, type Login } from '../secret/dockercfg';
import { expiryOfHost, firstExpiry, type DatedVersion } from '../secret/expiry';
import { hostOf } from '../shared/host';
import { inUtc } from '../shared/time';

/** A version with more life left than that is as good as a newer one: the refresher publishes at least as often. */
const ENOUGH_LIFE_MS = 6 * 3600_000;

/** A version that lacks a host, or says nothing about its end, is not asked for again within this time. */
const PATIENCE_MS = 5 * 60_000;

/** What the credentials come from. */
export interface Sources {
  readonly secretId: string;
  readonly cache: Cache;
  /** Reads the secret. */
  readonly fetch: () => Promise<DatedVersion>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * User and password for a server, from the cache if that is good enough; undefined if the dockercfg has no such host.
 *
 * @throws Error if the secret cannot be read, or the entry has expired
 */
export async function credentialsFor(server: string, sources: Sources): Promise<Login | undefined> {
  const version = await current(sources, server);
  const host = findHost(version, server);
  if (host === undefined) return undefined;
  const expiresAt = expiryOfHost(version, host);
  if (expiresAt !== undefined && expiresAt <= sources.now()) {
    throw new Error(`the credentials for ${host} in the secret ${sources.secretId} expired at ${inUtc(expiresAt)}: run "ecr-ci refresh"`);
  }
  return loginOf(version.auths.get(host)!);
}

/** Users by host. */
export async function usersByHost(sources: Sources): Promise<Record<string, string>> {
  const { auths } = await current(sources);
  return Object.fromEntries([...auths].map(([host, auth]) => [host, loginOf(auth)!.username]));
}

/** The cached version if it is good enough, else the secret's, else the cached one if it still works. */
async function current({ cache, fetch, now }: Sources, server?: string): Promise<DatedVersion> {
  const cached = await cache.read();
  if (cached && isGoodEnough(cached, now(), server)) return cached;
  try {
    const version = await fetch();
    await cache.write(version);
    return version;
  } catch (error) {
    const lacksHost = server !== undefined && cached && findHost(cached, server) === undefined;
    if (cached && !lacksHost && (firstExpiry(cached) ?? 0) > now()) return cached;
    throw error;
  }
}

function isGoodEnough(cached: CachedVersion, now: number, server?: string): boolean {
  const isNew = now - cached.readAt < PATIENCE_MS;
  if (server !== undefined && findHost(cached, server) === undefined) return isNew;
  const expiresAt = firstExpiry(cached);
  return expiresAt === undefined ? isNew : expiresAt - now > ENOUGH_LIFE_MS;
}

function findHost({ auths }: DatedVersion, server: string): string | undefined {
  return [...auths.keys()].find((host) => hostOf(host) === hostOf(server));
}
