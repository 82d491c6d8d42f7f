import { CONFIG_JSON, failureOf, HOST, HOUR, LOGIN, NOW, PASSWORD, payload, ports, spec } from './ports';
import { RateLimitedError } from '../../../../lambda/publish/errors';
import type { HttpRequest } from '../../../../lambda/publish/http';
import type { VendorPorts } from '../../../../lambda/publish/vendor';
import { azureDevopsServiceConnection } from '../../../../lambda/publish/vendors/azure-devops-service-connection';
import { azureDevopsVariableGroup } from '../../../../lambda/publish/vendors/azure-devops-variable-group';
import type { TargetSpec } from '../../../../src/private/target-contract';
import { FakeAzureDevops } from '../../../vendors/fake-azure-devops';

let azure: FakeAzureDevops;
let time: number;
let asked: HttpRequest[];
beforeEach(async () => {
  time = NOW;
  asked = [];
  azure = await new FakeAzureDevops().start();
  azure.now = () => time;
});
afterEach(async () => azure.stop());

const ID = '0a1b2c3d-0000-1111-2222-333344445555';
const PAT = { auth: { token: { secretArn: 'token' } } };
const WHERE = { organization: 'myorg', project: 'myproject' };
// A Lambda keeps tokens of service principals: each test has a secret of its own.
let principals = 0;
const principal = () => {
  const secretArn = `client secret ${++principals}`;
  return { auth: { tenantId: azure.tenantId, clientId: azure.clientId, clientSecret: { secretArn } } };
};
const connection = (where: object = {}, settings: object = PAT) => spec('azure-devops-service-connection', { ...WHERE, connection: ID, ...where }, settings, { form: 'login' });
const group = (where: object = {}, settings: object = PAT) => spec('azure-devops-variable-group', { ...WHERE, group: '7', variable: 'DOCKER_AUTH_CONFIG', ...where }, settings);

function given(secrets: Record<string, string> = {}): VendorPorts {
  const http = azure.http();
  const known = { token: azure.token, [`client secret ${principals}`]: azure.clientSecret, ...secrets };
  return ports((request) => {
    asked.push(request);
    return http({ ...request, url: request.url.replace(/^https:\/\/(dev\.azure\.com|login\.microsoftonline\.com)/, azure.url) });
  }, known, { now: () => time });
}

const publishConnection = (target = connection(), sent = LOGIN) => azureDevopsServiceConnection.publish(target, sent, given());
const publishGroup = (target = group(), sent = payload()) => azureDevopsVariableGroup.publish(target, sent, given());
const secrets = (): string[] => [azure.token, Buffer.from(`:${azure.token}`).toString('base64'), azure.clientSecret, ...azure.issued.keys()];
const connectionFailure = (target = connection(), sent = LOGIN) => failureOf(azureDevopsServiceConnection, target, given(), sent, secrets());
const groupFailure = (target = group(), sent = payload()) => failureOf(azureDevopsVariableGroup, target, given(), sent, secrets());

