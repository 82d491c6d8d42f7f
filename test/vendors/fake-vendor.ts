import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { https, type Http } from '../../lambda/publish/http';

/** A request as it came. */
export interface FakeRequest {
  readonly method: string;
  /** The path, decoded part by part, without the query; `/a%2Fb/c` is `['a/b', 'c']`. */
  readonly parts: readonly string[];
  /** The path as it came, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** The body's JSON; undefined if there is no body. */
  readonly body: any;
  readonly text: string;
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** What is answered instead of what the API would: an answer, none at all, or the right one followed by a lost connection. */
export type Fault = FakeAnswer | 'no answer' | 'connection reset' | 'done, but the answer is lost';

/**
 * An HTTPS server that serves the API of a vendor as its documents say, and refuses what they do not mention.
 *
 * A vendor's fake extends it: `serve()` answers, and `refuse()` is what to answer where the documents say that it fails.
 */
export abstract class FakeVendor {
  /** Every request that came, in order. */
  public readonly requests: FakeRequest[] = [];

  /** Taken from the front, one a request; `undefined` lets one through. */
  public readonly faults: (Fault | undefined)[] = [];

  /** PEM that trusts the server. */
  public certificateAuthority!: string;

  /** Such as `https://127.0.0.1:12345`. */
  public url!: string;

  /** Says what happens to a request for which `faults` has nothing. */
  public faultOf?: (request: FakeRequest) => Fault | undefined;

  private server!: Server;

  public async start(): Promise<this> {
    const pems = await generate([{ name: 'commonName', value: 'fake vendor' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }, { type: 2, value: 'localhost' }] },
      ],
    });
    this.certificateAuthority = pems.cert;
    this.server = createServer({ key: pems.private, cert: pems.cert }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', () => {
        const asked = parse(request, Buffer.concat(chunks).toString('utf8'));
        const fault = this.faults.length > 0 ? this.faults.shift() : this.faultOf?.(asked);
        if (fault === 'no answer') return;
        if (fault === 'connection reset') return void request.socket.destroy();
        this.requests.push(asked);
        const answer = typeof fault === 'object' ? fault : this.answer(asked);
        if (fault === 'done, but the answer is lost') return void request.socket.destroy();
        const text = answer.body === undefined ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
        response.writeHead(answer.status, { ...text === '' ? {} : { 'content-type': 'application/json' }, ...answer.headers }).end(text);
      });
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A client that finds the fake where the vendor's own URL is. */
  public http(origin?: string): Http {
    return (request) => https({
      ...request,
      url: origin === undefined ? request.url : request.url.replace(origin, this.url),
      certificateAuthority: this.certificateAuthority,
    });
  }

  /** The methods and paths that came, for a look at the order. */
  public get calls(): string[] {
    return this.requests.map(({ method, path, query }) => `${method} ${path}${query.size > 0 ? `?${query}` : ''}`);
  }

  /** Answers as the vendor's documents say. */
  protected abstract serve(request: FakeRequest): FakeAnswer;

  private answer(request: FakeRequest): FakeAnswer {
    try {
      return this.serve(request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      return { status: 500, body: { message: String(error) } };
    }
  }
}

/** Thrown where the documents say that a request fails. */
export class Refusal extends Error {
  public constructor(public readonly answer: FakeAnswer) {
    super(`status ${answer.status}`);
  }
}

/** Refuses a request unless its body has these keys and no others. */
export function onlyKeys(body: any, required: readonly string[], optional: readonly string[], refusal: FakeAnswer): void {
  const keys = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  if (!required.every((key) => keys.includes(key))) throw new Refusal(refusal);
  if (!keys.every((key) => required.includes(key) || optional.includes(key))) throw new Refusal(refusal);
}

function parse(request: IncomingMessage, text: string): FakeRequest {
  const url = new URL(request.url!, 'https://localhost');
  return {
    method: request.method!,
    path: url.pathname,
    parts: url.pathname.split('/').slice(1).map(decodeURIComponent),
    query: url.searchParams,
    headers: request.headers,
    body: text === '' ? undefined : json(text),
    text,
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
