import { FakeVendor, onlyKeys, Refusal, type FakeAnswer, type FakeRequest } from './fake-vendor';

export interface FakeGroupVariable {
  value: string | null;
  isSecret?: boolean;
  isReadOnly?: boolean;
}

const PAGE: FakeAnswer = { status: 203, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<!DOCTYPE html><html>Azure DevOps Services | Sign In</html>' };
const CONNECTION_FIELDS = ['authorization', 'data', 'id', 'name', 'serviceEndpointProjectReferences', 'type', 'url'];
const OPTIONAL_CONNECTION_FIELDS = ['administratorsGroup', 'createdBy', 'description', 'groupScopeId', 'isReady', 'isShared', 'operationStatus', 'owner', 'readersGroup'];
const GROUP_FIELDS = ['name', 'type', 'variables', 'variableGroupProjectReferences'];

/**
 * Azure DevOps' API of service connections and variable groups, and Microsoft Entra's of tokens, as their OpenAPI
 * descriptions say, with one project `myproject` in the organization `myorg`.
 *
 * @see https://learn.microsoft.com/en-us/rest/api/azure/devops/serviceendpoint/endpoints
 * @see https://learn.microsoft.com/en-us/rest/api/azure/devops/distributedtask/variablegroups
 */
export class FakeAzureDevops extends FakeVendor {
  public readonly token = 'a-personal-access-token-made-up-for-the-tests';
  public readonly tenantId = '11111111-2222-3333-4444-555555555555';
  public readonly clientId = '66666666-7777-8888-9999-000000000000';
  public readonly clientSecret = 'a-client-secret~made.up_for-the-tests';
  public readonly issued = new Map<string, number>();
  public now: () => number = Date.now;
  /** What somebody sees who has not signed in. */
  public signIn: FakeAnswer = PAGE;
  /** Whether the token may manage what it reads. */
  public mayManage = true;
  /** Where the API begins: `/myorg`, or the path of a server's collection. */
  public base = '/myorg';

  /** Whole service connections with their passwords, by id. */
  public readonly connections = new Map<string, any>();
  /** Whole variable groups with their secrets, by id. */
  public readonly groups = new Map<string, any>();

  public addConnection(id: string, change: object = {}): any {
    const connection = {
      id,
      name: 'ecr',
      type: 'dockerregistry',
      url: 'https://hub.docker.com/',
      description: 'of its owner',
      data: { registrytype: 'Others' },
      authorization: { scheme: 'UsernamePassword', parameters: { registry: 'https://index.docker.io/v1/', username: 'x', password: 'old', email: 'ci@example.com' } },
      isShared: true,
      isReady: true,
      owner: 'library',
      createdBy: { id: 'a-person' },
      serviceEndpointProjectReferences: ['myproject', 'other'].map((name) => ({ name: `ecr of ${name}`, description: name, projectReference: { id: `id of ${name}`, name } })),
      ...change,
    };
    this.connections.set(id, connection);
    return connection;
  }

  public addGroup(id: string, variables: Record<string, FakeGroupVariable>, change: object = {}): any {
    const group = {
      id: Number(id),
      name: 'credentials',
      description: 'of its owner',
      type: 'Vsts',
      variables,
      isShared: true,
      createdBy: { id: 'a-person' },
      createdOn: '2026-01-01T00:00:00Z',
      modifiedOn: '2026-01-01T00:00:00Z',
      variableGroupProjectReferences: ['myproject', 'other'].map((name) => ({ name: `of ${name}`, description: name, projectReference: { id: `id of ${name}`, name } })),
      ...change,
    };
    this.groups.set(id, group);
    return group;
  }

  protected serve(request: FakeRequest): FakeAnswer {
    if (request.path === `/${this.tenantId}/oauth2/v2.0/token`) return this.entra(request);
    if (!request.path.startsWith(`${this.base}/`)) return { status: 404, body: { message: 'TF400813: no such organization' } };
    if (!this.isSignedIn(request.headers.authorization ?? '')) return this.signIn;
    if (request.query.get('api-version') !== '7.1' || [...request.query.keys()].length > 1) return { status: 400, body: { $id: '1', message: 'No api-version was supplied, or one that is not known.', typeKey: 'VssVersionNotSpecifiedException' } };
    const rest = request.parts.slice(this.base.split('/').length - 1);
    if (rest[0] === '_apis') return this.inOrganization(request, rest.slice(1, 3).join('/'), rest[3]);
    const [project, apis, area, kind, id] = rest;
    if (apis !== '_apis' || rest.length !== 5) return { status: 404, body: { message: 'no such resource' } };
    return this.inProject(request.method, project, `${area}/${kind}`, id);
  }

  private entra({ method, headers, text }: FakeRequest): FakeAnswer {
    const form = Object.fromEntries(new URLSearchParams(text));
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded' || form.grant_type !== 'client_credentials' || form.client_id !== this.clientId) {
      return { status: 400, body: { error: 'invalid_request', error_description: 'AADSTS900144: The request body is wrong.', error_codes: [900144] } };
    }
    if (form.scope !== '499b84ac-1321-427f-aa17-267ca6975798/.default') return { status: 400, body: { error: 'invalid_scope', error_description: 'AADSTS70011: The provided value for scope is not valid.' } };
    if (form.client_secret !== this.clientSecret) {
      return { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value, not the id.' } };
    }
    const token = `eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.token-${this.issued.size}`;
    this.issued.set(token, this.now() + 3599_000);
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token } };
  }

  private isSignedIn(authorization: string): boolean {
    if (authorization === `Basic ${Buffer.from(`:${this.token}`).toString('base64')}`) return true;
    return (this.issued.get(authorization.replace(/^Bearer /, '')) ?? 0) > this.now();
  }

  private inProject(method: string, project: string, path: string, id: string): FakeAnswer {
    if (method !== 'GET') return { status: 405, body: { message: 'The requested resource does not support that method.' } };
    if (project !== 'my project' && project !== 'myproject') return { status: 404, body: { message: 'TF200016: The following project does not exist. Verify that the name of the project is correct.' } };
    switch (path) {
      // What is not there, or may not be seen, is answered with null.
      case 'serviceendpoint/endpoints': return { status: 200, body: this.shownConnection(id) };
      case 'distributedtask/variablegroups': return { status: 200, body: shownGroup(this.groups.get(id)) };
      default: return { status: 404, body: { message: 'no such resource' } };
    }
  }

  private inOrganization({ method, body }: FakeRequest, path: string, id: string): FakeAnswer {
    if (method !== 'PUT') return { status: 405, body: { message: 'The requested resource does not support that method.' } };
    switch (path) {
      case 'serviceendpoint/endpoints': return this.putConnection(id, body);
      case 'distributedtask/variablegroups': return this.putGroup(id, body);
      default: return { status: 404, body: { message: 'no such resource' } };
    }
  }

  private shownConnection(id: string): unknown {
    const connection = this.connections.get(id);
    if (!connection) return null;
    const { data: _data, authorization: _authorization, ...shallow } = connection;
    if (!this.mayManage) return shallow;
    return withoutPassword(connection);
  }

  private putConnection(id: string, body: any): FakeAnswer {
    const connection = this.connections.get(id);
    if (!connection) return { status: 404, body: { message: `VS800094: Service connection ${id} was not found.` } };
    if (!this.mayManage) return { status: 403, body: { message: 'You do not have permission to manage this service connection.' } };
    const refusal = { status: 400, body: { message: 'Value cannot be null or is not known.' } };
    onlyKeys(body, CONNECTION_FIELDS, OPTIONAL_CONNECTION_FIELDS, refusal);
    if (body.id !== id || body.type !== connection.type || body.serviceEndpointProjectReferences.length === 0) throw new Refusal(refusal);
    const { password } = body.authorization.parameters;
    const kept = password === null || password === undefined ? connection.authorization.parameters.password : password;
    const stored = { ...body, authorization: { ...body.authorization, parameters: { ...body.authorization.parameters, password: kept } } };
    this.connections.set(id, stored);
    return { status: 200, body: withoutPassword(stored) };
  }

  private putGroup(id: string, body: any): FakeAnswer {
    const group = this.groups.get(id);
    if (!group) return { status: 404, body: { message: `Variable group with ID ${id} does not exist.` } };
    // Misleading, and as it is.
    if (!body?.variableGroupProjectReferences?.length) return { status: 401 };
    if (!this.mayManage) return { status: 403, body: { message: 'You do not have permissions to perform this operation on the variable group.' } };
    onlyKeys(body, GROUP_FIELDS, ['description', 'providerData'], { status: 400, body: { message: 'Value cannot be null or is not known.' } });
    const names = Object.keys(body.variables).map((name) => name.toLowerCase());
    if (new Set(names).size < names.length) return { status: 400, body: { message: 'An item with the same key has already been added.' } };
    const variables = Object.fromEntries(Object.entries<FakeGroupVariable>(body.variables).map(([name, variable]) => (
      [name, variable.isSecret && variable.value === null ? { ...variable, value: group.variables[name]?.value ?? null } : variable])));
    const stored = { ...group, ...body, variables, modifiedOn: new Date(this.now()).toISOString() };
    this.groups.set(id, stored);
    return { status: 200, body: shownGroup(stored) };
  }
}

function withoutPassword(connection: any): unknown {
  const { authorization } = connection;
  return { ...connection, authorization: { ...authorization, parameters: { ...authorization.parameters, password: null } } };
}

function shownGroup(group: any): unknown {
  if (!group) return null;
  const hidden = (variable: FakeGroupVariable) => (variable.isSecret ? { ...variable, value: null } : variable);
  const shown = Object.entries<FakeGroupVariable>(group.variables).map(([name, variable]) => [name, hidden(variable)]);
  return { ...group, variables: Object.fromEntries(shown) };
}
