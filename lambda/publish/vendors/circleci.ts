import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, type Asked } from '../answers';
import { TooLargeError, VendorError } from '../errors';
import type { HttpAnswer, HttpRequest } from '../http';
import { pathOf } from '../path';
import { EMPTY_DOCKERCFG, type Vendor, type VendorPorts } from '../vendor';

const CIRCLECI = 'https://circleci.com';

/**
 * In characters, of a context's variable; nothing is said of a project's.
 *
 * @see https://circleci.com/docs/contexts/
 */
const LONGEST_VALUE = 32_000;

/** A context has a hundred variables at most; it ends what goes round in a circle. */
const MOST_PAGES = 50;

/** Its clients take any success; one that was taken for a failure would be sent again and again. */
const WRITTEN = [200, 201];

const HINTS = {
  401: 'is the token valid? It has to be a personal one',
  403: 'the token\'s owner may not write there: a restricted context lets the members of its groups only',
  404: 'is it there, and may the token\'s owner see it?',
};

interface Settings {
  readonly token: SecretRef;
  readonly certificateAuthority?: string;
}

/** A variable of a context of CircleCI: one call makes it or gives it a value. */
export const circleciContext: Vendor = {
  publish: async (target, { text }, ports) => {
    if (text.length > LONGEST_VALUE) {
      throw new TooLargeError(`a variable of a context of CircleCI holds ${LONGEST_VALUE} characters, and the value has ${text.length}: send fewer registries`);
    }
    const circleci = await Circleci.of(target, ports);
    await circleci.ask('PUT', contextVariable(target), WRITTEN, 'write the variable', { value: text });
    return {};
  },

  remove: async (target, how, ports) => {
    const circleci = await Circleci.of(target, ports);
    if (how === 'delete') {
      await circleci.ask('DELETE', contextVariable(target), [200, 404], 'delete the variable');
    } else if (await isInContext(circleci, target)) {
      // It would be made otherwise; and it takes no empty value.
      await circleci.ask('PUT', contextVariable(target), WRITTEN, 'empty the variable', { value: EMPTY_DOCKERCFG });
    }
  },
};

/** A variable of a project of CircleCI: one call makes it or replaces it. */
export const circleciProject: Vendor = {
  publish: async (target, { text }, ports) => {
    const circleci = await Circleci.of(target, ports);
    await circleci.ask('POST', projectVariables(target), WRITTEN, 'write the variable', { name: target.where.variableName, value: text });
    return {};
  },

  remove: async (target, how, ports) => {
    const circleci = await Circleci.of(target, ports);
    const name = target.where.variableName;
    const variable = projectVariables(target) + pathOf(name);
    if (how === 'delete') {
      await circleci.ask('DELETE', variable, [200, 404], 'delete the variable');
    } else if ((await circleci.ask('GET', variable, [200, 404], 'look for the variable')).status === 200) {
      await circleci.ask('POST', projectVariables(target), WRITTEN, 'empty the variable', { name, value: EMPTY_DOCKERCFG });
    }
  },
};

function contextVariables({ where: { contextId } }: TargetSpec): string {
  return pathOf('context', contextId, 'environment-variable');
}

function contextVariable(target: TargetSpec): string {
  return contextVariables(target) + pathOf(target.where.variableName);
}

function projectVariables({ where: { projectSlug } }: TargetSpec): string {
  return pathOf('project', ...projectSlug.split('/'), 'envvar');
}

/** Whether a context has the variable, looked for on all pages. */
async function isInContext(circleci: Circleci, target: TargetSpec): Promise<boolean> {
  let token: string | null | undefined = '';
  for (let page = 0; typeof token === 'string'; page++) {
    if (page === MOST_PAGES) throw new VendorError(`CircleCI named more than ${MOST_PAGES} pages of variables`);
    const query: string = token === '' ? '' : `?page-token=${encodeURIComponent(token)}`;
    const answer = await circleci.ask('GET', contextVariables(target) + query, [200, 404], 'look for the variable');
    if (answer.status === 404) return false;
    const { items, next_page_token: next }: { items?: { variable: string }[]; next_page_token?: string | null } = Object(circleci.jsonOf(answer, 'look for the variable'));
    if (!Array.isArray(items)) throw new VendorError('CircleCI answered without a list when asked to look for the variable');
    if (items.some(({ variable }) => variable === target.where.variableName)) return true;
    token = next;
  }
  return false;
}

class Circleci {
  public static async of({ where, settings }: TargetSpec, ports: VendorPorts): Promise<Circleci> {
    const { token, certificateAuthority } = settings as unknown as Settings;
    const api = `${(where.url ?? CIRCLECI).replace(/\/+$/, '')}/api/v2`;
    return new Circleci(api, await ports.secret(token), certificateAuthority, ports);
  }

  private constructor(
    private readonly api: string,
    private readonly token: string,
    private readonly certificateAuthority: string | undefined,
    private readonly ports: VendorPorts,
  ) {}

  public async ask(method: HttpRequest['method'], path: string, statuses: number[], what: string, body?: object): Promise<HttpAnswer> {
    const { token, certificateAuthority } = this;
    const answer = await this.ports.http({ method, url: this.api + path, headers: { 'circle-token': token }, body, certificateAuthority });
    return expectStatus(answer, statuses, this.asked(what));
  }

  public jsonOf(answer: HttpAnswer, what: string): unknown {
    return jsonOf(answer, this.asked(what));
  }

  private asked(what: string): Asked {
    return { vendor: 'CircleCI', what, hints: HINTS, now: this.ports.now };
  }
}
