import { createPublicKey, generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { FakeVendor, onlyKeys, Refusal, type FakeAnswer, type FakeRequest } from './fake-vendor';

export interface FakeSecret {
  value: string;
  visibility?: string;
  repositories?: number[];
}

export interface FakeRegistry {
  name: string;
  registry_type: string;
  url: string;
  username: string;
  password: string;
  visibility: string;
}

const NOT_FOUND: FakeAnswer = { status: 404, body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' } };
const INVALID: FakeAnswer = { status: 422, body: { message: 'Validation Failed' } };
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/**
 * GitHub's API of secrets, private registries and Apps, as its OpenAPI description says. Boxes are opened by libsodium.
 *
 * @see https://docs.github.com/en/rest/actions/secrets
 */
export class FakeGithub extends FakeVendor {
  public readonly token = 'github_pat_made-up-for-the-tests';
  public readonly clientId = 'Iv23liMadeUpForTests';
  /** PKCS#1, as GitHub gives it. */
  public readonly privateKey = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  public readonly installationId = 4711;
  /** What the App may do. */
  public granted: Record<string, string> = {
    secrets: 'write',
    environments: 'write',
    dependabot_secrets: 'write',
    codespaces_secrets: 'write',
    organization_secrets: 'write',
    organization_dependabot_secrets: 'write',
    organization_codespaces_secrets: 'write',
    organization_private_registries: 'write',
  };
  /** Places that exist, such as `/repos/o/r/actions/secrets`, and their secrets. */
  public readonly places = new Map<string, Map<string, FakeSecret>>();
  public readonly registries: FakeRegistry[] = [];
  public tokenExpiration?: string;
  /** The seconds that an App's token lives. */
  public tokenLife = 3600;
  public readonly appTokens = new Map<string, { readonly permissions: Record<string, string>; readonly expiresAt: number }>();
  /** A path before the API, as a GitHub Enterprise Server has it. */
  public prefix = '';
  public now: () => number = Date.now;
  private keys!: { publicKey: Uint8Array; privateKey: Uint8Array };
  private keyId = 1;

  public override async start(): Promise<this> {
    await sodium.ready;
    this.keys = sodium.crypto_box_keypair();
    return super.start();
  }

  public add(place: string, secrets: Record<string, FakeSecret> = {}): Map<string, FakeSecret> {
    const map = new Map(Object.entries(secrets));
    this.places.set(place, map);
    return map;
  }

  /** From now on what is sealed with the old key cannot be opened. */
  public replaceKey(): void {
    this.keys = sodium.crypto_box_keypair();
    this.keyId++;
  }

  protected serve(request: FakeRequest): FakeAnswer {
    const { headers, path } = request;
    if (!path.startsWith(this.prefix)) return NOT_FOUND;
    const route = path.slice(this.prefix.length);
    if (headers.accept !== 'application/vnd.github+json' || headers['x-github-api-version'] !== '2022-11-28' || !headers['user-agent']) return { status: 400, body: { message: 'headers' } };
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    const installation = /^\/(orgs\/[^/]+|repos\/[^/]+\/[^/]+)\/installation$/.exec(route);
    if (installation || route.startsWith('/app/')) return this.app(request, route, bearer);
    if (bearer !== this.token && !this.isAppToken(bearer)) return { status: 401, body: { message: 'Bad credentials' } };
    return this.withExpiry(this.secrets(request, route, this.appTokens.get(bearer)?.permissions));
  }

  private withExpiry(answer: FakeAnswer): FakeAnswer {
    if (!this.tokenExpiration) return answer;
    return { ...answer, headers: { ...answer.headers, 'github-authentication-token-expiration': this.tokenExpiration } };
  }

  private isAppToken(token: string): boolean {
    return (this.appTokens.get(token)?.expiresAt ?? 0) > this.now();
  }

  private app({ method, body }: FakeRequest, route: string, jwt: string): FakeAnswer {
    if (!isJwt(jwt, publicKey, this.clientId, this.now())) return { status: 401, body: { message: 'A JSON web token could not be decoded' } };
    if (route.endsWith('/installation') && method === 'GET') return { status: 200, body: { id: this.installationId } };
    if (route !== `/app/installations/${this.installationId}/access_tokens` || method !== 'POST') return NOT_FOUND;
    onlyKeys(body, [], ['permissions', 'repositories', 'repository_ids'], INVALID);
    for (const [name, level] of Object.entries(body.permissions ?? this.granted)) {
      if (this.granted[name] !== level) return { status: 422, body: { message: 'The permissions requested are not granted to this installation.' } };
    }
    const token = `ghs_${this.appTokens.size}_made-up-token-of-an-installation`;
    const expiresAt = this.now() + this.tokenLife * 1000;
    this.appTokens.set(token, { permissions: body.permissions ?? this.granted, expiresAt });
    return { status: 201, body: { token, expires_at: new Date(expiresAt).toISOString(), permissions: body.permissions } };
  }

  private secrets(request: FakeRequest, route: string, permissions: Record<string, string> | undefined): FakeAnswer {
    const registries = /^(\/orgs\/[^/]+\/private-registries)(?:\/([^/]+))?$/.exec(route);
    const secrets = /^(\/(?:orgs\/[^/]+|repos\/[^/]+\/[^/]+)(?:\/environments\/[^/]+|\/(?:actions|dependabot|codespaces))\/secrets)(?:\/([^/]+)(\/repositories)?)?$/.exec(route);
    const place = registries?.[1] ?? secrets?.[1];
    if (!place || !this.places.has(place)) return NOT_FOUND;
    const needed = permissionFor(place);
    if (permissions && !needed.every((name) => permissions[name] === 'write')) {
      return { status: 403, headers: { 'x-accepted-github-permissions': needed.map((name) => `${name}=write`).join(',') }, body: { message: 'Resource not accessible by integration' } };
    }
    const name = registries?.[2] ?? secrets?.[2];
    if (name === 'public-key') return { status: 200, body: { key_id: String(this.keyId), key: Buffer.from(this.keys.publicKey).toString('base64') } };
    if (registries) return this.registry(request, name);
    return this.secret(request, this.places.get(place)!, name!, secrets![3] !== undefined, place.startsWith('/orgs/'));
  }

  private secret(
    { method, body, query }: FakeRequest, place: Map<string, FakeSecret>, name: string, repositories: boolean, isOrg: boolean,
  ): FakeAnswer {
    const found = place.get(name);
    if (repositories) {
      if (!found || found.visibility !== 'selected') return { status: 409, body: { message: 'Visibility type is not set to selected' } };
      const [size, page] = [Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1)];
      const shown = found.repositories!.slice((page - 1) * size, page * size);
      return { status: 200, body: { total_count: found.repositories!.length, repositories: shown.map((id) => ({ id })) } };
    }
    switch (method) {
      case 'GET': return found ? { status: 200, body: { name, ...isOrg ? { visibility: found.visibility } : {} } } : NOT_FOUND;
      case 'DELETE': return place.delete(name) ? { status: 204 } : NOT_FOUND;
      case 'PUT': {
        onlyKeys(body, ['encrypted_value', 'key_id', ...isOrg ? ['visibility'] : []], isOrg ? ['selected_repository_ids'] : [], INVALID);
        const value = this.open(body);
        if (!/^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i.test(name)) return INVALID;
        if (value.length > 48 * 1024) return INVALID;
        // Who is not named again does not see it any more.
        const shown = isOrg ? { visibility: body.visibility, repositories: body.selected_repository_ids ?? [] } : {};
        place.set(name, { value, ...shown });
        return { status: found ? 204 : 201, body: found ? undefined : {} };
      }
      default: return NOT_FOUND;
    }
  }

  private registry({ method, body, query }: FakeRequest, name: string | undefined): FakeAnswer {
    if (method === 'GET' && name === undefined) {
      const [size, page] = [Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1)];
      const configurations = this.registries.slice((page - 1) * size, page * size).map(({ password: _secret, ...shown }) => shown);
      return { status: 200, body: { total_count: this.registries.length, configurations } };
    }
    if (method === 'POST' && name === undefined) {
      onlyKeys(body, ['registry_type', 'url', 'encrypted_value', 'key_id', 'visibility'], ['username', 'selected_repository_ids'], INVALID);
      const { registry_type: type, url, username, visibility } = body;
      const made = { name: `${type.toUpperCase()}_${this.registries.length}`, registry_type: type, url, username, visibility, password: this.open(body) };
      this.registries.push(made);
      return { status: 201, body: { name: made.name } };
    }
    const found = this.registries.find((registry) => registry.name === name);
    if (!found) return NOT_FOUND;
    if (method === 'DELETE') {
      this.registries.splice(this.registries.indexOf(found), 1);
      return { status: 204 };
    }
    if (method !== 'PATCH') return NOT_FOUND;
    onlyKeys(body, [], ['username', 'encrypted_value', 'key_id', 'url', 'visibility', 'selected_repository_ids'], INVALID);
    Object.assign(found, { ...body.username === undefined ? {} : { username: body.username }, password: this.open(body) });
    return { status: 204 };
  }

  private open({ encrypted_value: value, key_id: keyId }: any): string {
    if (keyId !== String(this.keyId)) throw new Refusal({ status: 422, body: { message: 'Bad request - Bad key_id' } });
    try {
      return Buffer.from(sodium.crypto_box_seal_open(new Uint8Array(Buffer.from(value, 'base64')), this.keys.publicKey, this.keys.privateKey)).toString();
    } catch {
      throw new Refusal({ status: 422, body: { message: 'The value could not be decrypted' } });
    }
  }
}

/** @see https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps */
function permissionFor(place: string): string[] {
  const [, scope] = place.split('/');
  if (place.endsWith('/private-registries')) return ['organization_private_registries'];
  if (place.includes('/environments/')) return ['secrets', 'environments'];
  const kind = /\/(actions|dependabot|codespaces)\/secrets$/.exec(place)![1];
  return [`${scope === 'orgs' ? 'organization_' : ''}${kind === 'actions' ? '' : `${kind}_`}secrets`];
}

function isJwt(jwt: string, key: KeyObject, clientId: string, now: number): boolean {
  const [header, payload, signature] = jwt.split('.');
  if (!signature || !verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), createPublicKey(key.export({ type: 'spki', format: 'pem' })), Buffer.from(signature, 'base64url'))) return false;
  const { iat, exp, iss } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const seconds = now / 1000;
  return JSON.parse(Buffer.from(header, 'base64url').toString()).alg === 'RS256' && iss === clientId && iat <= seconds && exp > seconds && exp - iat <= 660 && exp - seconds <= 600;
}
