import { GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { authOf, awsError, HOST, NOW, OTHER_HOST, OTHER_REGISTRY, REGISTRY, tokenAnswer, version, World } from './fixtures';
import { RefreshError } from '../../../lambda/refresh/errors';
import { createHandler } from '../../../lambda/refresh/handler';
import { parseRequest } from '../../../lambda/refresh/request';
import { METRIC_NAMESPACE } from '../../../src/private/contract';

let world: World;
let lines: any[];
let answers: any[];
beforeEach(() => {
  world = new World();
  lines = [];
  answers = [];
});
afterEach(() => {
  // Whatever a test does, no credential is logged, returned or answered.
  expect(JSON.stringify([lines, answers])).not.toContain('fresh-password');
  expect(JSON.stringify([lines, answers])).not.toContain(authOf('fresh-password'));
  world.restore();
});

const invoke = (event: unknown) => createHandler({
  refreshPorts: () => world.ports,
  now: world.now,
  sleep: async () => undefined,
  respond: async (_url, body) => { answers.push(JSON.parse(body)); },
  write: (line) => lines.push(JSON.parse(line)),
})(event, { functionName: 'Refresher' });

const metrics = () => lines.find((line) => line._aws);

test('a scheduled run publishes, and logs what it did and its metrics', async () => {
  await expect(invoke({ registries: [REGISTRY] })).resolves.toEqual({ written: true, secondsRemaining: 43200 });
  expect(lines).toEqual([
    { level: 'INFO', message: 'refreshed', ...REGISTRY, secondsRemaining: 43200, written: true },
    {
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [{
          Namespace: METRIC_NAMESPACE,
          Dimensions: [['FunctionName']],
          Metrics: [
            { Name: 'SecondsRemaining', Unit: 'Seconds' },
            { Name: 'RefreshedRegistries', Unit: 'Count' },
            { Name: 'FailedRegistries', Unit: 'Count' },
            { Name: 'UnreadableSecrets', Unit: 'Count' },
          ],
        }],
      },
      FunctionName: 'Refresher',
      SecondsRemaining: 43200,
      RefreshedRegistries: 1,
      FailedRegistries: 0,
      UnreadableSecrets: 0,
    },
  ]);
});

test('a run in which a registry fails publishes the others, and then fails with its name and cause', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).resolvesOnce(tokenAnswer()).rejects(awsError('ServerException', 'try later'));
  await expect(invoke({ registries: [REGISTRY, OTHER_REGISTRY] })).rejects.toThrow(
    new RefreshError(`1 of 2 registries failed: ${OTHER_HOST} (us-east-2): ServerException: try later`));
  expect(world.writes).toBe(1);
  expect(lines).toContainEqual({
    level: 'ERROR', message: 'registry gave no token', ...OTHER_REGISTRY, secondsRemaining: 0, cause: 'ServerException: try later',
  });
  expect(metrics()).toMatchObject({ SecondsRemaining: 0, RefreshedRegistries: 1, FailedRegistries: 1 });
});

test('a value that somebody else wrote is replaced, with a warning and a metric', async () => {
  world.current = { value: 'edited by hand', versionId: 'b7e3b1a2-6f43-4d55-9b8a-0f6c0b8d1c2e' };
  await invoke({ registries: [REGISTRY] });
  expect(lines).toContainEqual({ level: 'WARN', message: 'the secret had a value that the refresher did not write', replaced: true });
  expect(metrics()).toMatchObject({ UnreadableSecrets: 1 });
});

test('a forced run publishes again', async () => {
  world.current = version({ [HOST]: authOf('old') }, NOW + 12 * 3600_000);
  await expect(invoke({ registries: [REGISTRY], force: true })).resolves.toMatchObject({ written: true });
});

test('a run at deploy answers CloudFormation and returns nothing', async () => {
  await expect(invoke({
    RequestType: 'Create',
    ResponseURL: 'https://cloudformation.example/answer',
    LogicalResourceId: 'DeployRun',
    ResourceProperties: { request: { registries: [REGISTRY] } },
  })).resolves.toBeUndefined();
  expect(answers).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
  expect(metrics()).toMatchObject({ SecondsRemaining: 43200 });
});

test.each([
  undefined, null, {}, 'x', { registries: [] }, { registries: 'all' }, { registries: [null] }, { registries: [{ region: 'eu-west-1' }] },
  { registries: [{ region: '', hosts: [HOST] }] }, { registries: [{ region: 'eu-west-1', hosts: [] }] }, { registries: [{ region: 'eu-west-1', hosts: [''] }] },
  { registries: [{ region: 1, hosts: [HOST] }] },
])('refuses the payload %j and says what to send', async (payload) => {
  await expect(invoke(payload)).rejects.toThrow(
    'the payload names no registries; send what the schedule sends: '
    + '{"registries":[{"region":"REGION","hosts":["ACCOUNT.dkr.ecr.REGION.amazonaws.com"]}],"force":true|false}');
  expect(world.writes).toBe(0);
});

test('forces only when asked for by the value true', () => {
  expect(parseRequest({ registries: [REGISTRY], force: 'yes' })).toEqual({ registries: [REGISTRY], force: false });
});

test('fails as Secrets Manager does', async () => {
  world.secretsMock.on(GetSecretValueCommand).rejects(awsError('InternalServiceError'));
  await expect(invoke({ registries: [REGISTRY] })).rejects.toThrow('not today');
});
