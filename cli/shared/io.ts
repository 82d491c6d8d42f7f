/* eslint-disable @typescript-eslint/no-require-imports -- loaded when it is needed */
import { fstatSync, writeSync } from 'node:fs';
import type * as os from 'node:os';
import { codeOf, realFiles, type Files } from './files';

/** A stream that text is written to. */
export interface Output {
  /** Whether a person looks at it. */
  readonly isTerminal: boolean;

  /** Resolves when the text has been handed over, and fails if its reader is gone. */
  write(text: string): Promise<void>;
}

/** What a command needs of the process that it runs in. */
export interface Io {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly files: Files;

  /** Milliseconds since the epoch. */
  readonly now: () => number;

  /** The home directory as the system knows it; throws where there is none. */
  readonly homeDirectory: () => string;

  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** The process that this runs in. */
export function processIo(): Io {
  return {
    env: process.env,
    platform: process.platform,
    stdout: outputOf(1, () => process.stdout),
    stderr: outputOf(2, () => process.stderr),
    files: realFiles,
    now: Date.now,
    homeDirectory: () => (require('node:os') as typeof os).homedir(),
    sleep: async (milliseconds) => new Promise((resolve) => void setTimeout(resolve, milliseconds)),
  };
}

/**
 * A descriptor as an `Output`; a reader that goes away fails the write and not the process.
 *
 * Making Node's stream takes longer than most of what is written, so that files and pipes do without as long as they take
 * what they are given.
 */
export function outputOf(descriptor: number, openStream: () => NodeJS.WriteStream): Output {
  let known: boolean | undefined;
  const isDirect = (): boolean => known ??= isFileOrPipe(descriptor);
  const stream = (): NodeJS.WriteStream => openStream().removeListener('error', ignore).on('error', ignore);
  return {
    get isTerminal() { return !isDirect() && stream().isTTY === true; },
    write: async (text) => {
      const bytes = Buffer.from(text);
      const written = isDirect() ? writeNow(descriptor, bytes) : 0;
      if (written === bytes.length) return;
      await new Promise<void>((resolve, reject) => {
        stream().write(bytes.subarray(written), (error) => (error ? reject(error) : resolve()));
      });
    },
  };
}

function ignore(): void { /* the write has failed */ }

function isFileOrPipe(descriptor: number): boolean {
  try {
    const status = fstatSync(descriptor);
    return status.isFile() || status.isFIFO() || status.isSocket();
  } catch {
    return false;
  }
}

/** Writes as much as is taken at once, and gives its length: a pipe that somebody made non-blocking may be full. */
function writeNow(descriptor: number, bytes: Buffer): number {
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  } catch (error) {
    if (codeOf(error) !== 'EAGAIN') throw error;
  }
  return written;
}
