import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, type Asked } from '../answers';
import { TooLargeError, VendorError } from '../errors';
import type { HttpAnswer, HttpRequest } from '../http';
import { EMPTY_DOCKERCFG, type Payload, type Published, type Vendor, type VendorPorts } from '../vendor';

const GITLAB = 'https://gitlab.com';

/** @see https://docs.gitlab.com/api/instance_level_ci_variables/ */
const LONGEST_INSTANCE_VALUE = 10_000;

const HINTS = {
  401: 'is the token valid?',
  403: 'the token needs the scope api, and the role Maintainer for a project, Owner for a group, administrator for an instance',
  404: 'is it there, and may the token see it?',
};

interface Settings {
  readonly token: SecretRef;
  readonly protected: boolean;
  readonly masked: boolean;
  readonly certificateAuthority?: string;
}

/** A variable of a project, a group or an instance of GitLab. */
export const gitlabVariable: Vendor = {
  publish: async (target, payload, ports) => {
    const { where } = target;
    if (where.instance && payload.text.length > LONGEST_INSTANCE_VALUE) {
      throw new TooLargeError(`an instance's variable of GitLab holds ${LONGEST_INSTANCE_VALUE} characters, and the value has ${payload.text.length}: send fewer registries`);
    }
    const gitlab = await Gitlab.of(target, ports);
    // By PUT alone nobody could tell which of several scopes was meant, and a group's may change another one.
    const found = await gitlab.ask('GET', gitlab.variable, [200, 404], 'read the variable');
    if (found.status === 404) await gitlab.create(payload);
    else await gitlab.ask('PUT', gitlab.variable, [200], 'update the variable', { value: payload.text });
    return gitlab.tokenExpiry();
  },

  remove: async (target, how, ports) => {
    const gitlab = await Gitlab.of(target, ports);
    if (how === 'delete') {
      await gitlab.ask('DELETE', gitlab.variable, [204, 404], 'delete the variable');
      return;
    }
    const found = await gitlab.ask('GET', gitlab.variable, [200, 404], 'read the variable');
    // GitLab keeps no masked variable empty.
    if (found.status === 200) await gitlab.ask('PUT', gitlab.variable, [200], 'empty the variable', { value: EMPTY_DOCKERCFG });
  },
};

class Gitlab {
  public static async of({ where, settings }: TargetSpec, ports: VendorPorts): Promise<Gitlab> {
    const { token, ...rest } = settings as unknown as Settings;
    return new Gitlab(where, rest, await ports.secret(token), ports);
  }

  public readonly variable: string;
  private readonly variables: string;

  private constructor(
    private readonly where: TargetSpec['where'],
    private readonly settings: Omit<Settings, 'token'>,
    private readonly token: string,
    private readonly ports: VendorPorts,
  ) {
    const { instance, project, group, key, environmentScope = '*' } = where;
    const owner = project === undefined ? `groups/${encodeURIComponent(group)}` : `projects/${encodeURIComponent(project)}`;
    this.variables = instance ? '/admin/ci/variables' : `/${owner}/variables`;
    this.variable = `${this.variables}/${key}${instance ? '' : `?filter%5Benvironment_scope%5D=${encodeURIComponent(environmentScope)}`}`;
  }

  public async create({ text }: Payload): Promise<void> {
    const { key, instance, environmentScope } = this.where;
    await this.ask('POST', this.variables, [201], 'make the variable', {
      key,
      value: text,
      protected: this.settings.protected,
      masked: this.settings.masked,
      // JSON can be masked in a raw variable only, and a dollar in it stands for itself.
      raw: true,
      variable_type: 'env_var',
      ...instance ? {} : { environment_scope: environmentScope ?? '*' },
    });
  }

  /** The token's own record; one that may not be read costs nothing but the warning. */
  public async tokenExpiry(): Promise<Published> {
    try {
      const what = 'read the token\'s expiry';
      const answer = await this.ask('GET', '/personal_access_tokens/self', [200], what);
      const expiresAt = Date.parse(jsonOf(answer, this.asked(what)).expires_at);
      return Number.isNaN(expiresAt) ? {} : { tokenExpiresAt: expiresAt };
    } catch {
      // The value has arrived: that is what counts.
      return {};
    }
  }

  public async ask(method: HttpRequest['method'], path: string, statuses: number[], what: string, body?: object): Promise<HttpAnswer> {
    const answer = await this.send(method, path, body);
    if (answer.status === 400 && /"value":\["is invalid"\]/.test(answer.text)) {
      throw new VendorError(`GitLab answered 400 when asked to ${what}: it cannot mask such a value; `
        + 'let the variable be raw or not masked, or send TargetValue.configJsonBase64()');
    }
    return expectStatus(answer, statuses, this.asked(what));
  }

  private send(method: HttpRequest['method'], path: string, body?: object): Promise<HttpAnswer> {
    const { url = GITLAB } = this.where;
    return this.ports.http({
      method,
      url: `${url.replace(/\/+$/, '')}/api/v4${path}`,
      headers: { 'private-token': this.token },
      body,
      certificateAuthority: this.settings.certificateAuthority,
    });
  }

  private asked(what: string): Asked {
    return { vendor: 'GitLab', what, hints: HINTS, now: this.ports.now };
  }
}
