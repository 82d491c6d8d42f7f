import { Lazy } from 'aws-cdk-lib';
import { Bench, READ_TOKEN } from './fixtures';
import * as lib from '../../src';

let bench: Bench;
let auth: lib.AzureDevopsAuth;
beforeEach(() => {
  bench = new Bench();
  auth = lib.AzureDevopsAuth.personalAccessToken(bench.token);
});

const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const ID = '0a1b2c3d-0000-1111-2222-333344445555';
const TENANT = '11111111-2222-3333-4444-555555555555';
const CLIENT = '66666666-7777-8888-9999-000000000000';
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const token = { secretArn: { Ref: expect.stringMatching(/^Token/) } };
const PLACE = { organization: 'myorg', project: 'my project' };

const connection = (options: Partial<lib.AzureDevopsServiceConnectionOptions> = {}) => (
  lib.Target.azureDevopsServiceConnection({ ...PLACE, connectionId: ID, auth, ...options }));
const group = (options: Partial<lib.AzureDevopsVariableGroupOptions> = {}) => lib.Target.azureDevopsVariableGroup({ ...PLACE, variableGroupId: '7', auth, ...options });
const principal = (options: Partial<lib.AzureDevopsServicePrincipalOptions> = {}) => (
  lib.AzureDevopsAuth.servicePrincipal({ tenantId: TENANT, clientId: CLIENT, clientSecret: bench.token, ...options }));

test('a service connection is sent one login', () => {
  expect(bench.problems(connection())).toEqual([]);
  expect(bench.bind(connection())).toEqual({
    kind: 'azure-devops-service-connection', where: { ...PLACE, connection: ID }, settings: { auth: { token } }, form: 'login',
  });
  expect(bench.bind(connection({ host: HOST, removal: lib.TargetRemoval.BLANK }))).toMatchObject({ hosts: [HOST], removal: 'blank' });
});

test('a variable group is sent the dockercfg', () => {
  expect(bench.problems(group())).toEqual([]);
  expect(bench.bind(group())).toEqual({
    kind: 'azure-devops-variable-group',
    where: { ...PLACE, group: '7', variable: 'DOCKER_AUTH_CONFIG' },
    settings: { auth: { token } },
    form: 'config.json',
  });
  const target = group({ variable: 'ecr.password', value: lib.TargetValue.password(HOST), removal: lib.TargetRemoval.DELETE });
  expect(bench.problems(target)).toEqual([]);
  expect(bench.bind(target)).toMatchObject({ where: { variable: 'ecr.password' }, form: 'password', hosts: [HOST], removal: 'delete' });
});

test('a collection of a server, with its authority', () => {
  const server = { organization: undefined, url: 'https://devops.example.com:8443/tfs/DefaultCollection', certificateAuthority: PEM };
  const bound = { settings: { auth: { token }, certificateAuthority: PEM }, where: { url: server.url, project: 'my project' } };
  expect(bench.problems(connection(server))).toEqual([]);
  expect(bench.problems(group(server))).toEqual([]);
  expect(bench.bind(connection(server))).toMatchObject(bound);
  expect(bench.bind(group(server))).toMatchObject(bound);
  expect(bench.bind(group(server)).where).not.toHaveProperty('organization');
});

test('a service principal, and keys in secrets', () => {
  expect(bench.problems(connection({ auth: principal() }))).toEqual([]);
  expect(bench.bind(connection({ auth: principal() })).settings).toEqual({ auth: { tenantId: TENANT, clientId: CLIENT, clientSecret: token } });
  expect(bench.bind(connection({ auth: principal({ clientSecretKey: 'entra' }) })).settings)
    .toEqual({ auth: { tenantId: TENANT, clientId: CLIENT, clientSecret: { ...token, jsonKey: 'entra' } } });
  expect(bench.bind(group({ auth: lib.AzureDevopsAuth.personalAccessToken(bench.token, 'pat') })).settings).toEqual({ auth: { token: { ...token, jsonKey: 'pat' } } });
});

test.each<[string, () => lib.AzureDevopsAuth]>([
  ['a personal access token', () => auth],
  ['a client secret', principal],
])('the publisher may read %s, and nothing else', (_what, who) => {
  bench.bind(connection({ auth: who() }));
  expect(bench.statements()).toEqual([{ ...READ_TOKEN, Resource: { Ref: expect.stringMatching(/^Token/) } }]);
});

