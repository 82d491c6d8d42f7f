import { dirname } from 'node:path';
import { ConfigDocument, NotConfigError, type Change } from './document';
import { withLock } from './lock';
import { CliError, firstLine, isCliError } from '../shared/exit';
import { codeOf, type Files } from '../shared/files';
import type { Io } from '../shared/io';
import { followLinks, readText, temporaryBeside } from '../shared/replace';

const MOST_ATTEMPTS = 10;

/** What mends an error of the file system. */
const FIXES: Readonly<Record<string, string>> = {
  EACCES: 'it may not be read or written by this user: change its owner or mode, or name another file by --authfile',
  EPERM: 'it may not be written by this user: change its owner or mode, or name another file by --authfile',
  EROFS: 'its file system is read-only: name another file by --authfile, or another folder by DOCKER_CONFIG',
  EISDIR: 'it is a directory: remove it, or name a file by --authfile',
  ENOTDIR: 'a part of its path is no directory: name another file by --authfile',
  ENOSPC: 'the disk is full: free some space; the file is as it was',
  EDQUOT: 'the disk quota is used up: free some space; the file is as it was',
  EBUSY: 'it cannot be replaced where it is mounted: mount its folder instead of the file',
  ELOOP: 'its symbolic links lead in a circle: remove them',
};

/** Reads a config file; undefined if there is none. */
export async function readConfig(file: string, { files }: Io): Promise<ConfigDocument | undefined> {
  try {
    const text = await readText(files, await followLinks(files, file));
    return text === undefined ? undefined : new ConfigDocument(text);
  } catch (error) {
    throw problemWith(file, error);
  }
}

/**
 * Changes a config file in one step: a reader has the old one or the new one, and a writer that comes between is not lost.
 *
 * The new file has mode 0600. A symbolic link stays one, and what it leads to is changed.
 *
 * @param change what to do with it; undefined leaves it as it is
 */
export async function changeConfig<T extends Change>(
  file: string, change: (config: ConfigDocument) => T | undefined, io: Io,
): Promise<T | undefined> {
  const { files } = io;
  try {
    const target = await followLinks(files, file);
    await files.mkdir(dirname(target), { recursive: true, mode: 0o700 });
    return await withLock(target, io, async () => {
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        const before = await readText(files, target);
        const changed = change(new ConfigDocument(before ?? ''));
        if (!changed) return undefined;
        if (await replace(files, target, before, changed.text)) return changed;
      }
      throw new CliError(`${file} is changed by others all the time: try again`);
    });
  } catch (error) {
    throw problemWith(file, error);
  }
}

/** Replaces a file unless it is no longer what it was; tells whether it did. */
async function replace(files: Files, target: string, before: string | undefined, text: string): Promise<boolean> {
  const temporary = temporaryBeside(target);
  try {
    await files.writeFile(temporary, text, { flag: 'wx', mode: 0o600 });
    await keepOwner(files, target, temporary);
    if (await readText(files, target) !== before) return false;
    await files.rename(temporary, target);
    return true;
  } finally {
    await files.rm(temporary, { force: true });
  }
}

/** A file that another user owns stays theirs: `sudo ecr-ci login` does not lock them out. */
async function keepOwner(files: Files, target: string, temporary: string): Promise<void> {
  try {
    const [old, fresh] = [await files.stat(target), await files.stat(temporary)];
    if (old.uid !== fresh.uid || old.gid !== fresh.gid) await files.chown(temporary, old.uid, old.gid);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function problemWith(file: string, error: unknown): Error {
  if (isCliError(error)) return error;
  if (error instanceof NotConfigError) {
    return new CliError(`${file} ${error.message}: mend or remove it; it was left as it is`, undefined, { cause: error });
  }
  const fix = FIXES[codeOf(error) ?? ''];
  return new CliError(`${file} cannot be used: ${fix ?? firstLine(error)}`, undefined, { cause: error });
}
