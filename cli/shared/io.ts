import { homedir } from 'node:os';
import { realFiles, type Files } from './files';

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
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    files: realFiles,
    now: Date.now,
    homeDirectory: homedir,
    sleep: async (milliseconds) => new Promise((resolve) => void setTimeout(resolve, milliseconds)),
  };
}

/** A stream as an `Output`; a reader that goes away fails the write and not the process. */
export function outputOf(stream: NodeJS.WriteStream): Output {
  stream.on('error', () => undefined);
  return {
    isTerminal: stream.isTTY === true,
    write: async (text) => new Promise((resolve, reject) => {
      stream.write(text, (error) => (error ? reject(error) : resolve()));
    }),
  };
}