test('values that only the deploy knows are taken', () => {
  const late = Lazy.string({ produce: () => 'known later' });
  const who = principal({ tenantId: late, clientId: late, clientSecretKey: late });
  expect(bench.problems(connection({ organization: late, project: late, connectionId: late, host: late, auth: who }))).toEqual([]);
  const server = { organization: undefined, url: late, certificateAuthority: late };
  expect(bench.problems(group({ ...server, project: late, variableGroupId: late, variable: late }))).toEqual([]);
});

test.each<[Partial<lib.AzureDevopsVariableGroupOptions>, RegExp]>([
  [{ organization: undefined }, /^'targets\[0\]' must be given exactly one of 'organization', 'url', got: \[\]; say where it is$/],
  [{ url: 'https://devops.example.com/DefaultCollection' }, /^'targets\[0\]' must be given exactly one of 'organization', 'url', got: \["organization","url"\]; say where it is$/],
  [{ organization: undefined, url: 'http://devops.example.com/DefaultCollection' }, /^'targets\[0\]\.url' must be a URL that begins with https:\/\/, without user, query and fragment, got: 'http:/],
  [{ organization: 'my org' }, /^'targets\[0\]\.organization' must be the name of an organization: .*, got: 'my org' \(6 characters\); take it from https:\/\/dev\.azure\.com\/ORGANIZATION$/],
  [{ project: 'a/b' }, /^'targets\[0\]\.project' must be the name of a project: .*, got: 'a\/b'/],
  [{ variableGroupId: 'credentials' }, /^'targets\[0\]\.variableGroupId' must be a number, got: 'credentials' \(11 characters\); take 'variableGroupId' from the URL of the group's page$/],
  [{ variable: 'DOCKER-AUTH' }, /^'targets\[0\]\.variable' must be the name of a variable: letters, digits, \. and _, not beginning with endpoint, input, path, secret or securefile, got: 'DOCKER-AUTH' \(11 characters\); leave it out for DOCKER_AUTH_CONFIG, which Docker reads$/],
  [{ variable: 'SecretFileOfDocker' }, /^'targets\[0\]\.variable' must be the name of a variable/],
  [{ variable: 'PATH' }, /^'targets\[0\]\.variable'/],
  [{ certificateAuthority: 'ca.pem' }, /^'targets\[0\]\.certificateAuthority' must be one or more certificates in PEM/],
  [{ value: lib.TargetValue.configJson('HTTPS://x') }, /^'targets\[0\]\.value\.hosts\[0\]' must be the host of a registry/],
])('refuses %j', (options, problem) => {
  expect(bench.problems(group(options))).toEqual([expect.stringMatching(problem)]);
});

test('refuses a service connection that is none, and to delete one', () => {
  expect(bench.problems(connection({ connectionId: 'ecr', host: 'https://x', removal: lib.TargetRemoval.DELETE, organization: undefined }))).toEqual([
    '\'targets[0]\' must be given exactly one of \'organization\', \'url\', got: []; say where it is',
    '\'targets[0].connectionId\' must be a UUID, got: \'ecr\' (3 characters); copy it from the URL of its page, or from the vendor\'s API',
    '\'targets[0].removal\' must be LEAVE or BLANK for a service connection, which its owner made, got: \'delete\' (6 characters); take TargetRemoval.BLANK, and delete the connection yourself',
    expect.stringMatching(/^'targets\[0\]\.host' must be the host of a registry/),
  ]);
});

test('refuses who cannot write', () => {
  expect(bench.problems(group({ auth: lib.AzureDevopsAuth.personalAccessToken(bench.token, '') }))).toEqual([expect.stringMatching(/^'targets\[0\]\.auth\.tokenKey' must be a key of the secret's JSON/)]);
  const who = principal({ tenantId: 'contoso', clientId: 'app', clientSecretKey: '' });
  expect(bench.problems(connection({ auth: who, organization: undefined, url: 'https://devops.example.com/DefaultCollection' }))).toEqual([
    expect.stringMatching(/^'targets\[0\]\.auth\.tenantId' must be a UUID/),
    expect.stringMatching(/^'targets\[0\]\.auth\.clientId' must be a UUID/),
    expect.stringMatching(/^'targets\[0\]\.auth\.clientSecretKey' must be a key of the secret's JSON/),
    '\'targets[0].auth\' must be a personal access token for an Azure DevOps Server, got: \'a service principal\' (19 characters); use AzureDevopsAuth.personalAccessToken()',
  ]);
});
