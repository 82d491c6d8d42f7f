import { FakeVendor, onlyKeys, type FakeAnswer, type FakeRequest } from './fake-vendor';

export interface FakeVariable {
  uuid: string;
  key: string;
  value: string;
  secured: boolean;
}

const ERROR = (message: string) => ({ type: 'error', error: { message } });

/**
 * Bitbucket Cloud's API of pipelines' variables, as its documents say.
 *
 * @see https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/
 */
export class FakeBitbucket extends FakeVendor {
  public readonly token = 'ATCTT-made-up-for-the-tests';
  public readonly email = 'ci@example.com';
  public scopes = ['pipeline:variable'];
  /** Variables by the path of their list. */
  public readonly lists = new Map<string, FakeVariable[]>();
  private made = 0;

  public add(path: string, ...variables: Partial<FakeVariable>[]): FakeVariable[] {
    const list = variables.map((variable) => ({ uuid: this.uuid(), key: 'DOCKER_AUTH_CONFIG', value: 'old', secured: true, ...variable }));
    this.lists.set(`/2.0${path}`, list);
    return list;
  }

  protected serve({ method, path, headers, query, body }: FakeRequest): FakeAnswer {
    const basic = `Basic ${Buffer.from(`${this.email}:${this.token}`).toString('base64')}`;
    if (headers.authorization !== `Bearer ${this.token}` && headers.authorization !== basic) return { status: 401, body: ERROR('Token is invalid, expired, or not supported for this endpoint.') };
    if (!this.scopes.includes('pipeline:variable')) return { status: 403, body: ERROR('Your credentials lack one or more required privilege scopes.') };
    const place = [...this.lists.keys()].find((list) => path === list || path.startsWith(`${list}/`));
    if (!place) return { status: 404, body: ERROR('Resource not found') };
    const list = this.lists.get(place)!;
    const rest = path.slice(place.length + 1);
    if (rest === '') return method === 'GET' ? this.page(list, place, query) : this.create(method, list, body);
    // Braces that are not encoded, or that are missing, are no UUID.
    if (!/^%7B[0-9a-f-]{36}%7D$/i.test(rest)) return { status: 400, body: ERROR('unexpected.response.body') };
    const variable = list.find(({ uuid }) => uuid === decodeURIComponent(rest));
    if (!variable) return { status: 404, body: ERROR('Not found') };
    if (method === 'DELETE') {
      list.splice(list.indexOf(variable), 1);
      return { status: 204 };
    }
    if (method !== 'PUT') return { status: 405, body: ERROR('Method not allowed') };
    onlyKeys(body, ['key', 'value'], ['secured', 'uuid', 'type'], { status: 400, body: ERROR('Bad request') });
    // What is not said is not kept.
    Object.assign(variable, { key: body.key, value: body.value, secured: body.secured ?? false });
    return { status: 200, body: shown(variable) };
  }

  private page(list: FakeVariable[], place: string, query: URLSearchParams): FakeAnswer {
    const [size, page] = [Math.min(100, Number(query.get('pagelen') ?? 10)), Number(query.get('page') ?? 1)];
    const next = list.length > page * size ? { next: `https://api.bitbucket.org${place}?pagelen=${size}&page=${page + 1}` } : {};
    return { status: 200, body: { size: list.length, page, pagelen: size, values: list.slice((page - 1) * size, page * size).map(shown), ...next } };
  }

  private create(method: string, list: FakeVariable[], body: any): FakeAnswer {
    if (method !== 'POST') return { status: 405, body: ERROR('Method not allowed') };
    onlyKeys(body, ['key', 'value'], ['secured', 'uuid', 'type'], { status: 400, body: ERROR('Bad request') });
    if (list.some(({ key }) => key === body.key)) return { status: 409, body: ERROR('A variable with the provided key already exists.') };
    const variable = { uuid: this.uuid(), key: body.key, value: body.value, secured: body.secured ?? false };
    list.push(variable);
    return { status: 201, body: shown(variable) };
  }

  private uuid(): string {
    return `{00000000-0000-4000-8000-${String(++this.made).padStart(12, '0')}}`;
  }
}

/** A secured value never comes back. */
function shown({ value, ...variable }: FakeVariable): object {
  return variable.secured ? variable : { ...variable, value };
}
