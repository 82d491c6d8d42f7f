import { FakeVendor, onlyKeys, Refusal, type FakeAnswer, type FakeRequest } from './fake-vendor';

export interface FakeSecret {
  id: string;
  key: string;
  value: string;
  policy?: string;
  description?: string;
}

const INVALID = (message: string): FakeAnswer => ({ status: 422, body: { message } });
const NOT_FOUND = (message: string): FakeAnswer => ({ status: 404, body: { message } });

/**
 * Buildkite's API of cluster secrets, as its documents say: a value never comes back, and is changed at a path of its own.
 *
 * @see https://buildkite.com/docs/apis/rest-api/clusters/secrets
 * @see https://buildkite.com/docs/apis/rest-api/access-token
 */
export class FakeBuildkite extends FakeVendor {
  public readonly token = 'bkua_made-up-for-the-tests';
  public scopes = ['read_secret_details', 'write_secrets'];
  public expiresAt: string | null = null;
  public readonly secrets: FakeSecret[] = [];
  public cluster = '/v2/organizations/my-org/clusters/42f1a7da-812d-4430-93d8-1cc7c33a6bcf/secrets';
  /** No page is longer, whatever is asked for. */
  public longestPage = 100;
  private made = 0;

  public add(change: Partial<FakeSecret> = {}): FakeSecret {
    const secret = { id: this.uuid(), key: 'DOCKER_AUTH_CONFIG', value: 'old', ...change };
    this.secrets.push(secret);
    return secret;
  }

  protected serve({ method, path, headers, query, body }: FakeRequest): FakeAnswer {
    if (headers.authorization !== `Bearer ${this.token}`) return { status: 401, body: { message: 'Authentication required. Please supply a valid API Access Token: https://buildkite.com/docs/apis/rest-api#authentication' } };
    if (method === 'GET' && path === '/v2/access-token') {
      return { status: 200, body: { uuid: this.uuid(), scopes: this.scopes, description: 'ecr', created_at: '2025-07-16 06:07:42 UTC', expires_at: this.expiresAt, user: { name: 'ci', email: 'ci@example.com' } } };
    }
    if (path !== this.cluster && !path.startsWith(`${this.cluster}/`)) return NOT_FOUND('No cluster found');
    const needed = method === 'GET' ? 'read_secret_details' : 'write_secrets';
    if (!this.scopes.includes(needed)) return { status: 403, body: { message: `Forbidden - Your API token doesn't have the ${needed} scope` } };
    if (body !== undefined && headers['content-type'] !== 'application/json') return { status: 415, body: { message: 'Unsupported media type' } };
    if (method !== 'GET' && query.size > 0) return INVALID('Validation failed');
    const [id, field, ...more] = path.slice(this.cluster.length + 1).split('/');
    if (more.length > 0) return NOT_FOUND('Not Found');
    if (id === '') return method === 'GET' ? this.page(query) : this.create(method, body);
    const secret = this.secrets.find((one) => one.id === id);
    if (!secret) return NOT_FOUND('No secret found');
    if (field === 'value') return this.update(method, secret, body);
    if (field !== undefined) return NOT_FOUND('Not Found');
    switch (method) {
      case 'DELETE':
        this.secrets.splice(this.secrets.indexOf(secret), 1);
        return { status: 204 };
      case 'PUT':
        for (const fixed of ['key', 'value']) {
          if (fixed in Object(body)) return INVALID(`The ${fixed} parameter cannot be updated${fixed === 'value' ? ' on this endpoint' : ''}.`);
        }
        onlyKeys(body, [], ['description', 'policy'], INVALID('Validation failed'));
        Object.assign(secret, body);
        return { status: 200, body: shown(secret) };
      default: return { status: 405, body: { message: 'Method not allowed' } };
    }
  }

  private page(query: URLSearchParams): FakeAnswer {
    const [asked, page] = [Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1)];
    if ([...query.keys()].some((key) => key !== 'per_page' && key !== 'page') || !(asked >= 1 && asked <= 100) || !(page >= 1)) return INVALID('Validation failed');
    const size = Math.min(this.longestPage, asked);
    const url = (number: number) => `<https://api.buildkite.com${this.cluster}?api_key=hidden&page=${number}&per_page=${size}>`;
    const last = Math.max(1, Math.ceil(this.secrets.length / size));
    const links = [...page > 1 ? [`${url(1)}; rel="first", ${url(page - 1)}; rel="prev"`] : [], ...page < last ? [`${url(page + 1)}; rel="next", ${url(last)}; rel="last"`] : []];
    const headers: Record<string, string> = links.length > 0 ? { link: links.join(', ') } : {};
    return { status: 200, headers, body: this.secrets.slice((page - 1) * size, page * size).map(shown) };
  }

  private create(method: string, body: any): FakeAnswer {
    if (method !== 'POST') return { status: 405, body: { message: 'Method not allowed' } };
    onlyKeys(body, ['key', 'value'], ['description', 'policy'], INVALID('Validation failed'));
    const { key, value, policy } = body;
    if (typeof key !== 'string' || !/^(?!buildkite|bk)[a-z][a-z0-9_]{0,254}$/i.test(key)) throw new Refusal(INVALID('Key is invalid'));
    if (this.secrets.some((one) => one.key === key)) throw new Refusal(INVALID('Key has already been taken'));
    if (policy !== undefined && (typeof policy !== 'string' || !/^\s*- /.test(policy))) throw new Refusal(INVALID('Policy is invalid'));
    const secret = { id: this.uuid(), ...body, value: checkedValue(value) };
    this.secrets.push(secret);
    return { status: 201, body: shown(secret) };
  }

  private update(method: string, secret: FakeSecret, body: any): FakeAnswer {
    if (method !== 'PUT') return { status: 405, body: { message: 'Method not allowed' } };
    onlyKeys(body, ['value'], [], INVALID('Validation failed'));
    secret.value = checkedValue(body.value);
    return { status: 200, body: shown(secret) };
  }

  private uuid(): string {
    return `00000000-0000-4000-8000-${String(++this.made).padStart(12, '0')}`;
  }
}

function checkedValue(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') throw new Refusal(INVALID('Value can\'t be blank'));
  if (Buffer.byteLength(value) >= 8 * 1024) throw new Refusal(INVALID('Value is too long'));
  return value;
}

function shown({ value: _value, ...secret }: FakeSecret): object {
  return { description: null, policy: null, last_read_at: null, ...secret };
}
