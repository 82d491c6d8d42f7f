import { fillIn, placeholdersIn, SECRET_PREFIX, type HttpBodyTemplate, type HttpRequestTemplate, type HttpTargetSettings } from '../../../src/private/http-template-contract';
import type { TargetSpec } from '../../../src/private/target-contract';
import { ConfigurationError } from '../../shared/errors';
import { expectStatus } from '../answers';
import { VendorError } from '../errors';
import type { HttpRequest } from '../http';
import type { Payload, Vendor, VendorPorts } from '../vendor';

const SUCCESS = Array.from({ length: 100 }, (_, index) => 200 + index);

/** Removed, or not there. */
const REMOVED = [...SUCCESS, 404];

/** What a header takes: https://www.rfc-editor.org/rfc/rfc9110#name-field-values */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What is told of credentials that never expire. */
const NO_END = '9999-12-31T23:59:59.999Z';

const HINTS = {
  401: 'are the headers right, and the secrets that they are filled in with?',
  403: 'are the headers right, and the secrets that they are filled in with?',
  404: 'is the URL right, and is there what it names?',
  413: 'send fewer registries',
};

type Values = Readonly<Record<string, string | undefined>>;

/** A request, and what its answer means. */
interface Sent extends HttpRequestTemplate {
  readonly method: string;
  readonly url: string;
  readonly what: string;
  readonly success: readonly number[];
}

/** Any API that takes the value in one request. */
export const http: Vendor = {
  publish: async ({ where: { method, url }, settings }, payload, ports) => {
    await send({ ...settingsOf(settings), method, url, what: 'take the value', success: SUCCESS }, filledIn(payload), settingsOf(settings), ports);
    return {};
  },

  remove: async ({ settings, hosts = [] }, _how, ports) => {
    const { remove, ...others } = settingsOf(settings);
    await send({ ...remove!, what: 'remove the value', success: REMOVED }, { host: hosts[0] }, others, ports);
  },
};

function settingsOf(settings: TargetSpec['settings']): HttpTargetSettings {
  return settings as unknown as HttpTargetSettings;
}

function filledIn({ text, login, hosts, expiresAt }: Payload): Values {
  return {
    value: text,
    username: login?.username,
    password: login?.password,
    host: hosts[0],
    expiresAt: Number.isFinite(expiresAt) ? new Date(expiresAt).toISOString() : NO_END,
  };
}

async function send(request: Sent, values: Values, settings: HttpTargetSettings, ports: VendorPorts): Promise<void> {
  const { method, headers, body, what, statuses = request.success } = request;
  const known = new Map(Object.entries({ ...values, ...await secretsFor(request, settings, ports) }));
  const fill = (template: string): string => fillIn(template, (name) => {
    const value = known.get(name);
    if (value === undefined) throw new ConfigurationError(`the request asks for {{${name}}}, which is not there`);
    return value;
  });
  const url = fillIn(request.url, (name) => encodeURIComponent(fill(`{{${name}}}`)));
  const content = bodyOf(body, fill);
  const answer = await ports.http({
    method: method as HttpRequest['method'],
    url,
    headers: { ...content.headers, ...headersOf(headers, fill) },
    body: content.body,
    certificateAuthority: settings.certificateAuthority,
  });
  expectStatus(answer, statuses, { vendor: new URL(url).host, what, hints: HINTS, now: ports.now });
}

/** The secrets that the request names, by their placeholders. */
async function secretsFor({ headers, body }: Sent, { secrets = {} }: HttpTargetSettings, ports: VendorPorts): Promise<Values> {
  const named = new Set(placeholdersIn(JSON.stringify([headers, body])));
  const used = Object.entries(secrets).filter(([name]) => named.has(`${SECRET_PREFIX}${name}`));
  return Object.fromEntries(await Promise.all(used.map(async ([name, ref]) => [`${SECRET_PREFIX}${name}`, await ports.secret(ref)])));
}

function headersOf(headers: Readonly<Record<string, string>>, fill: (template: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, template]) => {
    const value = fill(template);
    // Not left to the client, whose message would be taken for one of the network's.
    if (!HEADER_VALUE.test(value)) {
      throw new VendorError(`the header '${name}' would get a line break or another character that no header takes: look at what it is filled in with`);
    }
    return [name.toLowerCase(), value];
  }));
}

function bodyOf(template: HttpBodyTemplate | undefined, fill: (template: string) => string): Pick<HttpRequest, 'headers'> & { readonly body?: string } {
  if (!template) return { headers: {} };
  if ('json' in template) return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(filledJson(template.json, fill)) };
  if ('text' in template) return { headers: { 'content-type': template.contentType }, body: fill(template.text) };
  const fields = Object.entries(template.form).map(([name, text]): [string, string] => [name, fill(text)]);
  return { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields).toString() };
}

/** Texts are filled in before they become JSON, so that what is filled in is quoted as it has to be. */
function filledJson(value: unknown, fill: (template: string) => string): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((item) => filledJson(item, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filledJson(item, fill)]));
}
