import { FakeVendor, onlyKeys, Refusal, type FakeAnswer, type FakeRequest } from './fake-vendor';

const NOT_FOUND: FakeAnswer = { status: 404, body: { message: 'Not found.' } };
const BAD_REQUEST: FakeAnswer = { status: 400, body: { message: 'Invalid request.' } };
const PAGE = 20;

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const SLUG = '(?:(?:gh|github|bb|bitbucket)(?:/(?!\\.{1,2}/)[A-Za-z0-9_.-]+){2}|circleci(?:/[A-Za-z0-9-]+){2})';
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,299}$/;

/**
 * CircleCI's API of variables, as its OpenAPI description, its documents and its own clients say: nothing that it answers
 * has a value in it.
 *
 * @see https://circleci.com/docs/api/v2/
 * @see https://circleci.com/docs/contexts/
 */
export class FakeCircleci extends FakeVendor {
  public readonly token = 'CCIPAT_made-up-for-the-tests';
  /** Variables by `context/ID` or `project/SLUG`. */
  public readonly places = new Map<string, Map<string, string>>();
  public readonly restricted = new Set<string>();

  public add(place: string, variables: Record<string, string> = {}): Map<string, string> {
    const map = new Map(Object.entries(variables));
    this.places.set(place, map);
    return map;
  }

  protected serve({ method, path, headers, query, body }: FakeRequest): FakeAnswer {
    if (headers['circle-token'] !== this.token || headers.authorization !== undefined) return { status: 401, body: { message: 'You must log in first.' } };
    if (body !== undefined && headers['content-type'] !== 'application/json') return { status: 415, body: { message: 'Unsupported media type' } };
    const context = new RegExp(`^/api/v2/(context/${UUID})/environment-variable(?:/([^/]+))?$`, 'i').exec(path);
    const project = new RegExp(`^/api/v2/(project/${SLUG})/envvar(?:/([^/]+))?$`).exec(path);
    const [, place, name] = context ?? project ?? [];
    const variables = this.places.get(place);
    if (!variables) return NOT_FOUND;
    if ([...query.keys()].some((key) => key !== 'page-token' || name !== undefined || method !== 'GET')) return BAD_REQUEST;
    if (this.restricted.has(place)) return { status: 403, body: { message: 'Permission denied.' } };
    return context ? this.context(method, place, variables, name, query, body) : this.project(method, variables, name, body);
  }

  private context(
    method: string, place: string, variables: Map<string, string>, name: string | undefined, query: URLSearchParams, body: any,
  ): FakeAnswer {
    const entity = (variable: string) => ({
      variable, context_id: place.split('/')[1], created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z', truncated_value: '1234',
    });
    if (name === undefined) {
      if (method !== 'GET') return NOT_FOUND;
      const start = Number(query.get('page-token') ?? 0);
      const next = variables.size > start + PAGE ? String(start + PAGE) : null;
      return { status: 200, body: { items: [...variables.keys()].slice(start, start + PAGE).map(entity), next_page_token: next } };
    }
    if (method === 'DELETE') return removed(variables, name);
    if (method !== 'PUT') return NOT_FOUND;
    onlyKeys(body, ['value'], [], BAD_REQUEST);
    if (!variables.has(name) && variables.size === 100) throw new Refusal({ status: 400, body: { message: 'A context has at most 100 variables.' } });
    variables.set(checkedName(name), checkedValue(body.value, 32_000));
    return { status: 200, body: entity(name) };
  }

  private project(method: string, variables: Map<string, string>, name: string | undefined, body: any): FakeAnswer {
    if (name !== undefined) {
      if (method === 'DELETE') return removed(variables, name);
      if (method !== 'GET') return NOT_FOUND;
      return variables.has(name) ? { status: 200, body: { name, value: masked(variables.get(name)!) } } : NOT_FOUND;
    }
    if (method !== 'POST') return NOT_FOUND;
    onlyKeys(body, ['name', 'value'], [], BAD_REQUEST);
    variables.set(checkedName(body.name), checkedValue(body.value, Infinity));
    return { status: 201, body: { name: body.name, value: masked(body.value), created_at: '2026-01-01T00:00:00Z' } };
  }
}

function removed(variables: Map<string, string>, name: string): FakeAnswer {
  return variables.delete(name) ? { status: 200, body: { message: 'Environment variable deleted.' } } : NOT_FOUND;
}

function checkedName(name: unknown): string {
  if (typeof name !== 'string' || !NAME.test(name)) throw new Refusal(BAD_REQUEST);
  return name;
}

function checkedValue(value: unknown, longest: number): string {
  if (typeof value !== 'string' || value === '' || value.length > longest) throw new Refusal(BAD_REQUEST);
  return value;
}

/** Two values with the same end look the same. */
function masked(value: string): string {
  return `xxxx${value.slice(-4)}`;
}
