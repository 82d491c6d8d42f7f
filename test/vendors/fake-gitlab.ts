import { FakeVendor, onlyKeys, Refusal, type FakeAnswer, type FakeRequest } from './fake-vendor';

export interface FakeVariable {
  key: string;
  value: string;
  protected: boolean;
  masked: boolean;
  hidden: boolean;
  raw: boolean;
  variable_type: string;
  environment_scope: string;
  description: string | null;
}

const FIELDS = ['description', 'masked', 'protected', 'raw', 'variable_type'];

/**
 * GitLab's API of CI/CD variables, as its documents and its source say.
 *
 * @see https://docs.gitlab.com/api/project_level_variables/
 * @see https://docs.gitlab.com/api/group_level_variables/
 * @see https://docs.gitlab.com/api/instance_level_ci_variables/
 */
export class FakeGitlab extends FakeVendor {
  /** Variables by their owner: `projects/ID`, `groups/ID` or `admin`. */
  public readonly variables = new Map<string, FakeVariable[]>();
  public readonly token = 'glpat-made-up-for-the-tests';
  public tokenExpiresAt: string | null = '2027-01-01';
  public scopes = ['api'];
  /** Owners in which the token has not the role that it takes. */
  public readonly forbidden = new Set<string>();
  /** Paths of projects that moved, and their ids. */
  public readonly moved = new Map<string, string>();

  /** Adds a project, a group or the instance. */
  public add(owner: string, ...variables: Partial<FakeVariable>[]): void {
    this.variables.set(owner, variables.map((variable) => ({
      key: 'DOCKER_AUTH_CONFIG',
      value: 'old',
      protected: false,
      masked: false,
      hidden: false,
      raw: false,
      variable_type: 'env_var',
      environment_scope: '*',
      description: null,
      ...variable,
    })));
  }

  protected serve({ method, parts, query, headers, body }: FakeRequest): FakeAnswer {
    const [api, version, ...rest] = parts;
    if (api !== 'api' || version !== 'v4') return { status: 404, body: { error: '404 Not Found' } };
    if (headers['private-token'] !== this.token) return { status: 401, body: { message: '401 Unauthorized' } };
    if (rest.join('/') === 'personal_access_tokens/self' && method === 'GET') return { status: 200, body: { expires_at: this.tokenExpiresAt, scopes: this.scopes } };
    if (!this.scopes.includes('api')) return { status: 403, body: { error: 'insufficient_scope', error_description: 'The request requires higher privileges than provided by the access token.' } };

    const isInstance = rest[0] === 'admin' && rest[1] === 'ci';
    const owner = isInstance ? 'admin' : `${rest[0]}/${rest[1]}`;
    const id = this.moved.get(owner);
    if (id) return { status: 301, headers: { location: `${this.url}/api/v4/projects/${id}/variables` }, body: { message: 'Non GET methods are not allowed for moved projects' } };
    const variables = this.variables.get(owner);
    if (rest[2] !== 'variables' || rest.length > 4 || !variables) return { status: 404, body: { message: '404 Project Not Found' } };
    if (this.forbidden.has(owner)) return { status: 403, body: { message: '403 Forbidden' } };
    const key = rest[3];
    if (method === 'POST' && key === undefined) return this.create(variables, body, isInstance);
    return this.one(method, variables, key, query.get('filter[environment_scope]'), body, isInstance, owner.startsWith('groups/'));
  }

  private create(variables: FakeVariable[], body: any, isInstance: boolean): FakeAnswer {
    onlyKeys(body, ['key', 'value'], [...FIELDS, ...isInstance ? [] : ['environment_scope', 'masked_and_hidden']], { status: 400, body: { error: 'parameters are invalid' } });
    const scope = body.environment_scope ?? '*';
    if (!/^[A-Za-z0-9_]{1,255}$/.test(body.key)) return { status: 400, body: { message: { key: ['can contain only letters, digits and \'_\'.'] } } };
    if (variables.some((one) => one.key === body.key && one.environment_scope === scope)) {
      return { status: 400, body: { message: { key: [`(${body.key}) has already been taken`] } } };
    }
    const variable: FakeVariable = {
      protected: false, masked: false, raw: false, variable_type: 'env_var', description: null, ...body, hidden: false, environment_scope: scope,
    };
    checkValue(variable, isInstance);
    variables.push(variable);
    return { status: 201, body: variable };
  }

  private one(
    method: string, variables: FakeVariable[], key: string, scope: string | null, body: any, isInstance: boolean, isGroup: boolean,
  ): FakeAnswer {
    const named = variables.filter((one) => one.key === key);
    const found = scope === null || isInstance ? named : named.filter((one) => one.environment_scope === scope);
    // A group's PUT that finds none by its filter falls back to the key alone, and changes another scope's variable.
    const chosen = method === 'PUT' && isGroup && found.length === 0 ? named.slice(0, 1) : found;
    if (chosen.length === 0) return { status: 404, body: { message: '404 Variable Not Found' } };
    if (chosen.length > 1 && !(isGroup && method === 'PUT')) {
      return { status: 409, body: { message: 'There are multiple variables with provided parameters. Please use \'filter[environment_scope]\'' } };
    }
    const [variable] = chosen;
    switch (method) {
      case 'GET': return { status: 200, body: variable.hidden ? { ...variable, value: null } : variable };
      case 'DELETE': {
        variables.splice(variables.indexOf(variable), 1);
        return { status: 204 };
      }
      case 'PUT': {
        onlyKeys(body, [], ['value', ...FIELDS, ...isInstance ? [] : ['environment_scope']], { status: 400, body: { error: 'parameters are invalid' } });
        const changed = { ...variable, ...body };
        checkValue(changed, isInstance);
        Object.assign(variable, changed);
        return { status: 200, body: variable };
      }
      default: return { status: 405, body: { error: '405 Not Allowed' } };
    }
  }
}

function checkValue({ value, masked, raw }: FakeVariable, isInstance: boolean): void {
  const pattern = raw ? /^\S{8,}$/ : /^[a-zA-Z0-9_+=/@:.~-]{8,}$/;
  // GitLab answers with the value, so that an error that shows answers would show it.
  if (masked && !pattern.test(value)) throw new Refusal({ status: 400, body: { message: { value: ['is invalid'] } } });
  if (isInstance && value.length > 10_000) throw new Refusal({ status: 400, body: { message: { value: ['is too long (maximum is 10000 characters)'] } } });
}
