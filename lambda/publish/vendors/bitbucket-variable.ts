import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, type Asked } from '../answers';
import { VendorError } from '../errors';
import type { HttpAnswer, HttpRequest } from '../http';
import { EMPTY_DOCKERCFG, type Vendor, type VendorPorts } from '../vendor';

const API = 'https://api.bitbucket.org/2.0';

const HINTS = {
  401: 'is the token valid? App passwords no longer work',
  403: 'the token needs the scope pipeline:variable',
  404: 'is it there, and may the token see it?',
};

interface Settings {
  readonly token: SecretRef;
  readonly email?: string;
}

interface Variable {
  readonly uuid: string;
  readonly key: string;
  readonly secured: boolean;
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
    else await bitbucket.update(found, EMPTY_DOCKERCFG);
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
    this.variables = repository === undefined
      ? `${API}/workspaces/${workspace}/pipelines-config/variables`
      : environment === undefined
        ? `${API}/repositories/${workspace}/${repository}/pipelines_config/variables`
        : `${API}/repositories/${workspace}/${repository}/deployments_config/environments/${encodeURIComponent(environment)}/variables`;
  }

  /** Bitbucket knows a variable by its UUID: the one with the key has to be looked for, on all pages. */
  public async find(): Promise<Variable | undefined> {
    const what = 'list the variables';
    for (let url: string | undefined = `${this.variables}?pagelen=100`; url !== undefined;) {
      const page: { values: Variable[]; next?: string } = jsonOf(await this.send('GET', url, [200], what), this.asked(what));
      const found = page.values.find(({ key }) => key === this.where.key);
      if (found) return found;
      if (page.next !== undefined && !page.next.startsWith(`${API}/`)) throw new VendorError('Bitbucket named a next page on another server, which is not asked');
      url = page.next;
    }
    return undefined;
  }

  /** Gives a variable a value; whether it is secured is sent again, because it is not kept. */
  public async update({ uuid, key, secured }: Variable, value: string): Promise<void> {
    await this.ask('PUT', uuid, [200], 'update the variable', { key, value, secured });
  }

  public ask(method: HttpRequest['method'], uuid: string, statuses: number[], what: string, body?: object): Promise<HttpAnswer> {
    return this.send(method, uuid === '' ? this.variables : `${this.variables}/${encodeURIComponent(uuid)}`, statuses, what, body);
  }

  private async send(method: HttpRequest['method'], url: string, statuses: number[], what: string, body?: object): Promise<HttpAnswer> {
    return expectStatus(await this.ports.http({ method, url, headers: { authorization: this.authorization }, body }), statuses, this.asked(what));
  }

  private asked(what: string): Asked {
    return { vendor: 'Bitbucket', what, hints: HINTS, now: this.ports.now };
  }
}
