import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, type Asked } from '../answers';
import { TooLargeError } from '../errors';
import type { HttpAnswer, HttpRequest } from '../http';
import { EMPTY_DOCKERCFG, type Vendor, type VendorPorts } from '../vendor';

const API = 'https://api.buildkite.com/v2';
const PAGE = 100;

/** @see https://buildkite.com/docs/apis/rest-api/clusters/secrets */
const LONGEST_VALUE = 8 * 1024 - 1;

const HINTS = {
  401: 'is the token valid?',
  403: 'the token needs the scopes read_secret_details and write_secrets, and its owner has to maintain the cluster',
  404: 'are the organization and the cluster there, and may the token see them?',
};

interface Settings {
  readonly token: SecretRef;
  readonly policy?: string;
}

/** A secret of a cluster of Buildkite. */
export const buildkiteSecret: Vendor = {
  publish: async (target, { text }, ports) => {
    const size = Buffer.byteLength(text);
    if (size > LONGEST_VALUE) throw new TooLargeError(`a secret of Buildkite holds ${LONGEST_VALUE} bytes, and the value has ${size}: send fewer registries`);
    const { policy } = target.settings as unknown as Settings;
    const buildkite = await Buildkite.of(target, ports);
    const id = await buildkite.find(target.where.key);
    if (id !== undefined) await buildkite.ask('PUT', `/${id}/value`, [200, 201], 'update the secret', { value: text });
    else await buildkite.ask('POST', '', [200, 201], 'make the secret', { key: target.where.key, value: text, ...policy === undefined ? {} : { policy } });
    return {};
  },

  remove: async (target, how, ports) => {
    const buildkite = await Buildkite.of(target, ports);
    const id = await buildkite.find(target.where.key);
    if (id === undefined) return;
    if (how === 'delete') await buildkite.ask('DELETE', `/${id}`, [200, 204, 404], 'delete the secret');
    else await buildkite.ask('PUT', `/${id}/value`, [200, 201], 'empty the secret', { value: EMPTY_DOCKERCFG });
  },
};

class Buildkite {
  public static async of({ where, settings }: TargetSpec, ports: VendorPorts): Promise<Buildkite> {
    const { organization, clusterId } = where;
    const token = await ports.secret((settings as unknown as Settings).token);
    return new Buildkite(`${API}/organizations/${organization}/clusters/${clusterId}/secrets`, token, ports);
  }

  private constructor(private readonly secrets: string, private readonly token: string, private readonly ports: VendorPorts) {}

  /** The id of the secret with a key, looked for on all pages. */
  public async find(key: string): Promise<string | undefined> {
    const what = 'list the secrets';
    for (let page = 1, count = PAGE; count === PAGE; page++) {
      const secrets: { id: string; key: string }[] = jsonOf(await this.ask('GET', `?per_page=${PAGE}&page=${page}`, [200], what), this.asked(what));
      const found = secrets.find((secret) => secret.key === key);
      if (found) return found.id;
      count = secrets.length;
    }
    return undefined;
  }

  public async ask(method: HttpRequest['method'], path: string, statuses: number[], what: string, body?: object): Promise<HttpAnswer> {
    const answer = await this.ports.http({ method, url: `${this.secrets}${path}`, headers: { authorization: `Bearer ${this.token}` }, body });
    return expectStatus(answer, statuses, this.asked(what));
  }

  private asked(what: string): Asked {
    return { vendor: 'Buildkite', what, hints: HINTS, now: this.ports.now };
  }
}
