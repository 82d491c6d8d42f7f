import { FakeVendor, onlyKeys, Refusal, type FakeAnswer, type FakeRequest } from './fake-vendor';

export interface FakeRegistry {
  address: string;
  username: string;
  password: string;
}

const UNKNOWN: FakeAnswer = { status: 404 };
const FIELDS = ['address', 'username', 'password'];

/**
 * Woodpecker's API of a repository's registries, as its source says. It tells its errors in plain text.
 *
 * @see https://woodpecker-ci.org/api
 */
export class FakeWoodpecker extends FakeVendor {
  public readonly token = 'eyJhbGciOiJIUzI1NiJ9.made-up-for-the-tests';
  /** By the repository's id. */
  public readonly registries = new Map<string, FakeRegistry[]>();

  protected serve({ method, parts, headers, body }: FakeRequest): FakeAnswer {
    const [api, repos, id, registries, address, ...rest] = parts;
    if (api !== 'api' || repos !== 'repos' || registries !== 'registries' || rest.length > 0) return UNKNOWN;
    if (headers.authorization !== `Bearer ${this.token}`) return { status: 401, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'User not authorized' };
    const list = this.registries.get(id);
    if (!list) return UNKNOWN;
    if (method === 'POST' && address === undefined) return this.create(list, body);
    const found = list.find((registry) => registry.address === address);
    if (!found) return UNKNOWN;
    switch (method) {
      case 'GET': return { status: 200, body: withoutPassword(found) };
      case 'DELETE': {
        list.splice(list.indexOf(found), 1);
        return { status: 204 };
      }
      case 'PATCH': {
        onlyKeys(body, [], FIELDS, plain(400, 'Error parsing request.'));
        // What is empty stays as it was.
        Object.assign(found, body.username ? { username: body.username } : {}, body.password ? { password: body.password } : {});
        return { status: 200, body: withoutPassword({ ...found, ...body }) };
      }
      default: return UNKNOWN;
    }
  }

  private create(list: FakeRegistry[], body: any): FakeAnswer {
    onlyKeys(body, [], FIELDS, plain(400, 'Error parsing request.'));
    const { address = '', username = '', password = '' } = body;
    if (!address || !username || !password) throw new Refusal(plain(400, 'Error inserting registry. invalid registry'));
    if (list.some((registry) => registry.address === address)) return plain(500, `Error inserting registry "${address}". UNIQUE constraint failed`);
    list.push({ address, username, password });
    return { status: 200, body: withoutPassword({ address, username, password }) };
  }
}

function plain(status: number, body: string): FakeAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

function withoutPassword({ address, username }: FakeRegistry): object {
  return { id: 1, org_id: 0, repo_id: 1, address, username, password: '', readonly: false };
}
