import type { Cache, Cached } from './cache';
import { NEVER, type Entries } from '../../lambda/shared/dockercfg/entry';
import { loginOf, type Login } from '../secret/dockercfg';
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
  readonly fetch: () => Promise<Entries>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * User and password for a server, from the cache if that is good enough; undefined if the dockercfg has no such host.
 *
 * @throws Error if the secret cannot be read, or the entry has expired
 */
export async function credentialsFor(server: string, sources: Sources): Promise<Login | undefined> {
  const entries = await current(sources, server);
  const host = findHost(entries, server);
  if (host === undefined) return undefined;
  const { auth, expiresAt } = entries.get(host)!;
  if (expiresAt !== undefined && expiresAt <= sources.now()) {
    throw new Error(`the credentials for ${host} in the secret ${sources.secretId} expired at ${inUtc(expiresAt)}: run "ecr-ci refresh"`);
  }
  return loginOf(auth);
}

/** Users by host. */
export async function usersByHost(sources: Sources): Promise<Record<string, string>> {
  const entries = await current(sources);
  return Object.fromEntries([...entries].map(([host, { auth }]) => [host, loginOf(auth)!.username]));
}

/** What is cached if that is good enough, else what the secret holds, else what is cached if it still works. */
async function current({ cache, fetch, now }: Sources, server?: string): Promise<Entries> {
  const cached = await cache.read();
  if (cached && isGoodEnough(cached, now(), server)) return cached.entries;
  try {
    const entries = await fetch();
    await cache.write(entries);
    return entries;
  } catch (error) {
    const lacksHost = server !== undefined && cached && findHost(cached.entries, server) === undefined;
    if (cached && !lacksHost && (firstExpiry(cached.entries) ?? 0) > now()) return cached.entries;
    throw error;
  }
}

function isGoodEnough({ entries, readAt }: Cached, now: number, server?: string): boolean {
  const isNew = now - readAt < PATIENCE_MS;
  if (server !== undefined && findHost(entries, server) === undefined) return isNew;
  const expiresAt = firstExpiry(entries);
  return expiresAt === undefined ? isNew : expiresAt - now > ENOUGH_LIFE_MS;
}

/** When the first of them expires, in milliseconds since the epoch; undefined if none is known to. */
function firstExpiry(entries: Entries): number | undefined {
  const first = Math.min(...[...entries.values()].map(({ expiresAt = NEVER }) => expiresAt));
  return first === NEVER ? undefined : first;
}

function findHost(entries: Entries, server: string): string | undefined {
  return [...entries.keys()].find((host) => hostOf(host) === hostOf(server));
}
