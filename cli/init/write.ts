import * as path from 'node:path';
import type { CiFile } from './setup';
import { CliError, firstLine } from '../shared/exit';
import type { Files } from '../shared/files';
import { followLinks, readText, temporaryBeside } from '../shared/replace';

/** What became of a file. */
export interface WrittenFile {
  /** As a person finds it from where the command runs. */
  readonly path: string;
  /** False if it held the same already. */
  readonly written: boolean;
}

/** A file as it is and as it will be. */
interface Place {
  readonly path: string;
  /** Behind symbolic links. */
  readonly target: string;
  readonly before?: string;
  readonly content: string;
}

/** A place with what stands beside it until the command ends. */
interface Staged extends Place {
  readonly fresh: string;
  /** With what the place held. */
  readonly old?: string;
}

/**
 * Writes files all together or not at all, and makes the folders that they need.
 *
 * @param force whether a file that holds something else is replaced
 * @throws CliError if one holds something else or cannot be written
 */
export async function writeFiles(directory: string, wanted: readonly CiFile[], force: boolean, files: Files): Promise<WrittenFile[]> {
  const places: Place[] = [];
  for (const { path: name, content } of wanted) {
    const file = path.join(directory, name);
    places.push({ path: file, content, ...await forFile(file, 'read', async () => lookAt(file, files)) });
  }
  const foreign = places.filter(({ before, content }) => before !== undefined && before !== content);
  if (foreign.length > 0 && !force) {
    const names = foreign.map((place) => place.path).join(', ');
    throw new CliError(`there is something else in ${names}: move it away, or replace it by --force; nothing was written`);
  }
  await replaceAll(places.filter(({ before, content }) => before !== content), files);
  return places.map(({ path: file, before, content }) => ({ path: file, written: before !== content }));
}

async function lookAt(file: string, files: Files): Promise<{ target: string; before?: string }> {
  const target = await followLinks(files, path.resolve(file));
  return { target, before: await readText(files, target) };
}

/** Writes all beside their places first: a full disk or a missing right shows before anything is replaced. */
async function replaceAll(places: readonly Place[], files: Files): Promise<void> {
  const folders: string[] = [];
  const temporaries = new Set<string>();
  const staged: Staged[] = [];
  const replaced: Staged[] = [];
  const stage = async (target: string, text: string, mode?: number): Promise<string> => {
    const temporary = temporaryBeside(target);
    temporaries.add(temporary);
    await files.writeFile(temporary, text, { flag: 'wx' });
    if (mode !== undefined) await files.chmod(temporary, mode);
    return temporary;
  };
  try {
    for (const place of places) {
      const { target, before, content } = place;
      await forFile(place.path, 'written', async () => {
        folders.unshift(...await makeFolder(path.dirname(target), files));
        if (before === undefined) return staged.push({ ...place, fresh: await stage(target, content) });
        const { mode } = await files.stat(target);
        return staged.push({ ...place, fresh: await stage(target, content, mode), old: await stage(target, before, mode) });
      });
    }
    for (const place of staged) {
      await forFile(place.path, 'written', async () => files.rename(place.fresh, place.target));
      replaced.push(place);
    }
    await removeAll(temporaries, files);
  } catch (error) {
    const lost = await putBack(replaced, files);
    for (const { old } of lost) temporaries.delete(old!);
    await removeAll(temporaries, files);
    for (const folder of folders) await files.rmdir(folder).catch(() => undefined);
    throw new CliError(`${firstLine(error)}; ${lost.map(inWords).join('; ') || 'nothing was written'}`, undefined, { cause: error });
  }
}

/** Makes a folder; gives those that had been missing, the innermost first. */
async function makeFolder(folder: string, files: Files): Promise<string[]> {
  const outermost = await files.mkdir(folder, { recursive: true });
  const made: string[] = [];
  for (let last = folder; outermost !== undefined && last.length >= outermost.length; last = path.dirname(last)) made.push(last);
  return made;
}

/** Undoes what was replaced; gives those with which that fails. */
async function putBack(replaced: readonly Staged[], files: Files): Promise<Staged[]> {
  const lost: Staged[] = [];
  for (const place of replaced) {
    await (place.old === undefined ? files.rm(place.target) : files.rename(place.old, place.target)).catch(() => lost.push(place));
  }
  return lost;
}

function inWords({ path: file, old }: Staged): string {
  return `${file} was written${old === undefined ? '' : `, what it held is in ${old}`}`;
}

async function removeAll(temporaries: Iterable<string>, files: Files): Promise<void> {
  for (const temporary of temporaries) await files.rm(temporary, { force: true }).catch(() => undefined);
}

/** Does something with a file; what goes wrong is told with its name. */
async function forFile<T>(file: string, what: 'read' | 'written', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new CliError(`${file} could not be ${what}: ${firstLine(error)}`, undefined, { cause: error });
  }
}
