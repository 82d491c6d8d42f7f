import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, type Asked } from '../answers';
import { VendorError } from '../errors';
import type { HttpAnswer, HttpRequest } from '../http';
import { pathOf } from '../path';
import { EMPTY_DOCKERCFG, type Vendor, type VendorPorts } from '../vendor';

const API = 'https://api.bitbucket.org/2.0';

/** As long as the API allows: a list has ten if nothing is said. */
const PAGE = 100;

/** No place has more pages of variables; it ends what goes round in a circle. */
const MOST_PAGES = 50;

const HINTS = {
  401: 'is the token valid? App passwords no longer work',
  403: 'an access token needs the scopes pipeline and pipeline:variable; a person\'s token needs read:pipeline:bitbucket and admin:pipeline:bitbucket, and the e-mail address',
  404: 'is it there, and may the token see it?',
  409: 'it was made in the meantime, and the next attempt updates it',
};

const LIST = 'list the variables';

interface Settings {
  readonly token: SecretRef;
  readonly email?: string;
}

interface Variable {
  readonly uuid: string;
  readonly key: string;
  /** Missing where the API does not say. */
  readonly secured?: boolean;
}

/** A variable of a repository, its deployment environment, or a workspace of Bitbucket Cloud. */
export const bitbucketVariable: Vendor = {
  // A thousand requests an hour, of which a publication takes two.
  rateLimit: ({ settings }) => ({ key: (settings as unknown as Settings).token.secretArn, perHour: 350, burst: 100, spacingMs: 0 }),

  publish: async (target, { text }, ports) => {
    const bitbucket = await Bitbucket.of(target, ports);
    const found = await bitbucket.find();
    if (found) await bitbucket.update(found, text);
    else await bitbucket.ask('POST', '', [201], 'make the variable', { key: target.where.key, value: text, secured: true });
    return {};
  },

  remove: async (target, how, ports) => {
    const bitbucket = await Bitbucket.of(target, ports);
    const found = await bitbucket.find();
    if (!found) return;
    if (how === 'delete') await bitbucket.ask('DELETE', found.uuid, [204, 404], 'delete the variable');
    else await bitbucket.update(found, EMPTY_DOCKERCFG, [200, 404]);
  },
};

class Bitbucket {
  public static async of({ where, settings }: TargetSpec, ports: VendorPorts): Promise<Bitbucket> {
    const { token, email } = settings as unknown as Settings;
    const secret = await ports.secret(token);
    const authorization = email === undefined ? `Bearer ${secret}` : `Basic ${Buffer.from(`${email}:${secret}`).toString('base64')}`;
    return new Bitbucket(where, authorization, ports);
  }

  private readonly variables: string;

  private constructor(private readonly where: TargetSpec['where'], private readonly authorization: string, private readonly ports: VendorPorts) {
    const { workspace, repository, environment } = where;
    this.variables = API + (repository === undefined
      ? pathOf('workspaces', workspace, 'pipelines-config', 'variables')
      : environment === undefined
        ? pathOf('repositories', workspace, repository, 'pipelines_config', 'variables')
        : pathOf('repositories', workspace, repository, 'deployments_config', 'environments', environment, 'variables'));
  }

  /** Bitbucket knows a variable by its UUID: the one with the key has to be looked for, on all pages. */
  public async find(): Promise<Variable | undefined> {
    let url: string | undefined = `${this.variables}?pagelen=${PAGE}`;
    for (let page = 0; url !== undefined; page++) {
      if (page === MOST_PAGES) throw new VendorError(`Bitbucket named more than ${MOST_PAGES} pages of variables`);
      const { values, next }: { values?: Variable[]; next?: string } = Object(jsonOf(await this.send('GET', url, [200], LIST), this.asked(LIST)));
      if (!Array.isArray(values)) throw new VendorError(`Bitbucket answered without a list when asked to ${LIST}`);
      const found = values.find(({ key }) => key === this.where.key);
      if (found) return found;
      if (next !== undefined && !next.startsWith(`${API}/`)) throw new VendorError('Bitbucket named a next page on another server, which is not asked');
      url = next;
    }
    return undefined;
  }

  /**
   * Gives a variable a value. Whether it is secured is sent again, because nothing says that it is kept otherwise; where it
   * is not shown, the value is hidden rather than shown to everybody.
   */
  public async update({ uuid, key, secured = true }: Variable, value: string, statuses = [200]): Promise<void> {
    await this.ask('PUT', uuid, statuses, 'update the variable', { key, value, secured });
  }

  public ask(method: HttpRequest['method'], uuid: string, statuses: number[], what: string, body?: object): Promise<HttpAnswer> {
    return this.send(method, uuid === '' ? this.variables : this.variables + pathOf(uuid), statuses, what, body);
  }

  private async send(method: HttpRequest['method'], url: string, statuses: number[], what: string, body?: object): Promise<HttpAnswer> {
    return expectStatus(await this.ports.http({ method, url, headers: { authorization: this.authorization }, body }), statuses, this.asked(what));
  }

  private asked(what: string): Asked {
    const bad = what === LIST ? 'an environment is named by its UUID in braces' : 'is the value too long for a variable?';
    return { vendor: 'Bitbucket', what, hints: { ...HINTS, 400: bad }, now: this.ports.now };
  }
}
