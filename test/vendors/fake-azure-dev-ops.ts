import { FakeVendor, type FakeAnswer, type FakeRequest } from './fake-vendor';

const LOGIN_PAGE: FakeAnswer = { status: 203, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>Azure DevOps Services | Sign In</html>' };

/**
 * Azure DevOps' API of service connections and variable groups, and Microsoft Entra's tokens, as their documents and the
 * issues of their specifications say.
 *
 * @see https://learn.microsoft.com/en-us/rest/api/azure/devops/serviceendpoint/endpoints
 */
export class FakeAzureDevOps extends FakeVendor {
  public readonly token = 'azure-pat-made-up-for-the-tests';
  public readonly clientSecret = 'entra-client-secret-made-up';
  public readonly accessToken = 'eyJ0-made-up-access-token';
  public readonly endpoints = new Map<string, any>();
  public readonly groups = new Map<string, any>();
  public readonly forbidden = new Set<string>();

  protected serve(request: FakeRequest): FakeAnswer {
    const { headers, parts, query } = request;
    if (parts[1] === 'oauth2') return this.entra(request);
    const basic = `Basic ${Buffer.from(`:${this.token}`).toString('base64')}`;
    // A token that is none leads to the login page.
    if (headers.authorization !== basic && headers.authorization !== `Bearer ${this.accessToken}`) return LOGIN_PAGE;
    if (parts[0] !== 'my-org' || parts[1] !== '_apis' || query.get('api-version') !== '7.1') return { status: 404, body: { message: 'The controller was not found.' } };
    const route = parts.slice(2, 4).join('/');
    if (route === 'serviceendpoint/endpoints') return this.endpoint(request, parts[4]);
    if (route === 'distributedtask/variablegroups') return this.group(request, parts[4]);
    return { status: 404, body: { message: 'The controller was not found.' } };
  }

  private entra({ method, path, text, headers }: FakeRequest): FakeAnswer {
    const form = new URLSearchParams(text);
    if (method !== 'POST' || !path.endsWith('/v2.0/token') || headers['content-type'] !== 'application/x-www-form-urlencoded') return { status: 404 };
    const isRight = form.get('grant_type') === 'client_credentials' && form.get('client_secret') === this.clientSecret
      && form.get('scope') === '499b84ac-1321-427f-aa17-267ca6975798/.default' && form.get('client_id');
    if (!isRight) return { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' } };
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: this.accessToken } };
  }

  private endpoint({ method, body }: FakeRequest, id: string): FakeAnswer {
    const found = this.endpoints.get(id);
    if (method === 'GET') return { status: 200, body: found ? { ...found, authorization: hidden(found.authorization) } : 'null' };
    if (method !== 'PUT' || !found) return { status: 404, body: { message: 'Service connection does not exist.' } };
    if (this.forbidden.has(id)) return { status: 403, body: { message: 'You do not have permissions to perform this operation on the service connection.' } };
    if (!body.serviceEndpointProjectReferences || !body.name || !body.type || !body.url) return { status: 400, body: { message: 'Value cannot be null.' } };
    // What is not sent is gone.
    this.endpoints.set(id, body);
    return { status: 200, body };
  }

  private group({ method, body }: FakeRequest, id: string): FakeAnswer {
    const found = this.groups.get(id);
    if (method === 'GET') return { status: 200, body: found ? { ...found, variables: withoutSecrets(found.variables) } : 'null' };
    if (method !== 'PUT' || !found) return { status: 404, body: { message: 'Variable group does not exist.' } };
    if (!body.variableGroupProjectReferences) return { status: 401, body: { message: 'Authorization failed' } };
    const variables = Object.entries<any>(body.variables).map(([name, variable]) => [
      name, variable.isSecret && variable.value === null ? found.variables[name] : variable,
    ]);
    this.groups.set(id, { ...found, ...body, variables: Object.fromEntries(variables) });
    return { status: 200, body: { id } };
  }
}

function hidden({ parameters, ...rest }: any): object {
  return { ...rest, parameters: { ...parameters, password: null } };
}

function withoutSecrets(variables: Record<string, any>): object {
  return Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, variable.isSecret ? { ...variable, value: null } : variable]));
}
