import {
  chmodSync, chownSync, closeSync, mkdirSync, openSync, readFileSync, readlinkSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync,
  type promises,
} from 'node:fs';

/** What is used of the file system. */
export interface Files extends Pick<typeof promises, 'chmod' | 'chown' | 'mkdir' | 'readFile' | 'readlink' | 'rename' | 'rm' | 'rmdir' | 'stat' | 'writeFile'> {
  open(file: string, flags: string, mode: number): Promise<{ close(): Promise<void> }>;
}

/**
 * The file system of this machine. A command does one thing after the other, and its files are small: without the threads
 * of `node:fs/promises` it is done sooner.
 */
export const realFiles = {
  chmod: async (...args) => chmodSync(...args),
  chown: async (...args) => chownSync(...args),
  mkdir: async (...args) => mkdirSync(...args),
  open: async (...args) => {
    const descriptor = openSync(...args);
    return { close: async () => closeSync(descriptor) };
  },
  readFile: async (...args: Parameters<typeof readFileSync>) => readFileSync(...args),
  readlink: async (...args: Parameters<typeof readlinkSync>) => readlinkSync(...args),
  rename: async (...args) => renameSync(...args),
  rm: async (...args) => rmSync(...args),
  rmdir: async (...args) => rmdirSync(...args),
  stat: async (...args: Parameters<typeof statSync>) => statSync(...args),
  writeFile: async (...args: Parameters<typeof writeFileSync>) => writeFileSync(...args),
} as Files;

/** The code of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
