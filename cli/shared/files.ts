import * as fs from 'node:fs/promises';

/** What is used of the file system. */
export type Files = Pick<typeof fs, 'chmod' | 'chown' | 'mkdir' | 'open' | 'readFile' | 'readlink' | 'rename' | 'rm' | 'rmdir' | 'stat' | 'writeFile'>;

/** The file system of this machine. */
export const realFiles: Files = fs;

/** The code of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
