import { createSign } from 'node:crypto';
import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, rateLimited, type Asked } from '../answers';
import { BadTokenSecretError, VendorError } from '../errors';
import type { HttpAnswer, HttpRequest } from '../http';
import { seal } from '../sealed-box';
import type { Published, RateLimit, VendorPorts } from '../vendor';

const API = 'https://api.github.com';
const VERSION = '2022-11-28';
const PAGE = 100;

/** A token of an installation lives an hour; one that ends within this time is not used. */
const LAST_OF_TOKEN_MS = 10 * 60_000;

const HINTS = {
  401: 'is the token valid, or the App\'s private key?',
  404: 'is it there, and may the token write there? GitHub also answers so where it may not, or the App is not installed',
};

/** Who writes. */
export type GithubAuthSettings =
  | { readonly token: SecretRef }
  | { readonly clientId: string; readonly privateKey: SecretRef; readonly installationId?: string };

/** What all targets at GitHub have. */
export interface GithubSettings {
  readonly auth: GithubAuthSettings;
  readonly visibility?: string;
  readonly selectedRepositoryIds?: readonly number[];
  readonly certificateAuthority?: string;
}

/** Installation tokens, kept between the invocations of a warm Lambda. */
const installationTokens = new Map<string, { readonly token: string; readonly expiresAt: number }>();

/** GitHub lets write 80 times a minute and 500 times an hour: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export function githubRateLimit({ settings }: TargetSpec): RateLimit {
  const { auth } = settings as unknown as GithubSettings;
  return { key: 'token' in auth ? auth.token.secretArn : auth.privateKey.secretArn, perHour: 400, burst: 60, spacingMs: 1000 };
}

/** GitHub's API, as one target uses it. */
export class Github {
  /** @param permission that the App's token is narrowed to */
  public static async of({ where, settings }: TargetSpec, permissions: Record<string, string>, ports: VendorPorts): Promise<Github> {
    const github = new Github(where, settings as unknown as GithubSettings, ports);
    github.token = await github.authenticate(permissions);
    return github;
  }

  /** When a personal token expires; each answer says so. */
  public published: Published = {};
  private token = '';

  private constructor(
    private readonly where: TargetSpec['where'],
    private readonly settings: GithubSettings,
    private readonly ports: VendorPorts,
  ) {}

  public async ask(method: HttpRequest['method'], path: string, statuses: number[], what: string, body?: object): Promise<HttpAnswer> {
    const answer = await this.send(method, path, this.token, body);
    const expiry = Date.parse((answer.headers['github-authentication-token-expiration'] ?? '').replace(' UTC', 'Z').replace(' ', 'T'));
    if (!Number.isNaN(expiry)) this.published = { tokenExpiresAt: expiry };
    return this.expect(answer, statuses, what);
  }

  public json(answer: HttpAnswer, what: string): any {
    return jsonOf(answer, this.asked(what));
  }

  /** A value that only GitHub can open, with the public key that is there now. */
  public async sealed(text: string, keyPath: string): Promise<{ encrypted_value: string; key_id: string }> {
    const what = 'read the public key';
    const { key, key_id: keyId } = this.json(await this.ask('GET', keyPath, [200], what), what);
    if (typeof key !== 'string' || Buffer.from(key, 'base64').length !== 32 || typeof keyId !== 'string') throw new VendorError('GitHub\'s public key is none');
    return { encrypted_value: seal(text, key), key_id: keyId };
  }

  /** All items of a list that has pages. */
  public async list(path: string, member: string, what: string): Promise<any[]> {
    const items: any[] = [];
    let found: any[];
    do {
      const page = items.length / PAGE + 1;
      found = this.json(await this.ask('GET', `${path}?per_page=${PAGE}&page=${page}`, [200], what), what)[member];
      items.push(...found);
    } while (found.length === PAGE);
    return items;
  }

  private async authenticate(permissions: Record<string, string>): Promise<string> {
    const { auth } = this.settings;
    if ('token' in auth) return this.ports.secret(auth.token);
    const { url = API, repository, organization } = this.where;
    const owner = repository ?? organization;
    const key = JSON.stringify([url, auth.clientId, auth.installationId ?? owner, permissions]);
    const known = installationTokens.get(key);
    if (known && known.expiresAt - this.ports.now() > LAST_OF_TOKEN_MS) return known.token;

    const jwt = signed(auth.clientId, await this.ports.secret(auth.privateKey), auth.privateKey, this.ports.now());
    const id = auth.installationId ?? await this.installation(jwt);
    const what = 'give the App a token';
    const answer = this.expect(await this.send('POST', `/app/installations/${id}/access_tokens`, jwt, { permissions }), [201], what);
    const { token, expires_at: expiresAt } = this.json(answer, what);
    installationTokens.set(key, { token, expiresAt: Date.parse(expiresAt) });
    return token;
  }

  private async installation(jwt: string): Promise<string> {
    const { repository, organization } = this.where;
    const what = 'find the App\'s installation';
    const path = repository === undefined ? `/orgs/${organization}/installation` : `/repos/${repository}/installation`;
    return String(this.json(this.expect(await this.send('GET', path, jwt), [200], what), what).id);
  }

  private send(method: HttpRequest['method'], path: string, token: string, body?: object): Promise<HttpAnswer> {
    const { url = API } = this.where;
    return this.ports.http({
      method,
      url: `${url.replace(/\/+$/, '')}${path}`,
      headers: { 'accept': 'application/vnd.github+json', 'authorization': `Bearer ${token}`, 'x-github-api-version': VERSION },
      body,
      certificateAuthority: this.settings.certificateAuthority,
    });
  }

  private expect(answer: HttpAnswer, statuses: number[], what: string): HttpAnswer {
    const { status, headers } = answer;
    const asked = this.asked(what, headers['x-accepted-github-permissions']);
    if (status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0')) throw rateLimited(answer, asked);
    return expectStatus(answer, statuses, asked);
  }

  private asked(what: string, permissions?: string): Asked {
    const needed = permissions ? `the permission ${permissions}` : 'the right to write there';
    return { vendor: 'GitHub', what, hints: { ...HINTS, 403: `the token or the App needs ${needed}` }, now: this.ports.now };
  }
}

/**
 * The App's word that it is the App, for ten minutes at most; a minute back, because clocks differ.
 *
 * @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
function signed(clientId: string, privateKey: string, { secretArn }: SecretRef, now: number): string {
  const seconds = Math.floor(now / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: seconds - 60, exp: seconds + 540, iss: clientId })}`;
  try {
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
  } catch {
    // Not with OpenSSL's own message, which may quote the key.
    throw new BadTokenSecretError(`${secretArn} holds no private key in PEM: put the file there that GitHub gave you`);
  }
}
