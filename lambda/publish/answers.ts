import { RateLimitedError, VendorError } from './errors';
import type { HttpAnswer } from './http';

/** What is waited when a vendor does not say how long. */
const DEFAULT_PAUSE_MS = 60_000;

/** The longest pause that is believed. */
const LONGEST_PAUSE_MS = 2 * 3600_000;

const LONGEST_REASON = 200;

/** A number of seconds below is no time, but how long until one. */
const EARLIEST_TIME = 1_000_000_000;

/** Whom an answer is from, and what was asked. */
export interface Asked {
  /** Such as `GitLab`. */
  readonly vendor: string;
  /** What was to be done, such as `update the variable`. */
  readonly what: string;
  /** What a person can do about a status. */
  readonly hints?: Readonly<Record<number, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Takes an answer if it has one of the statuses. A web page is none, whatever its status: a login page often has 200.
 *
 * @throws RateLimitedError for status 429
 * @throws VendorError for any other; it says what a person can do, and nothing that was sent
 */
export function expectStatus(answer: HttpAnswer, statuses: readonly number[], asked: Asked): HttpAnswer {
  const { status, headers } = answer;
  if (statuses.includes(status) && !isPage(answer)) return answer;
  if (status === 429) throw rateLimited(answer, asked);
  if (status >= 300 && status < 400) throw new VendorError(`${refused(status, asked)}: ${redirect(headers.location)}`);
  if (isPage(answer)) throw new VendorError(`${refused(status, asked)} and a web page instead of JSON: is the URL right, and the token valid?`);
  const reason = reasonOf(answer.text);
  const hint = asked.hints?.[status];
  throw new VendorError([refused(status, asked), reason, hint].filter(Boolean).join(': '));
}

/**
 * The JSON of an answer.
 *
 * @throws VendorError if it is none, such as a login page
 */
export function jsonOf(answer: HttpAnswer, asked: Asked): any {
  try {
    if (!isPage(answer)) return JSON.parse(answer.text);
  } catch {
    // Not with the parser's own message, which quotes the answer.
  }
  throw new VendorError(`${asked.vendor} answered with something else than JSON when asked to ${asked.what}: is the URL right, and the token valid?`);
}

/** An answer that asks for a pause: by `retry-after`, or else by when the limit is reset, as a time or as seconds until then. */
export function rateLimited({ status, headers }: HttpAnswer, { vendor, what, now }: Asked): RateLimitedError {
  const seconds = Number(headers['retry-after']);
  const date = Date.parse(headers['retry-after'] ?? '');
  const resets = ['x-ratelimit-reset', 'ratelimit-reset', 'ratelimit-user-reset'].flatMap((name) => {
    const value = Number(headers[name]);
    return value > 0 ? [(value < EARLIEST_TIME ? now() : 0) + value * 1000] : [];
  });
  const asked = [now() + seconds * 1000, date, Math.max(...resets)].find((time) => time > now()) ?? now() + DEFAULT_PAUSE_MS;
  const retryAt = Math.min(asked, now() + LONGEST_PAUSE_MS);
  return new RateLimitedError(`${vendor} answered ${status} when asked to ${what}: its rate limit is used up for ${Math.ceil((retryAt - now()) / 1000)} seconds`, retryAt);
}

function refused(status: number, { vendor, what }: Asked): string {
  return `${vendor} answered ${status} when asked to ${what}`;
}

function redirect(location: string | undefined): string {
  const host = /^https?:\/\/([^/?#]+)/.exec(location ?? '')?.[1];
  return `a redirect${host ? ` to ${host}` : ''}, which is not followed; was it renamed or moved, or is the URL wrong?`;
}

function isPage({ headers, text }: HttpAnswer): boolean {
  return /\bhtml\b/.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype\s+)?html\b/i.test(text);
}

/**
 * Why a vendor refused, in its own words as far as they are safe: a message may echo the value or a token, so whatever
 * looks like one is left out.
 */
export function reasonOf(text: string): string | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { message, error, errors, error_description: description, detail } = Object(body);
  const part = [message, description, error, errors, detail].find((found) => found !== undefined && found !== null && found !== '');
  if (part === undefined) return undefined;
  const reason = part.message ?? part;
  return redacted(typeof reason === 'string' ? reason : JSON.stringify(reason));
}

/** The beginning of somebody else's words, without what looks like a credential. */
export function redacted(text: string): string {
  const words = text.replace(/[A-Za-z0-9+/=_-]{20,}/g, '…').replace(/\s+/g, ' ');
  return words.length > LONGEST_REASON ? `${words.slice(0, LONGEST_REASON)}…` : words;
}
