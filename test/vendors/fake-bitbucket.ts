import { FakeVendor, onlyKeys, Refusal, type FakeAnswer, type FakeRequest } from './fake-vendor';

export interface FakeVariable {
  uuid: string;
  key: string;
  value: string;
  secured: boolean;
}

const ERROR = (message: string, detail?: string) => ({ type: 'error', error: { message, ...detail === undefined ? {} : { detail } } });
const BAD_REQUEST: FakeAnswer = { status: 400, body: ERROR('Bad request', 'Unexpected response body') };

/** The places of variables that the documents know: a UUID has its braces, and they are encoded. */
const UUID = '%7B[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}%7D';
const SLUG = '(?!\\.{1,2}/)[A-Za-z0-9_.-]+';
const PLACES = [
  new RegExp(`^/2\\.0/workspaces/(?:${SLUG}|${UUID})/pipelines-config/variables(?:/(.*))?$`, 'i'),
  new RegExp(`^/2\\.0/repositories/(?:${SLUG}|${UUID})/${SLUG}/pipelines_config/variables(?:/(.*))?$`, 'i'),
  new RegExp(`^/2\\.0/repositories/(?:${SLUG}|${UUID})/${SLUG}/deployments_config/environments/${UUID}/variables(?:/(.*))?$`, 'i'),
];

/**
 * Bitbucket Cloud's API of pipelines' variables, as its OpenAPI description says: variables are found by their UUID, a key
 * is there once, and a secured value never comes back.
 *
 * @see https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/
 */
export class FakeBitbucket extends FakeVendor {
  public readonly token = 'ATCTT-made-up-for-the-tests';
  public readonly email = 'ci@example.com';
  /** Of the access token. */
  public scopes = ['pipeline', 'pipeline:variable'];
  /** Of the person's token. */
  public personScopes = ['read:pipeline:bitbucket', 'admin:pipeline:bitbucket'];
  /** Longer values are refused; the documents name no limit. */
  public longest = 32_768;
  /** Variables by the path of their list. */
  public readonly lists = new Map<string, FakeVariable[]>();
  private made = 0;

  public add(path: string, ...variables: Partial<FakeVariable>[]): FakeVariable[] {
    const list = variables.map((variable) => ({ uuid: this.uuid(), key: 'DOCKER_AUTH_CONFIG', value: 'old', secured: true, ...variable }));
    this.lists.set(`/2.0${path}`, list);
    return list;
  }

  protected serve({ method, path, headers, query, body }: FakeRequest): FakeAnswer {
    const uuid = PLACES.map((place) => place.exec(path)).find(Boolean);
    if (/\/environments\/(?!%7B)/i.test(path)) return BAD_REQUEST;
    if (!uuid) return { status: 404, body: ERROR('Resource not found') };
    this.checkToken(headers.authorization ?? '', method === 'GET');
    if (headers.accept !== 'application/json') return { status: 406, body: ERROR('Not acceptable') };
    const [rest] = uuid.slice(1);
    const list = this.lists.get(rest === undefined ? path : path.slice(0, -rest.length - 1));
    if (!list) return { status: 404, body: ERROR('The account or repository does not exist.') };
    if (method !== 'GET' && query.size > 0) return BAD_REQUEST;
    if (body !== undefined && headers['content-type'] !== 'application/json') return { status: 415, body: ERROR('Unsupported media type') };
    if (rest === undefined) return method === 'GET' ? this.page(list, path, query) : this.create(method, list, body);
    if (!new RegExp(`^${UUID}$`, 'i').test(rest)) return BAD_REQUEST;
    const variable = list.find((one) => one.uuid === decodeURIComponent(rest));
    if (!variable) return { status: 404, body: ERROR('The account, repository or variable with the given UUID was not found.') };
    if (method === 'DELETE') {
      list.splice(list.indexOf(variable), 1);
      return { status: 204 };
    }
    if (method !== 'PUT') return { status: 405, body: ERROR('Method not allowed') };
    const change = this.checked(body);
    if (list.some((one) => one !== variable && one.key === change.key)) return { status: 409, body: ERROR('A variable with the provided key already exists.') };
    // What was hidden is not shown to anybody again, and what is not said is not kept.
    if (variable.secured && !change.secured) throw new Refusal(BAD_REQUEST);
    Object.assign(variable, change);
    return { status: 200, body: shown(variable) };
  }

  private checkToken(authorization: string, isReading: boolean): void {
    const basic = `Basic ${Buffer.from(`${this.email}:${this.token}`).toString('base64')}`;
    if (authorization !== `Bearer ${this.token}` && authorization !== basic) {
      throw new Refusal({ status: 401, body: ERROR('Token is invalid, expired, or not supported for this endpoint.') });
    }
    const [scopes, needed] = authorization === basic
      ? [this.personScopes, isReading ? 'read:pipeline:bitbucket' : 'admin:pipeline:bitbucket']
      : [this.scopes, isReading ? 'pipeline' : 'pipeline:variable'];
    if (!scopes.includes(needed)) throw new Refusal({ status: 403, body: ERROR('Your credentials lack one or more required privilege scopes.') });
  }

  private page(list: FakeVariable[], place: string, query: URLSearchParams): FakeAnswer {
    const [size, page] = [Number(query.get('pagelen') ?? 10), Number(query.get('page') ?? 1)];
    if ([...query.keys()].some((key) => key !== 'pagelen' && key !== 'page') || !(size >= 1 && size <= 100) || !(page >= 1)) return BAD_REQUEST;
    const next = list.length > page * size ? { next: `https://api.bitbucket.org${place}?pagelen=${size}&page=${page + 1}` } : {};
    return { status: 200, body: { size: list.length, page, pagelen: size, values: list.slice((page - 1) * size, page * size).map(shown), ...next } };
  }

  private create(method: string, list: FakeVariable[], body: any): FakeAnswer {
    if (method !== 'POST') return { status: 405, body: ERROR('Method not allowed') };
    const variable = { uuid: this.uuid(), ...this.checked(body) };
    if (list.some(({ key }) => key === body.key)) return { status: 409, body: ERROR('A variable with the provided key already exists.') };
    list.push(variable);
    return { status: 201, body: shown(variable) };
  }

  private checked(body: any): Omit<FakeVariable, 'uuid'> {
    onlyKeys(body, ['key', 'value'], ['secured', 'uuid', 'type'], BAD_REQUEST);
    const { key, value, secured = false } = body;
    const isRight = typeof key === 'string' && typeof value === 'string' && typeof secured === 'boolean';
    if (!isRight || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) || value.length > this.longest) throw new Refusal(BAD_REQUEST);
    return { key, value, secured };
  }

  private uuid(): string {
    return `{00000000-0000-4000-8000-${String(++this.made).padStart(12, '0')}}`;
  }
}

/** A secured value never comes back. */
function shown({ value, ...variable }: FakeVariable): object {
  return { type: 'pipeline_variable', ...variable, ...variable.secured ? {} : { value } };
}