describe('a service connection', () => {
  test('gets registry, user and password, and everything else stays as its owner set it', async () => {
    const before = structuredClone(azure.addConnection(ID));
    expect(await publishConnection()).toEqual({});
    expect(azure.connections.get(ID)).toEqual({
      ...before,
      authorization: { scheme: 'UsernamePassword', parameters: { registry: `https://${HOST}`, username: 'AWS', password: PASSWORD, email: 'ci@example.com' } },
    });
    expect(azure.calls).toEqual([
      `GET /myorg/myproject/_apis/serviceendpoint/endpoints/${ID}?api-version=7.1`,
      `PUT /myorg/_apis/serviceendpoint/endpoints/${ID}?api-version=7.1`,
    ]);
  });

  test.each([HOST, `https://${HOST}`, `HTTPS://${HOST}/`])('keeps the registry as its owner wrote it if it is the same: %s', async (registry) => {
    azure.addConnection(ID, { authorization: { scheme: 'UsernamePassword', parameters: { registry, username: 'AWS', password: 'old' } } });
    await publishConnection();
    expect(azure.connections.get(ID).authorization.parameters).toEqual({ registry, username: 'AWS', password: PASSWORD });
  });

  test('without a kind of registry is one to any', async () => {
    azure.addConnection(ID, { data: {}, authorization: { scheme: 'UsernamePassword', parameters: {} } });
    await publishConnection();
    expect(azure.connections.get(ID).authorization.parameters).toEqual({ registry: `https://${HOST}`, username: 'AWS', password: PASSWORD });
  });

  test.each([
    [{ type: 'azurerm' }, 'azurerm'],
    [{ data: { registrytype: 'DockerHub' } }, 'dockerregistry, DockerHub, UsernamePassword'],
    [{ data: { registrytype: 'ACR' }, authorization: { scheme: 'ServicePrincipal', parameters: {} } }, 'dockerregistry, ACR, ServicePrincipal'],
    [{ authorization: { scheme: 'WorkloadIdentityFederation', parameters: {} } }, 'dockerregistry, Others, WorkloadIdentityFederation'],
  ])('of another type is left alone: %j', async (change, is) => {
    const before = structuredClone(azure.addConnection(ID, change));
    expect((await connectionFailure()).message).toBe(`the service connection is another one (${is}): make one of the type Docker Registry, Others`);
    expect(azure.connections.get(ID)).toEqual(before);
  });

  test('that is not shown as a whole is not sent back', async () => {
    azure.addConnection(ID);
    azure.mayManage = false;
    expect((await connectionFailure()).message).toBe('Azure DevOps does not show the whole service connection: the token needs the scope to read, query and manage service connections, and its owner the role Administrator of the connection');
    azure.mayManage = true;
    for (const part of ['serviceEndpointProjectReferences', 'data', 'authorization']) {
      azure.addConnection(ID, { [part]: part === 'serviceEndpointProjectReferences' ? [] : undefined });
      azure.faults.push({ status: 200, body: azure.connections.get(ID) });
      expect((await connectionFailure()).message).toMatch(/^Azure DevOps does not show the whole service connection/);
    }
    expect(asked.map(({ method }) => method)).not.toContain('PUT');
  });

  test('that is not there, or not to be seen, is answered with null', async () => {
    expect((await connectionFailure()).message).toBe('Azure DevOps has no such service connection, or the token may not see it: are the project and the id right?');
  });

  test('that is removed has a password that is none, and stays otherwise', async () => {
    const before = structuredClone(azure.addConnection(ID));
    await azureDevopsServiceConnection.remove(connection(), 'blank', given());
    before.authorization.parameters.password = 'removed';
    expect(azure.connections.get(ID)).toEqual(before);
    azure.connections.clear();
    await azureDevopsServiceConnection.remove(connection(), 'blank', given());
    expect(azure.calls.filter((call) => call.startsWith('PUT'))).toHaveLength(1);
  });
});

