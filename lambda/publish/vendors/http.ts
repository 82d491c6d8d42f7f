import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus } from '../answers';
import { VendorError } from '../errors';
import type { HttpRequest } from '../http';
import type { Payload, Vendor, VendorPorts } from '../vendor';

const HINTS = {
  401: 'is the token valid?',
  403: 'may the token write there?',
  404: 'is the URL right?',
};

interface Template {
  readonly method: HttpRequest['method'];
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Settings {
  readonly request: Template;
  readonly removeRequest?: Template;
  readonly secrets: Readonly<Record<string, SecretRef>>;
  readonly statuses?: readonly number[];
  readonly certificateAuthority?: string;
}

/** Any server that takes a value by one request. */
export const http: Vendor = {
  publish: async (target, { text, login, hosts, expiresAt }: Payload, ports) => {
    const { request } = target.settings as unknown as Settings;
    const expiry = Number.isFinite(expiresAt) ? new Date(expiresAt).toISOString() : '';
    const fields = { value: text, host: hosts[0], expiresAt: expiry, ...login ? { username: login.username, password: login.password } : {} };
    await send(target, request, fields, 'take the value', ports);
    return {};
  },

  remove: async (target, _how, ports) => {
    const { removeRequest } = target.settings as unknown as Settings;
    await send(target, removeRequest!, {}, 'remove the value', ports);
  },
};

async function send({ settings }: TargetSpec, template: Template, fields: Record<string, string>, what: string, ports: VendorPorts): Promise<void> {
  const { secrets, statuses, certificateAuthority } = settings as unknown as Settings;
  const known = new Map(Object.entries(fields));
  for (const [name, ref] of Object.entries(secrets)) known.set(`secret:${name}`, await ports.secret(ref));
  const headers = Object.entries(template.headers ?? {}).map(([name, text]) => [name, inHeader(fill(text, known))]);
  const answer = await ports.http({
    method: template.method,
    url: template.url,
    headers: Object.fromEntries(headers),
    body: template.body === undefined ? undefined : fillAll(template.body, known),
    certificateAuthority,
  });
  const taken = statuses ?? (answer.status >= 200 && answer.status < 300 ? [answer.status] : []);
  expectStatus(answer, taken, { vendor: new URL(template.url).host, what, hints: HINTS, now: ports.now });
}

/** Fills what is known into a text, in one pass: what was filled in is not looked at again. */
function fill(text: string, known: ReadonlyMap<string, string>): string {
  return text.replace(/\{\{(.*?)\}\}/g, (_whole, field: string) => known.get(field) ?? '');
}

/** The same in every text of a JSON, which is quoted afterwards. */
function fillAll(value: unknown, known: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return fill(value, known);
  if (Array.isArray(value)) return value.map((item) => fillAll(item, known));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fillAll(item, known)]));
}

/** A line break would begin another header. */
function inHeader(text: string): string {
  if (/[\r\n]/.test(text)) throw new VendorError('what is filled into a header has a line break: put it into the body');
  return text;
}
