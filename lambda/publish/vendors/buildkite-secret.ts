import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, type Asked } from '../answers';
import { TooLargeError, VendorError } from '../errors';
import type { HttpAnswer, HttpRequest } from '../http';
import { pathOf } from '../path';
import { EMPTY_DOCKERCFG, type Published, type Vendor, type VendorPorts } from '../vendor';

const API = 'https://api.buildkite.com/v2';
const PAGE = 100;

/** No cluster has more pages of secrets; it ends what goes round in a circle. */
const MOST_PAGES = 50;

/** @see https://buildkite.com/docs/apis/rest-api/clusters/secrets */
const LONGEST_VALUE = 8 * 1024 - 1;

const HINTS = {
  401: 'is the token valid?',
  403: 'the token needs the scopes read_secret_details and write_secrets, and its owner has to maintain the cluster',
  404: 'are the organization and the cluster there, and may the token see them?',
  422: 'a policy is a list of rules in YAML, and a key is there once',
};

interface Settings {
  readonly token: SecretRef;
  readonly policy?: string;
}

/** A secret of a cluster of Buildkite. */
export const buildkiteSecret: Vendor = {
  // A user has 50 requests a minute, of which a publication takes three: any minute has 39 of them.
  rateLimit: ({ settings }) => ({ key: JSON.stringify(['buildkite', (settings as unknown as Settings).token.secretArn]), perHour: 600, burst: 3, spacingMs: 0 }),

  publish: async (target, { text }, ports) => {
    const size = Buffer.byteLength(text);
    if (size > LONGEST_VALUE) throw new TooLargeError(`a secret of Buildkite holds ${LONGEST_VALUE} bytes, and the value has ${size}: send fewer registries`);
    const { policy } = target.settings as unknown as Settings;
    const buildkite = await Buildkite.of(target, ports);
    const id = await buildkite.find(target.where.key);
    if (id !== undefined) await buildkite.ask('PUT', pathOf(id, 'value'), [200], 'update the secret', { value: text });
    else await buildkite.ask('POST', '', [201], 'make the secret', { key: target.where.key, value: text, ...policy === undefined ? {} : { policy } });
    return buildkite.tokenExpiry();
  },

  remove: async (target, how, ports) => {
    const buildkite = await Buildkite.of(target, ports);
    const id = await buildkite.find(target.where.key);
    if (id === undefined) return;
    if (how === 'delete') await buildkite.ask('DELETE', pathOf(id), [204, 404], 'delete the secret');
    else await buildkite.ask('PUT', pathOf(id, 'value'), [200, 404], 'empty the secret', { value: EMPTY_DOCKERCFG });
  },
};

class Buildkite {
  public static async of({ where, settings }: TargetSpec, ports: VendorPorts): Promise<Buildkite> {
    const { organization, clusterId } = where;
    const token = await ports.secret((settings as unknown as Settings).token);
    return new Buildkite(API + pathOf('organizations', organization, 'clusters', clusterId, 'secrets'), token, ports);
  }

  private constructor(private readonly secrets: string, private readonly token: string, private readonly ports: VendorPorts) {}

  /** The id of the secret with a key, looked for on all pages. */
  public async find(key: string): Promise<string | undefined> {
    const what = 'list the secrets';
    let page: string | undefined = '1';
    for (let count = 0; page !== undefined; count++) {
      if (count === MOST_PAGES) throw new VendorError(`Buildkite named more than ${MOST_PAGES} pages of secrets`);
      const answer: HttpAnswer = await this.ask('GET', `?per_page=${PAGE}&page=${page}`, [200], what);
      const secrets: { id: string; key: string }[] = jsonOf(answer, this.asked(what));
      if (!Array.isArray(secrets)) throw new VendorError(`Buildkite answered without a list when asked to ${what}`);
      const found = secrets.find((secret) => secret.key === key);
      if (found) return found.id;
      // Only the page's number is taken from what it says: the token goes nowhere else.
      page = /<[^>]*[?&]page=(\d+)[^>]*>; *rel="next"/.exec(answer.headers.link ?? '')?.[1];
    }
    return undefined;
  }

  public async ask(method: HttpRequest['method'], path: string, statuses: number[], what: string, body?: object): Promise<HttpAnswer> {
    const answer = await this.ports.http({ method, url: `${this.secrets}${path}`, headers: { authorization: `Bearer ${this.token}` }, body });
    return expectStatus(answer, statuses, this.asked(what));
  }

  /** When the token expires, which it may ask itself whatever its scopes are. That it does not say so fails nothing: the value is there. */
  public async tokenExpiry(): Promise<Published> {
    const what = 'say when the token expires';
    try {
      const answer = await this.ports.http({ method: 'GET', url: `${API}/access-token`, headers: { authorization: `Bearer ${this.token}` } });
      const expiresAt = Date.parse(Object(jsonOf(expectStatus(answer, [200], this.asked(what)), this.asked(what))).expires_at);
      return Number.isNaN(expiresAt) ? {} : { tokenExpiresAt: expiresAt };
    } catch {
      return {};
    }
  }

  private asked(what: string): Asked {
    return { vendor: 'Buildkite', what, hints: HINTS, now: this.ports.now };
  }
}