describe('a variable group', () => {
  const OTHERS = { PLAIN: { value: 'plain' }, LOCKED: { value: 'a secret of its owner', isSecret: true, isReadOnly: true } };

  test('gets a secret variable, and keeps its others, its projects and all else', async () => {
    const before = structuredClone(azure.addGroup('7', structuredClone(OTHERS)));
    expect(await publishGroup()).toEqual({});
    expect(azure.groups.get('7')).toEqual({
      ...before, modifiedOn: new Date(NOW).toISOString(), variables: { ...OTHERS, DOCKER_AUTH_CONFIG: { value: CONFIG_JSON, isSecret: true } },
    });
    expect(azure.calls).toEqual([
      'GET /myorg/myproject/_apis/distributedtask/variablegroups/7?api-version=7.1', 'PUT /myorg/_apis/distributedtask/variablegroups/7?api-version=7.1',
    ]);
  });

  test('sends secrets back as they are shown, and never their values', async () => {
    azure.addGroup('7', structuredClone(OTHERS));
    await publishGroup();
    expect(azure.requests[1].body.variables.LOCKED).toEqual({ value: null, isSecret: true, isReadOnly: true });
    expect(Object.keys(azure.requests[1].body).sort()).toEqual(['description', 'name', 'type', 'variableGroupProjectReferences', 'variables']);
  });

  test.each([[{ value: 'old', isSecret: true }], [{ value: 'old' }], [{ value: 'old', isSecret: false, isReadOnly: true }]])('keeps the lock of its variable as its owner set it: %j', async (variable) => {
    azure.addGroup('7', { DOCKER_AUTH_CONFIG: variable });
    await publishGroup();
    expect(azure.groups.get('7').variables).toEqual({ DOCKER_AUTH_CONFIG: { ...variable, value: CONFIG_JSON } });
  });

  test('knows a variable whose name is in another case', async () => {
    azure.addGroup('7', { docker_auth_config: { value: 'old', isSecret: true } });
    await publishGroup();
    expect(azure.groups.get('7').variables).toEqual({ docker_auth_config: { value: CONFIG_JSON, isSecret: true } });
  });

  test('without any variable gets its first', async () => {
    azure.addGroup('7', {});
    azure.faults.push({ status: 200, body: { ...azure.groups.get('7'), variables: undefined } });
    await publishGroup();
    expect(azure.groups.get('7').variables).toEqual({ DOCKER_AUTH_CONFIG: { value: CONFIG_JSON, isSecret: true } });
  });

  test('that two targets write at the same instant keeps both values, as secrets are sent back without them', async () => {
    azure.addGroup('7', { A: { value: 'old', isSecret: true }, B: { value: 'old', isSecret: true } });
    await Promise.all(['A', 'B'].map((variable) => publishGroup(group({ variable }), payload({ text: `value of ${variable}` }))));
    expect(azure.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'PUT', 'PUT']);
    expect(azure.groups.get('7').variables).toEqual({ A: { value: 'value of A', isSecret: true }, B: { value: 'value of B', isSecret: true } });
  });

  test('is written by one target at a time, also of another variable, and others are not held up', () => {
    const limit = azureDevopsVariableGroup.rateLimit!;
    const { key, ...rest } = limit(group());
    expect(rest).toEqual({ perHour: 720, burst: 1, spacingMs: 5000 });
    expect(limit(group({ variable: 'OTHER', project: 'other' })).key).toBe(key);
    const server = spec('azure-devops-variable-group', { url: 'https://devops.example.com/C', project: 'myproject', group: '7', variable: 'A' }, PAT);
    for (const other of [group({ group: '8' }), group({ organization: 'other' }), server]) expect(limit(other).key).not.toBe(key);
  });

  test('of Azure Key Vault is left alone', async () => {
    azure.addGroup('7', {}, { type: 'AzureKeyVault', providerData: { vault: 'v' } });
    expect((await groupFailure()).message).toBe('the variable group takes its variables from elsewhere (AzureKeyVault): make one of its own');
    expect(azure.calls).toHaveLength(1);
  });

  test('whose projects are not shown is not sent back without them', async () => {
    for (const projects of [[], undefined]) {
      azure.addGroup('7', {}, { variableGroupProjectReferences: projects });
      expect((await groupFailure()).message).toBe('Azure DevOps does not show the projects of the variable group, and it cannot be written without them');
    }
    expect(asked.map(({ method }) => method)).not.toContain('PUT');
  });

  test('that is not there, or not to be seen', async () => {
    expect((await groupFailure()).message).toBe('Azure DevOps has no such variable group, or the token may not see it: are the project and the id right?');
  });

  test('whose target is removed has an empty dockercfg, or not the variable', async () => {
    azure.addGroup('7', { ...structuredClone(OTHERS), Docker_Auth_Config: { value: 'old', isSecret: true } });
    await azureDevopsVariableGroup.remove(group(), 'blank', given());
    expect(azure.groups.get('7').variables).toEqual({ ...OTHERS, Docker_Auth_Config: { value: '{"auths":{}}', isSecret: true } });
    await azureDevopsVariableGroup.remove(group(), 'delete', given());
    expect(azure.groups.get('7').variables).toEqual(OTHERS);
    azure.requests.length = 0;
    await azureDevopsVariableGroup.remove(group(), 'delete', given());
    azure.groups.clear();
    await azureDevopsVariableGroup.remove(group(), 'blank', given());
    expect(azure.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });
});

