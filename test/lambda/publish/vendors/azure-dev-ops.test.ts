import { failureOf, HOST, LOGIN, NOW, PASSWORD, payload, ports, spec } from './ports';
import { azureDevOpsServiceConnection, azureDevOpsVariableGroup } from '../../../../lambda/publish/vendors/azure-dev-ops';
import { FakeAzureDevOps } from '../../../vendors/fake-azure-dev-ops';

const ID = '42f1a7da-812d-4430-93d8-1cc7c33a6bcf';

let azure: FakeAzureDevOps;
beforeEach(async () => { azure = await new FakeAzureDevOps().start(); });
afterEach(async () => azure.stop());

const AUTH = { token: { secretArn: 'token' } };
const PRINCIPAL = { tenantId: ID, clientId: ID, clientSecret: { secretArn: 'client' } };
const given = (token = azure.token, client = azure.clientSecret) => {
  const dev = azure.http('https://dev.azure.com');
  const login = azure.http('https://login.microsoftonline.com');
  return ports((request) => (request.url.startsWith('https://dev.') ? dev(request) : login(request)), { token, client });
};

describe('a service connection', () => {
  const target = (auth: object = AUTH) => spec('azure-devops-service-connection', { organization: 'my-org', endpointId: ID }, { auth }, { form: 'login' });
  const ENDPOINT = {
    id: ID,
    name: 'ecr',
    type: 'dockerregistry',
    url: 'https://old',
    description: 'of its owner',
    isShared: true,
    data: { registrytype: 'Others' },
    authorization: { scheme: 'UsernamePassword', parameters: { registry: 'https://old', username: 'me', password: 'old', email: 'me@example.com' } },
    serviceEndpointProjectReferences: [{ projectReference: { id: 'p', name: 'project' }, name: 'ecr' }],
  };
  beforeEach(() => { azure.endpoints.set(ID, ENDPOINT); });

  test('gets the login, and all else of it stays', async () => {
    await azureDevOpsServiceConnection.publish(target(), LOGIN, given());
    expect(azure.endpoints.get(ID)).toEqual({
      ...ENDPOINT, authorization: { scheme: 'UsernamePassword', parameters: { registry: `https://${HOST}`, username: 'AWS', password: PASSWORD, email: 'me@example.com' } },
    });
  });

  test('is written by a service principal, too', async () => {
    await azureDevOpsServiceConnection.publish(target(PRINCIPAL), LOGIN, given());
    expect(azure.endpoints.get(ID).authorization.parameters.password).toBe(PASSWORD);
  });

  test('loses its password when it is removed', async () => {
    await azureDevOpsServiceConnection.remove(target(), 'blank', given());
    expect(azure.endpoints.get(ID)).toEqual({ ...ENDPOINT, authorization: { scheme: 'UsernamePassword', parameters: { ...ENDPOINT.authorization.parameters, password: '-' } } });
  });

  test('without a login has one then', async () => {
    azure.endpoints.set(ID, { ...ENDPOINT, authorization: {} });
    await azureDevOpsServiceConnection.publish(target(), LOGIN, given());
    expect(azure.endpoints.get(ID).authorization).toEqual({ scheme: 'UsernamePassword', parameters: { registry: `https://${HOST}`, username: 'AWS', password: PASSWORD } });
  });

  test('that is refused says why', async () => {
    const failure = async (auth?: object, token?: string, client?: string) => (
      (await failureOf(azureDevOpsServiceConnection, target(auth), given(token, client), LOGIN, [azure.token, azure.clientSecret])).message);
    expect(await failure(AUTH, 'wrong')).toBe('Azure DevOps answered 203 when asked to read the service connection and a web page instead of JSON: is the URL right, and the token valid?');
    expect(await failure(PRINCIPAL, '', 'wrong')).toBe('Microsoft Entra answered 401 when asked to give the service principal a token: AADSTS7000215: Invalid client secret provided.');
    azure.forbidden.add(ID);
    expect(await failure()).toMatch(/^Azure DevOps answered 403 when asked to write the service connection: .*: the token's owner has to be an administrator of it$/);
    azure.endpoints.set(ID, { ...ENDPOINT, type: 'github' });
    expect(await failure()).toBe('the service connection is not of the type Docker Registry');
    azure.endpoints.clear();
    expect(await failure()).toBe(`Azure DevOps has no service connection ${ID}, or the token may not see it`);
    azure.faults.push({ status: 429, headers: { 'retry-after': '3' } });
    expect(await failureOf(azureDevOpsServiceConnection, target(), given(), LOGIN)).toMatchObject({ name: 'RateLimitedError', retryAt: NOW + 3000 });
  });
});

describe('a variable group', () => {
  const target = () => spec('azure-devops-variable-group', { organization: 'my-org', groupId: '7', variableName: 'ECR_PASSWORD' }, { auth: AUTH }, { form: 'password' });
  const GROUP = {
    id: 7,
    name: 'ecr',
    type: 'Vsts',
    description: 'of its owner',
    variableGroupProjectReferences: [{ name: 'ecr', projectReference: { id: 'p', name: 'project' } }],
    variables: { REGION: { value: 'eu-west-1' }, OTHER: { value: 'a-secret-of-others', isSecret: true }, READ_ONLY: { value: 'x', isReadOnly: true } },
  };
  beforeEach(() => { azure.groups.set('7', GROUP); });
  const SENT = payload({ text: PASSWORD });

  test('gets the variable, as a secret one, and no other is lost', async () => {
    await azureDevOpsVariableGroup.publish(target(), SENT, given());
    const expected = { ...GROUP, variables: { ...GROUP.variables, ECR_PASSWORD: { value: PASSWORD, isSecret: true } } };
    expect(azure.groups.get('7')).toEqual(expected);
    await azureDevOpsVariableGroup.publish(target(), SENT, given());
    expect(azure.groups.get('7')).toEqual(expected);
  });

  test('keeps the others when the variable is removed', async () => {
    await azureDevOpsVariableGroup.publish(target(), SENT, given());
    await azureDevOpsVariableGroup.remove(target(), 'blank', given());
    expect(azure.groups.get('7').variables).toEqual({ ...GROUP.variables, ECR_PASSWORD: { value: '-', isSecret: true } });
    await azureDevOpsVariableGroup.remove(target(), 'delete', given());
    await azureDevOpsVariableGroup.remove(target(), 'delete', given());
    expect(azure.groups.get('7')).toEqual(GROUP);
  });

  test('that is refused says why', async () => {
    const failure = async () => (await failureOf(azureDevOpsVariableGroup, target(), given(), SENT, [azure.token])).message;
    azure.groups.set('7', { ...GROUP, variableGroupProjectReferences: undefined });
    expect(await failure()).toBe('Azure DevOps answered 401 when asked to write the variable group: Authorization failed: is the token valid, and may it write there?');
    azure.groups.set('7', { ...GROUP, type: 'AzureKeyVault' });
    expect(await failure()).toBe('the variable group is linked to a key vault, which holds its values');
    azure.groups.clear();
    expect(await failure()).toBe('Azure DevOps has no variable group 7, or the token may not see it');
  });
});
