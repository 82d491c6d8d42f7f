import { createHash, randomBytes } from 'node:crypto';
import * as path from 'node:path';
import { authsOf, isRecord } from '../secret/dockercfg';
import type { DatedVersion } from '../secret/expiry';
import { cacheDirectory } from '../shared/cache-directory';
import type { Io } from '../shared/io';

/** A version of the secret, and when it was read. */
export interface CachedVersion extends DatedVersion {
  /** Milliseconds since the epoch. */
  readonly readAt: number;
}

/** The last version of a secret that was read, in a file for its user only. Without a place for it there is no cache. */
export class Cache {
  private readonly file: string | undefined;

  public constructor(secretId: string, private readonly io: Io) {
    const { AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE } = io.env;
    const directory = io.env.ECR_CI_CACHE === 'off' ? undefined : cacheDirectory(io);
    // The identity is no part of the key: the keys of a role change with each session.
    const key = createHash('sha256').update(JSON.stringify([secretId, AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE])).digest('hex');
    this.file = directory && path.join(directory, `${key.slice(0, 32)}.json`);
  }

  /** What was read last; undefined if nothing was, or the file is none of ours. */
  public async read(): Promise<CachedVersion | undefined> {
    if (!this.file) return undefined;
    try {
      const entry: unknown = JSON.parse(await this.io.files.readFile(this.file, 'utf8'));
      if (!isRecord(entry)) return undefined;
      const { versionId, value, readAt } = entry;
      if (typeof versionId !== 'string' || typeof value !== 'string' || typeof readAt !== 'number' || readAt > this.io.now()) return undefined;
      const auths = authsOf(value);
      return auths && { versionId, value, readAt, auths };
    } catch {
      return undefined;
    }
  }

  /** Keeps a version; where that cannot be done the next call reads the secret again. */
  public async write({ versionId, value }: DatedVersion): Promise<void> {
    if (!this.file) return;
    const { files } = this.io;
    const temporary = `${this.file}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await files.mkdir(path.dirname(this.file), { recursive: true, mode: 0o700 });
      await files.writeFile(temporary, JSON.stringify({ versionId, value, readAt: this.io.now() }), { flag: 'wx', mode: 0o600 });
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
