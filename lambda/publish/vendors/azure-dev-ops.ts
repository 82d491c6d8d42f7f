import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, type Asked } from '../answers';
import { VendorError } from '../errors';
import type { HttpAnswer, HttpRequest } from '../http';
import type { Vendor, VendorPorts } from '../vendor';

const VERSION = 'api-version=7.1';

/** Azure DevOps, as Microsoft Entra knows it. */
const RESOURCE = '499b84ac-1321-427f-aa17-267ca6975798';

const HINTS = {
  401: 'is the token valid, and may it write there?',
  403: 'the token\'s owner has to be an administrator of it',
  404: 'is it there, and may the token see it?',
};

type Auth = { readonly token: SecretRef } | { readonly tenantId: string; readonly clientId: string; readonly clientSecret: SecretRef };

/** A service connection to a Docker registry. It is written as a whole: what is not of the login is sent as it was. */
export const azureDevOpsServiceConnection: Vendor = {
  publish: async (target, { login }, ports) => {
    await writeLogin(target, ports, { registry: `https://${login!.host}`, username: login!.username, password: login!.password });
    return {};
  },

  /** It takes no empty password. */
  remove: (target, _how, ports) => writeLogin(target, ports, { password: '-' }),
};

/** A variable of a group. The group is written as a whole: the other variables are sent as they were, secret ones as `null`. */
export const azureDevOpsVariableGroup: Vendor = {
  publish: async (target, { text }, ports) => {
    await writeVariable(target, ports, { value: text, isSecret: true });
    return {};
  },

  remove: (target, how, ports) => writeVariable(target, ports, how === 'delete' ? undefined : { value: '-', isSecret: true }),
};

async function writeLogin(target: TargetSpec, ports: VendorPorts, login: Record<string, string>): Promise<void> {
  const azure = await AzureDevOps.of(target, ports);
  const path = `/_apis/serviceendpoint/endpoints/${target.where.endpointId}?${VERSION}`;
  const what = 'read the service connection';
  const endpoint = azure.json(await azure.ask('GET', path, what), what);
  // Azure DevOps answers null for one that is not there.
  if (endpoint === null) throw new VendorError(`Azure DevOps has no service connection ${target.where.endpointId}, or the token may not see it`);
  if (endpoint.type !== 'dockerregistry') throw new VendorError('the service connection is not of the type Docker Registry');
  const { authorization } = endpoint;
  await azure.ask('PUT', path, 'write the service connection', {
    ...endpoint,
    authorization: { ...authorization, scheme: 'UsernamePassword', parameters: { ...authorization?.parameters, ...login } },
  });
}

async function writeVariable(target: TargetSpec, ports: VendorPorts, variable: object | undefined): Promise<void> {
  const { groupId, variableName } = target.where;
  const azure = await AzureDevOps.of(target, ports);
  const path = `/_apis/distributedtask/variablegroups/${groupId}?${VERSION}`;
  const what = 'read the variable group';
  const group = azure.json(await azure.ask('GET', path, what), what);
  if (group === null) throw new VendorError(`Azure DevOps has no variable group ${groupId}, or the token may not see it`);
  const { name, description, type, variables, variableGroupProjectReferences } = group;
  if (type !== 'Vsts') throw new VendorError('the variable group is linked to a key vault, which holds its values');
  const { [variableName]: _old, ...others } = variables as Record<string, { isSecret?: boolean; value?: string | null }>;
  const kept = Object.entries(others).map(([key, { value, ...rest }]) => [key, { ...rest, value: rest.isSecret ? null : value }]);
  await azure.ask('PUT', path, 'write the variable group', {
    name,
    description,
    type,
    variableGroupProjectReferences,
    variables: { ...Object.fromEntries(kept), ...variable ? { [variableName]: variable } : {} },
  });
}

class AzureDevOps {
  public static async of({ where, settings }: TargetSpec, ports: VendorPorts): Promise<AzureDevOps> {
    return new AzureDevOps(`https://dev.azure.com/${where.organization}`, await authorize(settings.auth as Auth, ports), ports);
  }

  private constructor(private readonly url: string, private readonly authorized: string, private readonly ports: VendorPorts) {}

  public async ask(method: HttpRequest['method'], path: string, what: string, body?: object): Promise<HttpAnswer> {
    const answer = await this.ports.http({ method, url: `${this.url}${path}`, headers: { authorization: this.authorized }, body });
    return expectStatus(answer, [200], this.asked(what));
  }

  public json(answer: HttpAnswer, what: string): any {
    return jsonOf(answer, this.asked(what));
  }

  private asked(what: string): Asked {
    return { vendor: 'Azure DevOps', what, hints: HINTS, now: this.ports.now };
  }
}

async function authorize(auth: Auth, ports: VendorPorts): Promise<string> {
  if ('token' in auth) return `Basic ${Buffer.from(`:${await ports.secret(auth.token)}`).toString('base64')}`;
  const { tenantId, clientId, clientSecret } = auth;
  const asked = { vendor: 'Microsoft Entra', what: 'give the service principal a token', now: ports.now };
  const answer = await ports.http({
    method: 'POST',
    url: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials', client_id: clientId, client_secret: await ports.secret(clientSecret), scope: `${RESOURCE}/.default`,
    }).toString(),
  });
  return `Bearer ${jsonOf(expectStatus(answer, [200], asked), asked).access_token}`;
}
