import type { Format } from '../shared/dockercfg/dockercfg';
import { NEVER, type Entries, type Entry } from '../shared/dockercfg/entry';
import { roomFor, writeVersion, type Published, type SecretVersion } from '../shared/dockercfg/published';

/**
 * Two runs within this time are one delivery that came twice, and Secrets Manager asks for at most one write in it.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
 */
const REPEATED_DELIVERY_MS = 10 * 60 * 1000;

/** The longest time until the next scheduled run: an entry that does not live that long cannot wait for it. */
const LONGEST_INTERVAL_MS = 6 * 60 * 60 * 1000;

/** What is there. */
export interface Current extends Published {
  /** When it was written, in milliseconds since the epoch. */
  readonly writtenAt: number;
}

/** What the decision is made from. */
export interface Situation {
  /** What the secret holds; undefined if nothing. */
  readonly current?: Current;
  /** If the refresher did not write that: what the secret held before. */
  readonly previous?: Published;
  /** Every host that the secret should hold, in the order in which they get a place. */
  readonly hosts: readonly string[];
  /** What was fetched, by host; a host that is missing here failed. */
  readonly fetched: Entries;
  /** Whether others have written since the logins were fetched. */
  readonly contended: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Publish what was fetched even if what is there is as good. */
  readonly force: boolean;
  readonly format: Format;
}

/** What to do with the secret. */
export interface Decision {
  /** The version to write; undefined if what is there is as good or better. */
  readonly write?: SecretVersion;
  /** The valid entries that readers find once that is done. */
  readonly entries: Entries;
  /** Hosts whose fresh entry has no place in the secret. */
  readonly full: readonly string[];
}

/**
 * Decides what to publish: never less than what is there.
 *
 * Each host gets what was fetched, or else what the secret holds while that is valid; an expired entry is not published
 * again. What comes out is written if that is worth a version.
 */
export function decide(situation: Situation): Decision {
  const { current, now, format } = situation;
  const { entries, full } = bestEntries(situation);
  if (isWorthAVersion(entries, situation)) return { write: writeVersion(entries, format), entries, full };
  return { entries: new Map([...current?.entries ?? []].filter(([, entry]) => isValid(entry, now))), full };
}

/** The best entry for each host, as long as there is room: nothing that is there makes place for something new. */
function bestEntries({ hosts, fetched, contended, now, force, format, ...rest }: Situation): { entries: Entries; full: string[] } {
  const good = lastGood({ now, ...rest });
  const entries = new Map<string, Entry>();
  const better = new Map<string, Entry>();
  for (const host of hosts) {
    const there = good.get(host);
    if (there && isValid(there, now)) entries.set(host, there);
    const fresh = fetched.get(host);
    if (fresh && isValid(fresh, now) && (force || !isBetter(entries.get(host), fresh, contended))) better.set(host, fresh);
  }
  const all = new Map([...entries, ...better]);
  if (roomFor(all, format)) return { entries: all, full: [] };

  const full: string[] = [];
  for (const [host, fresh] of better) {
    const there = entries.get(host);
    if (roomFor(entries.set(host, fresh), format)) continue;
    full.push(host);
    if (there) entries.set(host, there);
    else entries.delete(host);
  }
  return { entries, full };
}

/**
 * What is there, or was there until somebody else wrote to the secret.
 *
 * Nobody knows when theirs expires. What the refresher had written is better while it is valid; theirs stays where there
 * is nothing else.
 */
function lastGood({ current, previous, now }: Pick<Situation, 'current' | 'previous' | 'now'>): Entries {
  if (current?.own) return current.entries;
  const own = [...previous?.entries ?? []].filter(([, entry]) => entry.expiresAt !== undefined && isValid(entry, now));
  // A copy of what the refresher had written expires with it.
  const theirs = [...current?.entries ?? []].filter(([host, { auth }]) => {
    const copied = previous?.entries.get(host);
    return copied?.auth !== auth || isValid(copied, now);
  });
  return new Map([...theirs, ...own]);
}

function isWorthAVersion(entries: Entries, { current, hosts, fetched, now, force }: Situation): boolean {
  if (entries.size === 0) return false;
  if (!current?.own) return [...entries].some(([host, { auth }]) => current?.entries.get(host)?.auth !== auth);
  if (fetched.size === 0) return false;
  if (force || [...current.entries.keys()].some((host) => !hosts.includes(host))) return true;
  const isRepeated = now - current.writtenAt < REPEATED_DELIVERY_MS;
  return [...entries].some(([host, { auth, expiresAt }]) => {
    const there = current.entries.get(host);
    if (!there || there.expiresAt === undefined) return there?.auth !== auth;
    if (expiresAt === NEVER) return there.auth !== auth;
    const canWait = isRepeated && there.expiresAt - now > LONGEST_INTERVAL_MS;
    return !canWait && expiresAt! - there.expiresAt > REPEATED_DELIVERY_MS;
  });
}

/** Whether the entry may be published: one of somebody else's may, because nobody knows when it expires. */
function isValid({ expiresAt }: Entry, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}

/**
 * Whether what is there is better than what was fetched: it lives longer. A login may have been changed, so the one that
 * was fetched last is better, which may be that of another run.
 */
function isBetter(there: Entry | undefined, { expiresAt }: Entry, contended: boolean): boolean {
  if (expiresAt === NEVER) return there?.expiresAt === NEVER && contended;
  return there?.expiresAt !== undefined && there.expiresAt > expiresAt!;
}
