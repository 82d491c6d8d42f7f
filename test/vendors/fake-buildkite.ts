import { FakeVendor, onlyKeys, type FakeAnswer, type FakeRequest } from './fake-vendor';

export interface FakeSecret {
  id: string;
  key: string;
  value: string;
  policy?: string;
  description?: string;
}

/**
 * Buildkite's API of cluster secrets, as its documents say.
 *
 * @see https://buildkite.com/docs/apis/rest-api/clusters/secrets
 */
export class FakeBuildkite extends FakeVendor {
  public readonly token = 'bkua_made-up-for-the-tests';
  public scopes = ['read_secret_details', 'write_secrets'];
  public readonly secrets: FakeSecret[] = [];
  public cluster = '/v2/organizations/my-org/clusters/42f1a7da-812d-4430-93d8-1cc7c33a6bcf/secrets';

  protected serve({ method, path, headers, query, body }: FakeRequest): FakeAnswer {
    if (headers.authorization !== `Bearer ${this.token}`) return { status: 401, body: { message: 'Authentication required. Please supply a valid API Access Token' } };
    if (path !== this.cluster && !path.startsWith(`${this.cluster}/`)) return { status: 404, body: { message: 'No cluster found' } };
    const needed = method === 'GET' ? 'read_secret_details' : 'write_secrets';
    if (!this.scopes.includes(needed)) return { status: 403, body: { message: `Forbidden - Your API token doesn't have the ${needed} scope` } };
    const [id, field] = path.slice(this.cluster.length + 1).split('/');
    if (id === '') return method === 'GET' ? this.page(query) : this.create(method, body);
    const secret = this.secrets.find((one) => one.id === id);
    if (!secret) return { status: 404, body: { message: 'No secret found' } };
    if (method === 'DELETE' && field === undefined) {
      this.secrets.splice(this.secrets.indexOf(secret), 1);
      return { status: 204 };
    }
    if (method !== 'PUT') return { status: 405, body: { message: 'Method not allowed' } };
    if (field !== 'value') return { status: 422, body: { message: 'value cannot be updated here' } };
    onlyKeys(body, ['value'], [], { status: 422, body: { message: 'Validation failed' } });
    if (Buffer.byteLength(body.value) >= 8 * 1024) return { status: 422, body: { message: 'Validation failed', errors: [{ field: 'value', code: 'too_long' }] } };
    secret.value = body.value;
    return { status: 200, body: { id, key: secret.key } };
  }

  private page(query: URLSearchParams): FakeAnswer {
    const [size, page] = [Math.min(100, Number(query.get('per_page') ?? 30)), Number(query.get('page') ?? 1)];
    return { status: 200, body: this.secrets.slice((page - 1) * size, page * size).map(({ value: _value, ...shown }) => shown) };
  }

  private create(method: string, body: any): FakeAnswer {
    if (method !== 'POST') return { status: 405, body: { message: 'Method not allowed' } };
    onlyKeys(body, ['key', 'value'], ['description', 'policy'], { status: 422, body: { message: 'Validation failed' } });
    if (/^(buildkite|bk)/i.test(body.key) || this.secrets.some(({ key }) => key === body.key)) return { status: 422, body: { message: 'Validation failed', errors: [{ field: 'key', code: 'invalid' }] } };
    const secret = { id: `secret-${this.secrets.length}`, ...body };
    this.secrets.push(secret);
    return { status: 201, body: { id: secret.id, key: secret.key } };
  }
}
