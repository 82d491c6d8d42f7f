import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a client asks for. */
export interface Call {
  /** As the signature names it: `ecr`, `secretsmanager`, `sts`; empty for a request that is not signed. */
  readonly service: string;
  /** `GetAuthorizationToken`; for a request that names none its method and path, `PUT /answer`. */
  readonly operation: string;
  /** As the signature names it. */
  readonly region: string;
  readonly body: string;
}

/** What is sent back. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A call while it is under way. */
export interface Exchange {
  readonly call: Call;
  /** Lets the call reach the real service. */
  readonly forward: () => Promise<Answer>;
  readonly reply: (answer: Answer) => void;
  /** Sends the head of an answer and half of its body, and breaks the connection. */
  readonly replyHalf: (answer: Answer) => void;
  /** Breaks the connection. */
  readonly reset: () => void;
}

/** What happens to a call instead of being forwarded and answered. */
export type Fault = (exchange: Exchange) => Promise<void> | void;

export interface Rule {
  /** What the call must have; what is left out may be anything. */
  readonly on: Partial<Pick<Call, 'service' | 'operation' | 'region'>> & {
    /** A text in the call's body. */
    readonly body?: string;
  };
  readonly fault: Fault;
  /** How often it happens; `Infinity` for always. */
  readonly times: number;
  /**
   * How many calls that match are let through first.
   *
   * @default 0
   */
  readonly after?: number;
}

/** What went through. */
export interface Passage extends Call {
  /** Whether a rule had its way. */
  readonly faulty: boolean;
  /** What the real service answered, once it did. */
  answer?: Answer;
}

/**
 * Stands between a client and the local AWS, and does to calls what its rules say.
 *
 * It keeps the Host header, so that signatures still match and it works with the policies enforced.
 */
export class FaultProxy {
  /**
   * @param upstream URL of what it stands in front of
   */
  public static async start(upstream: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(upstream));
    await new Promise<void>((resolve, reject) => proxy.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** Every call, in the order in which they came. */
  public readonly passages: Passage[] = [];

  private readonly server: Server;
  private rules: { rule: Rule; seen: number }[] = [];

  private constructor(private readonly upstream: URL) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => request.socket.destroy());
    });
  }

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Sets the rules; the first that matches a call counts. */
  public inject(...rules: Rule[]): void {
    this.rules = rules.map((rule) => ({ rule, seen: 0 }));
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const call = callOf(request, body);
    const fault = this.faultFor(call);
    const passage: Passage = { ...call, faulty: fault !== undefined };
    this.passages.push(passage);
    const exchange: Exchange = {
      call,
      forward: async () => (passage.answer = await this.forward(request, body)),
      reply: (answer) => send(response, answer).end(answer.body),
      replyHalf: (answer) => void send(response, answer)
        .write(answer.body.slice(0, answer.body.length / 2), () => request.socket.destroySoon()),
      reset: () => request.socket.resetAndDestroy(),
    };
    await (fault ?? pass)(exchange);
  }

  private faultFor(call: Call): Fault | undefined {
    for (const entry of this.rules) {
      if (!matches(call, entry.rule)) continue;
      const index = entry.seen++ - (entry.rule.after ?? 0);
      return index >= 0 && index < entry.rule.times ? entry.rule.fault : undefined;
    }
    return undefined;
  }

  private forward(request: IncomingMessage, body: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      httpRequest({
        hostname: this.upstream.hostname, port: this.upstream.port, method: request.method, path: request.url, headers: request.headers, agent: false,
      }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk)).once('error', reject).once('end', () => {
          resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks).toString('utf8') });
        });
      }).once('error', reject).end(body);
    });
  }
}

/** The faults there are, by what a client sees of them. */
export const faults = {
  /** An error of the service, which did nothing. */
  error: (status: number, code: string, message = 'injected'): Fault => ({ call, reply }) => {
    reply(call.service === 'sts' ? xmlError(status, code, message) : jsonError(status, code, message));
  },
  /** No answer, ever; the service did nothing. */
  hang: (): Fault => () => undefined,
  /** A broken connection; the service did nothing. */
  reset: (): Fault => ({ reset }) => reset(),
  /** A broken connection, after the service did what it was asked for. */
  lost: (): Fault => async ({ forward, reset }) => {
    await forward();
    reset();
  },
  /** The real answer, late. */
  slow: (milliseconds: number): Fault => async ({ forward, reply }) => {
    await sleep(milliseconds);
    reply(await forward());
  },
  /** Half of the real answer, then a broken connection. */
  truncated: (): Fault => async ({ forward, replyHalf }) => replyHalf(await forward()),
  /** The service did what it was asked for, and answers with another text. */
  body: (text: string): Fault => async ({ forward, reply }) => reply({ ...await forward(), body: text }),
  /** The service did what it was asked for, and its answer is not what it was. */
  edited: (edit: (answer: any) => unknown): Fault => async ({ forward, reply }) => {
    const answer = await forward();
    reply({ ...answer, body: JSON.stringify(edit(JSON.parse(answer.body))) });
  },
};

const pass: Fault = async ({ forward, reply }) => reply(await forward());

function callOf(request: IncomingMessage, body: string): Call {
  const [, region = '', service = ''] = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
  const target = String(request.headers['x-amz-target'] ?? '').split('.').at(-1);
  const action = service === '' ? undefined : new URLSearchParams(body).get('Action');
  return { service, region, operation: target || action || `${request.method} ${request.url}`, body };
}

function matches(call: Call, { on: { body, ...on } }: Rule): boolean {
  return Object.entries(on).every(([key, value]) => call[key as keyof Call] === value) && (body === undefined || call.body.includes(body));
}

function send(response: ServerResponse, { status, headers, body }: Answer): ServerResponse {
  const { 'transfer-encoding': _, 'connection': __, ...kept } = headers;
  return response.writeHead(status, { ...kept, 'content-length': Buffer.byteLength(body) });
}

function jsonError(status: number, code: string, message: string): Answer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify({ __type: code, message }) };
}

function xmlError(status: number, code: string, message: string): Answer {
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>injected</RequestId></ErrorResponse>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