test('a value is never in a URL', async () => {
  azure.addConnection(ID);
  azure.addGroup('7', {});
  await publishConnection();
  await publishGroup();
  for (const { url } of asked) expect(url).not.toMatch(/auths|password|AWS/);
});

test('a project whose name has a space is asked for by it', async () => {
  azure.addConnection(ID);
  await publishConnection(connection({ project: 'my project' }));
  expect(azure.requests[0].path).toBe(`/myorg/my%20project/_apis/serviceendpoint/endpoints/${ID}`);
});

test('a server is asked in its collection, with its authority', async () => {
  azure.base = '/tfs/DefaultCollection';
  azure.addConnection(ID);
  const target: TargetSpec = spec('azure-devops-service-connection', { url: `${azure.url}/tfs/DefaultCollection/`, project: 'myproject', connection: ID }, { ...PAT, certificateAuthority: 'PEM' });
  await publishConnection(target);
  expect(azure.connections.get(ID).authorization.parameters.password).toBe(PASSWORD);
  expect(asked.map(({ certificateAuthority }) => certificateAuthority)).toEqual(['PEM', 'PEM']);
});

describe('a service principal', () => {
  test('gets a token and keeps it until it ends', async () => {
    azure.addConnection(ID);
    const target = connection({}, principal());
    await publishConnection(target);
    time += HOUR - 11 * 60_000;
    await publishConnection(target);
    expect(azure.issued.size).toBe(1);
    time += 2 * 60_000;
    await publishConnection(target);
    expect(azure.issued.size).toBe(2);
    const bearers = azure.requests.filter(({ path }) => path.startsWith('/myorg')).map(({ headers }) => headers.authorization);
    expect(bearers).toEqual([0, 0, 0, 0, 1, 1].map((index) => `Bearer ${[...azure.issued.keys()][index]}`));
  });

  test('of another secret has a token of its own', async () => {
    azure.addConnection(ID);
    await publishConnection(connection({}, principal()));
    await publishConnection(connection({}, principal()));
    expect(azure.issued.size).toBe(2);
  });

  test.each<[string, () => void, string]>([
    ['a wrong client secret', () => { (azure as { clientSecret: string }).clientSecret = 'another'; }, 'Microsoft Entra answered 401 when asked to give the service principal a token: AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value, not the id.: is the client secret its value, not its id, and has it not expired?'],
    ['no token', () => azure.faults.push({ status: 200, body: {} }), 'Microsoft Entra answered without a token'],
    ['a token without an end', () => azure.faults.push({ status: 200, body: { access_token: 'x' } }), 'Microsoft Entra answered without a token'],
    ['a page', () => azure.faults.push({ status: 200, body: '<html>' }), 'Microsoft Entra answered 200 when asked to give the service principal a token and a web page instead of JSON: is the URL right, and the token valid?'],
    ['too many', () => azure.faults.push({ status: 429, headers: { 'retry-after': '5' } }), 'Microsoft Entra answered 429 when asked to give the service principal a token: its rate limit is used up for 5 seconds'],
  ])('that is refused: %s', async (_what, arrange, message) => {
    azure.addConnection(ID);
    const target = connection({}, principal());
    const ours = given();
    arrange();
    expect((await failureOf(azureDevopsServiceConnection, target, ours, LOGIN, secrets())).message).toBe(message);
  });
});

