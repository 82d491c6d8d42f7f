import { Lazy } from 'aws-cdk-lib';
import { Bench } from './fixtures';
import * as lib from '../../src';

let bench: Bench;
let auth: lib.AzureDevOpsAuth;
beforeEach(() => {
  bench = new Bench();
  auth = lib.AzureDevOpsAuth.personalAccessToken(bench.token);
});

const UUID = '42f1a7da-812d-4430-93d8-1cc7c33a6bcf';
const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const connection = (options: Partial<lib.AzureDevOpsServiceConnectionOptions> = {}) =>
  lib.Target.azureDevOpsServiceConnection({ organization: 'my-org', endpointId: UUID, auth, ...options });
const group = (options: Partial<lib.AzureDevOpsVariableGroupOptions> = {}) => lib.Target.azureDevOpsVariableGroup({ organization: 'my-org', groupId: 7, auth, ...options });
const token = { secretArn: { Ref: expect.stringMatching(/^Token/) } };

test('a service connection is sent one login', () => {
  expect(bench.problems(connection())).toEqual([]);
  expect(bench.bind(connection({ host: HOST, removal: lib.TargetRemoval.BLANK }))).toEqual({
    kind: 'azure-devops-service-connection', where: { organization: 'my-org', endpointId: UUID }, settings: { auth: { token } }, form: 'login', hosts: [HOST], removal: 'blank',
  });
});

test('a variable group is sent a password, or what else is asked for', () => {
  expect(bench.problems(group())).toEqual([]);
  expect(bench.bind(group())).toEqual({
    kind: 'azure-devops-variable-group', where: { organization: 'my-org', groupId: '7', variableName: 'ECR_PASSWORD' }, settings: { auth: { token } }, form: 'password',
  });
  const principal = lib.AzureDevOpsAuth.servicePrincipal({ tenantId: UUID, clientId: UUID, clientSecret: bench.token, clientSecretKey: 'azure' });
  const target = group({ auth: principal, variableName: 'DOCKER_AUTH_CONFIG', value: lib.TargetValue.configJson(HOST) });
  expect(bench.problems(target)).toEqual([]);
  expect(bench.bind(target)).toMatchObject({
    where: { variableName: 'DOCKER_AUTH_CONFIG' }, settings: { auth: { tenantId: UUID, clientId: UUID, clientSecret: { ...token, jsonKey: 'azure' } } }, form: 'config.json',
  });
});

test('values that only the deploy knows are taken', () => {
  const late = Lazy.string({ produce: () => 'known later' });
  const principal = lib.AzureDevOpsAuth.servicePrincipal({ tenantId: late, clientId: late, clientSecret: bench.token, clientSecretKey: late });
  expect(bench.problems(connection({ organization: late, endpointId: late, host: late, auth: principal }))).toEqual([]);
  expect(bench.problems(group({ groupId: Lazy.number({ produce: () => 7 }), variableName: late }))).toEqual([]);
});

test('refuses what is none', () => {
  const principal = lib.AzureDevOpsAuth.servicePrincipal({ tenantId: 'x', clientId: 'y', clientSecret: bench.token, clientSecretKey: '' });
  expect(bench.problems(connection({ organization: 'a b', endpointId: 'x', host: 'A', removal: lib.TargetRemoval.DELETE, auth: principal }))).toEqual([
    expect.stringMatching(/^'targets\[0\]\.organization' must be the name of an organization/), expect.stringMatching(/\.endpointId' must be a UUID/),
    expect.stringMatching(/\.host'/), expect.stringMatching(/\.removal' must be LEAVE or BLANK/), expect.stringMatching(/\.auth\.tenantId' must be a UUID/),
    expect.stringMatching(/\.auth\.clientId'/), expect.stringMatching(/\.auth\.clientSecretKey'/),
  ]);
  expect(bench.problems(group({ organization: '-', groupId: 0, variableName: '1', value: lib.TargetValue.password('A'), auth: lib.AzureDevOpsAuth.personalAccessToken(bench.token, '') }))).toEqual([
    expect.stringMatching(/\.organization'/), expect.stringMatching(/^'targets\[0\]\.groupId' must be the id of a variable group, a whole number, got: 0/),
    expect.stringMatching(/\.variableName'/), expect.stringMatching(/value\.hosts\[0\]'/), expect.stringMatching(/\.auth\.tokenKey'/),
  ]);
});
