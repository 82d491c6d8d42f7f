import { dirname, join } from 'node:path';
import { NEVER, type Entries, type Entry } from '../../lambda/shared/dockercfg/entry';
import { isRecord, loginOf } from '../secret/dockercfg';
import { cacheDirectory } from '../shared/cache-directory';
import type { Io } from '../shared/io';
import { temporaryBeside } from '../shared/replace';

/** What a secret held, and when it was read. */
export interface Cached {
  readonly entries: Entries;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
}

/**
 * What was read last from a secret, in a file for its user only. Without a place for it there is no cache.
 *
 * When each entry expires is kept beside it: it takes longer to find that out than to read the file.
 */
export class Cache {
  private readonly key: string;
  private readonly file: string | undefined;

  public constructor(secretId: string, private readonly io: Io) {
    const { AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE } = io.env;
    const directory = io.env.ECR_CI_CACHE === 'off' ? undefined : cacheDirectory(io);
    // The identity is no part of the key: the keys of a role change with each session.
    this.key = JSON.stringify([secretId, AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE]);
    // Two keys may share a name, so that the file says whose it is: a hash takes longer to load than the file to read.
    this.file = directory && join(directory, `${this.key.replace(/\W+/g, '-').slice(1, -1).slice(-100)}.json`);
  }

  /** What was read last; undefined if nothing was, or the file is none of ours. */
  public async read(): Promise<Cached | undefined> {
    if (!this.file) return undefined;
    try {
      const kept: unknown = JSON.parse(await this.io.files.readFile(this.file, 'utf8'));
      if (!isRecord(kept) || kept.key !== this.key || !isRecord(kept.entries) || typeof kept.readAt !== 'number' || kept.readAt > this.io.now()) return undefined;
      const entries = Object.entries(kept.entries).map(([host, entry]): [string, Entry] => [host, entryOf(entry)]);
      return { entries: new Map(entries), readAt: kept.readAt };
    } catch {
      return undefined;
    }
  }

  /** Keeps what was read; where that cannot be done the next call reads the secret again. */
  public async write(entries: Entries): Promise<void> {
    if (!this.file) return;
    const { files } = this.io;
    const temporary = temporaryBeside(this.file);
    try {
      await files.mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
      await files.writeFile(temporary, JSON.stringify({ key: this.key, entries: Object.fromEntries(entries), readAt: this.io.now() }), { flag: 'wx', mode: 0o600 });
      await files.rename(temporary, this.file);
    } catch {
      await files.rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  /** Forgets what was read. */
  public async clear(): Promise<void> {
    if (this.file) await this.io.files.rm(this.file, { force: true }).catch(() => undefined);
  }
}

/** An entry as JSON keeps it: `null` is what it makes of `NEVER`. */
function entryOf(value: unknown): Entry {
  if (isRecord(value) && typeof value.auth === 'string' && loginOf(value.auth)) {
    const { auth, expiresAt = undefined } = value;
    if (expiresAt === undefined || typeof expiresAt === 'number') return { auth, expiresAt };
    if (expiresAt === null) return { auth, expiresAt: NEVER };
  }
  throw new Error('this is none of ours');
}
