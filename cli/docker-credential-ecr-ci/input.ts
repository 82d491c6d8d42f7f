import type { Readable } from 'node:stream';

/** The longest input that is read, in bytes: what `store` is given has a few thousand. */
export const LONGEST_INPUT = 256 * 1024;

/** Whoever asks has written by then, in milliseconds. */
export const INPUT_TIMEOUT_MS = 10_000;

/**
 * Reads a stream to its end, but not more than a bound and not for ever.
 *
 * @throws Error if it is too long or does not end
 */
export async function readInput(stream: Readable, timeoutMs = INPUT_TIMEOUT_MS): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (failure?: string): void => {
      clearTimeout(timer);
      if (failure === undefined) return resolve(Buffer.concat(chunks).toString('utf8'));
      stream.removeAllListeners('data').on('error', () => undefined).destroy();
      reject(new Error(failure));
    };
    const timer = setTimeout(() => settle(`the input did not end within ${timeoutMs / 1000} seconds: write the server's URL and close stdin`), timeoutMs);
    stream
      .on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > LONGEST_INPUT) settle(`the input is longer than ${LONGEST_INPUT} bytes: write the server's URL and no more`);
      })
      .once('end', () => settle())
      .once('error', (error: NodeJS.ErrnoException) => settle(`the input could not be read (${error.code})`));
  });
}
