import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { UnreachableError } from './errors';

const TIMEOUT_MS = 15_000;

/** No API answers with more than that; a list has pages. */
const LONGEST_ANSWER = 4 * 1024 * 1024;

/** A request to a vendor. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with `https://`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  /** PEM of the only authority that the server's certificate may be from; without one those that Node.js knows. */
  readonly certificateAuthority?: string;
}

/** A vendor's answer. */
export interface HttpAnswer {
  readonly status: number;
  /** By name, in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** What came; it may hold what was sent, and must not be shown as it is. */
  readonly text: string;
}

/** Asks a vendor once. It never follows a redirect: a credential goes where it was meant to, or nowhere. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/**
 * Makes what asks by HTTPS. It throws an UnreachableError if no answer came.
 *
 * @param timeoutMs what is not answered within this time is given up, in milliseconds
 */
export function createHttps(timeoutMs: number): Http {
  return (what) => ask(what, timeoutMs);
}

/** Asks by HTTPS, with patience for 15 seconds. */
export const https = createHttps(TIMEOUT_MS);

async function ask({ method, url, headers = {}, body, certificateAuthority }: HttpRequest, timeoutMs: number): Promise<HttpAnswer> {
  const { protocol, hostname, port, pathname, search, host } = new URL(url);
  if (protocol !== 'https:') throw new UnreachableError(`${host} is not asked without TLS`);
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const options: RequestOptions = {
    method,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: `${pathname}${search}`,
    headers: {
      'user-agent': 'cdk-ecr-ci',
      'accept': 'application/json',
      ...text === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) },
      ...headers,
    },
    ...certificateAuthority === undefined ? {} : { ca: certificateAuthority },
    signal: AbortSignal.timeout(timeoutMs),
  };
  try {
    const { message, answer } = await exchange(options, text);
    const plain = Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]);
    return { status: message.statusCode!, headers: Object.fromEntries(plain), text: answer };
  } catch (error) {
    throw new UnreachableError(`${host} gave no answer: ${reasonOf(error, timeoutMs)}`);
  }
}

function exchange(options: RequestOptions, body: string | undefined): Promise<{ message: IncomingMessage; answer: string }> {
  return new Promise((resolve, reject) => {
    const call = request(options, (message) => {
      const chunks: Buffer[] = [];
      let size = 0;
      message.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > LONGEST_ANSWER) call.destroy(new Error('its answer is too long'));
        else chunks.push(chunk);
      });
      message.once('end', () => resolve({ message, answer: Buffer.concat(chunks).toString('utf8') }));
      message.once('error', reject);
    });
    call.once('error', reject);
    call.end(body);
  });
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError' || name === 'AbortError') return `none within ${timeoutMs / 1000} seconds`;
  return code ?? message;
}