describe('what fails, fails with its reason', () => {
  test.each<[string, () => void, string]>([
    ['a wrong token', () => { azure.signIn = { status: 203, headers: { 'content-type': 'text/html' }, body: '<html>Sign In</html>' }; }, 'Azure DevOps answered 203 and its sign-in page when asked to read the service connection: the token is wrong or has expired'],
    ['a wrong token, by a redirect', () => { azure.signIn = { status: 302, headers: { location: 'https://app.vssps.visualstudio.com/_signin' } }; }, 'Azure DevOps answered 302 and its sign-in page when asked to read the service connection: the token is wrong or has expired'],
    ['a wrong token, by its status', () => { azure.signIn = { status: 401 }; }, 'Azure DevOps answered 401 when asked to read the service connection: the token has to be valid, and needs the scope to read, query and manage service connections, and its owner the role Administrator of the connection'],
    ['a wrong token, by a page', () => { azure.signIn = { status: 200, headers: { 'content-type': 'text/html' }, body: 'Sign In' }; }, 'Azure DevOps answered 200 when asked to read the service connection and a web page instead of JSON: is the URL right, and the token valid?'],
  ])('%s', async (_what, arrange, message) => {
    azure.addConnection(ID);
    arrange();
    const wrong = given({ token: 'a-wrong-token-made-up-for-the-tests' });
    expect((await failureOf(azureDevopsServiceConnection, connection(), wrong, LOGIN, ['a-wrong-token-made-up-for-the-tests'])).message).toBe(message);
  });

  test('another organization', async () => {
    expect((await connectionFailure(connection({ organization: 'other' }))).message).toMatch(/^Azure DevOps has no such service connection/);
  });

  test('another project', async () => {
    azure.addGroup('7', {});
    expect((await groupFailure(group({ project: 'other' }))).message).toMatch(/^Azure DevOps has no such variable group/);
  });

  test('a right that is missing', async () => {
    azure.addGroup('7', {});
    azure.mayManage = false;
    expect((await groupFailure()).message).toBe('Azure DevOps answered 403 when asked to update the variable group: You do not have permissions to perform this operation on the variable group.: the token needs the scope to read, create and manage variable groups, and its owner the role Administrator of the group');
  });

  test('a value that the group does not take, in the vendor\'s words', async () => {
    azure.addGroup('7', {});
    azure.faults.push(undefined, { status: 400, body: { message: `The value ${CONFIG_JSON.slice(0, 90)} exceeds the length` } });
    expect((await groupFailure()).message).toMatch(/^Azure DevOps answered 400 when asked to update the variable group: The value .*exceeds the length$/);
  });

  test('a connection that was deleted in between', async () => {
    azure.addConnection(ID);
    azure.faults.push({ status: 200, body: structuredClone(azure.connections.get(ID)) });
    azure.connections.clear();
    expect((await connectionFailure()).message).toBe('Azure DevOps answered 404 when asked to update the service connection: VS800094: Service connection … was not found.');
  });

  test('a rate limit', async () => {
    azure.addConnection(ID);
    azure.faults.push({ status: 429, headers: { 'retry-after': '30', 'x-ratelimit-reset': String(NOW / 1000 + 90) }, body: { message: 'TF400733: The request has been canceled' } });
    const error = await connectionFailure();
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({ retryAt: NOW + 30_000, message: 'Azure DevOps answered 429 when asked to read the service connection: its rate limit is used up for 30 seconds' });
  });

  test('an answer that is lost costs nothing but another try', async () => {
    azure.addConnection(ID);
    azure.addGroup('7', { OTHER: { value: 'x', isSecret: true } });
    azure.faults.push(undefined, 'done, but the answer is lost');
    expect((await connectionFailure()).name).toBe('UnreachableError');
    await publishConnection();
    expect(azure.connections.get(ID).authorization.parameters.password).toBe(PASSWORD);
    azure.faults.push(undefined, 'done, but the answer is lost');
    expect((await groupFailure()).name).toBe('UnreachableError');
    await publishGroup();
    expect(azure.groups.get('7').variables).toEqual({ OTHER: { value: 'x', isSecret: true }, DOCKER_AUTH_CONFIG: { value: CONFIG_JSON, isSecret: true } });
  });
});
