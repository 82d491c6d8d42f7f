/* eslint-disable @typescript-eslint/no-require-imports -- loaded when it is needed */
import type * as crypto from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { codeOf, type Files } from './files';

const MOST_LINKS = 40;

/** The name of a file beside another, to be renamed to it: a reader has the old one or the new one. */
export function temporaryBeside(file: string): string {
  const { randomBytes } = require('node:crypto') as typeof crypto;
  return `${file}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
}

/** What a file holds; undefined if there is none. */
export async function readText(files: Files, file: string): Promise<string | undefined> {
  try {
    return await files.readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The file behind symbolic links, whether it exists or not. */
export async function followLinks(files: Files, file: string): Promise<string> {
  let target = file;
  for (let count = 0; count <= MOST_LINKS; count++) {
    try {
      target = resolve(dirname(target), await files.readlink(target));
    } catch (error) {
      // EINVAL: it is no link.
      if (['EINVAL', 'ENOENT', 'UNKNOWN'].includes(codeOf(error)!)) return target;
      throw error;
    }
  }
  throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
}
