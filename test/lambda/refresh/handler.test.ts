import { GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { authOf, awsError, HAND_WRITTEN_ID, HOST, NOW, OTHER_HOST, OTHER_REGISTRY, REGISTRY, requestFor, tokenAnswer, version, World } from './fixtures';
import { RefreshError } from '../../../lambda/refresh/errors';
import { createHandler } from '../../../lambda/refresh/handler';
import { parseRequest } from '../../../lambda/refresh/request';
import { METRIC_NAMESPACE } from '../../../src/private/contract';

let world: World;
let lines: any[];
let answers: any[];
let announced: number;
let announcement: Error[];
beforeEach(() => {
  world = new World();
  lines = [];
  answers = [];
  announced = 0;
  announcement = [];
});
afterEach(() => {
  // Whatever a test does, no credential is logged, returned or answered.
  expect(JSON.stringify([lines, answers])).not.toContain('fresh-password');
  expect(JSON.stringify([lines, answers])).not.toContain(authOf('fresh-password'));
  world.restore();
});

const invoke = (event: unknown) => createHandler({
  refreshPorts: () => world.ports,
  announce: async () => {
    const failure = announcement.shift();
    if (failure) throw failure;
    announced++;
  },
  now: world.now,
  sleep: async (milliseconds) => { world.time += milliseconds; },
  respond: async (_url, body) => { answers.push(JSON.parse(body)); },
  write: (line) => lines.push(JSON.parse(line)),
})(event, { functionName: 'Refresher' });

const metrics = () => lines.find((line) => line._aws);
const REPORTED = { registry: HOST, hosts: [HOST], region: 'eu-west-1', secondsRemaining: 43200, attempts: 1 };

test('a scheduled run publishes, and logs what it did and its metrics', async () => {
  await expect(invoke(requestFor(REGISTRY))).resolves.toEqual({ written: true, secondsRemaining: 43200 });
  expect(lines).toEqual([
    { level: 'INFO', message: 'refreshed', ...REPORTED, written: true },
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
            { Name: 'SecretBytes', Unit: 'Bytes' },
          ],
        }],
      },
      FunctionName: 'Refresher',
      SecondsRemaining: 43200,
      RefreshedRegistries: 1,
      FailedRegistries: 0,
      UnreadableSecrets: 0,
      SecretBytes: world.current!.value.length,
    },
  ]);
});

test('a run in which a registry fails publishes the others, and then fails with its name and cause', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).resolvesOnce(tokenAnswer()).rejects(awsError('ServerException', 'try later', 5));
  await expect(invoke(requestFor(REGISTRY, { ...OTHER_REGISTRY, roleArn: undefined }))).rejects.toThrow(
    new RefreshError(`1 of 2 registries failed: ${OTHER_HOST} (us-east-2): ServerException: try later`));
  expect(world.writes).toBe(1);
  expect(lines).toContainEqual({
    level: 'ERROR',
    message: 'registry was not refreshed',
    registry: OTHER_HOST,
    hosts: [OTHER_HOST],
    region: 'us-east-2',
    secondsRemaining: 0,
    attempts: 5,
    cause: 'ServerException: try later',
  });
  expect(metrics()).toMatchObject({ SecondsRemaining: 0, RefreshedRegistries: 1, FailedRegistries: 1 });
});

test('a registry that fails is also counted by itself, but no more than twenty of them', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).rejects(awsError('ServerException', 'try later'));
  const accounts = Array.from({ length: 25 }, (_, index) => String(100_000_000_000 + index));
  await expect(invoke(requestFor({ ...REGISTRY, accounts }))).rejects.toThrow('25 of 25 registries failed');
  const counted = lines.filter((line) => line.Registry);
  expect(counted).toHaveLength(20);
  expect(counted[19]).toEqual({
    _aws: {
      Timestamp: NOW,
      CloudWatchMetrics: [{
        Namespace: METRIC_NAMESPACE, Dimensions: [['FunctionName', 'Registry']], Metrics: [{ Name: 'FailedRegistries', Unit: 'Count' }],
      }],
    },
    FunctionName: 'Refresher',
    Registry: '100000000019.dkr.ecr.eu-west-1.amazonaws.com',
    FailedRegistries: 1,
  });
});

test('a value that somebody else wrote is replaced, with a warning and a metric', async () => {
  world.put({ value: 'edited by hand', versionId: HAND_WRITTEN_ID });
  await invoke(requestFor(REGISTRY));
  expect(lines).toContainEqual({ level: 'WARN', message: 'the secret had a value that the refresher did not write', replaced: true });
  expect(metrics()).toMatchObject({ UnreadableSecrets: 1 });
});

test.each([[49_152, false], [49_156, true]])('a secret of %d bytes is warned of: %s', async (bytes, warned) => {
  const frame = `{"auths":{"${HOST}":{"auth":""}}}`.length;
  const password = 'x'.repeat(Math.floor((bytes - frame) / 4) * 3 - 'AWS:'.length);
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves(tokenAnswer({ authorizationToken: authOf(password) }));
  await invoke(requestFor(REGISTRY));
  expect(world.current!.value.length > 49_152).toBe(warned);
  expect(metrics().SecretBytes).toBe(world.current!.value.length);
  expect(lines.filter(({ message }) => message === 'the secret is nearly full: give some registries to another DockerCredentials'))
    .toEqual(warned ? [expect.objectContaining({ level: 'WARN', bytes: world.current!.value.length })] : []);
});

test('what Secrets Manager throws is told in words that quote no credential', async () => {
  world.secretsMock.on(GetSecretValueCommand).rejects(new SyntaxError(`Unexpected token in "${authOf('fresh-password')}"`));
  await expect(invoke(requestFor(REGISTRY))).rejects.toThrow(new RefreshError('the secret was not refreshed: SyntaxError: the answer could not be parsed'));
  expect(lines).toContainEqual({ level: 'ERROR', message: 'the secret was not refreshed', cause: 'SyntaxError: the answer could not be parsed' });
});

test('a forced run publishes again', async () => {
  world.put(version({ [HOST]: authOf('old') }, NOW + 12 * 3600_000));
  await expect(invoke({ ...requestFor(REGISTRY), force: true })).resolves.toMatchObject({ written: true });
});

test('logins alone are reported to live for a year', async () => {
  world.secretsMock.on(GetSecretValueCommand, { SecretId: 'arn:login' }).resolves({ SecretString: '{"username":"me","password":"it"}' });
  const login = { kind: 'login' as const, host: 'ghcr.io', secretArn: 'arn:login', usernameKey: 'username', passwordKey: 'password' };
  await expect(invoke(requestFor(login))).resolves.toEqual({ written: true, secondsRemaining: undefined });
  expect(metrics()).toMatchObject({ SecondsRemaining: 365 * 86_400 });
});

test('a run at deploy answers CloudFormation and returns nothing', async () => {
  await expect(invoke({
    RequestType: 'Create',
    ResponseURL: 'https://cloudformation.example/answer',
    LogicalResourceId: 'DeployRun',
    ResourceProperties: { request: requestFor(REGISTRY) },
  })).resolves.toBeUndefined();
  expect(answers).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
  expect(metrics()).toMatchObject({ SecondsRemaining: 43200 });
});

const LOGIN = { kind: 'login', host: 'ghcr.io', secretArn: 'arn', usernameKey: 'u', passwordKey: 'p' };

test.each([
  undefined, null, {}, 'x', requestFor(), { registries: 'all' }, { registries: [null] },
  { registries: [REGISTRY] },
  { ...requestFor(REGISTRY), urlSuffix: '' },
  { ...requestFor(REGISTRY), format: 'yaml' },
  { ...requestFor(), registries: [{ ...REGISTRY, kind: 'quay' }] },
  { ...requestFor(), registries: [{ ...REGISTRY, region: '' }] },
  { ...requestFor(), registries: [{ ...REGISTRY, region: 1 }] },
  { ...requestFor(), registries: [{ ...REGISTRY, accounts: [] }] },
  { ...requestFor(), registries: [{ ...REGISTRY, accounts: [''] }] },
  { ...requestFor(), registries: [{ ...REGISTRY, hosts: [] }] },
  { ...requestFor(), registries: [{ ...REGISTRY, hosts: ['ipv6'] }] },
  { ...requestFor(), registries: [{ ...REGISTRY, roleArn: '' }] },
  { ...requestFor(), registries: [{ kind: 'ecr-public', hosts: ['fips'] }] },
  ...['host', 'secretArn', 'usernameKey', 'passwordKey'].map((key) => ({ ...requestFor(), registries: [{ ...LOGIN, [key]: undefined }] })),
])('refuses the payload %j and says what to send', async (payload) => {
  await expect(invoke(payload)).rejects.toThrow(
    'the payload names no registries; send what the schedule sends: '
    + '{"registries":[{"kind":"ecr","region":"REGION","accounts":["ACCOUNT"],"hosts":["standard"]}],"urlSuffix":"amazonaws.com","force":true|false}');
  expect(world.writes).toBe(0);
});

test('takes every kind of registry and format', () => {
  const request = {
    ...requestFor({ ...REGISTRY, roleArn: 'arn:role' }, { kind: 'ecr-public', hosts: ['standard'] }), registries: [LOGIN, REGISTRY], format: 'dockercfg', force: true,
  };
  expect(parseRequest(request)).toEqual(request);
});

describe('the publisher', () => {
  test('is told of each run, also of one that wrote nothing: a target that failed may take the value now', async () => {
    await invoke(requestFor(REGISTRY));
    await expect(invoke(requestFor(REGISTRY))).resolves.toMatchObject({ written: false });
    expect(announced).toBe(2);
  });

  test('is told of a run in which a registry failed, for the sake of the others', async () => {
    world.ecrMock.on(GetAuthorizationTokenCommand).resolvesOnce(tokenAnswer()).rejects(awsError('ServerException'));
    await expect(invoke(requestFor(REGISTRY, OTHER_REGISTRY))).rejects.toThrow('1 of 2 registries failed');
    expect(announced).toBe(1);
  });

  test('is not told of a run that could not use the secret', async () => {
    world.secretsMock.on(GetSecretValueCommand).rejects(awsError('InternalServiceError'));
    await expect(invoke(requestFor(REGISTRY))).rejects.toThrow('the secret was not refreshed');
    expect(announced).toBe(0);
  });

  test('that cannot be told fails the run, so that Lambda tries again; the secret has the value', async () => {
    announcement = [awsError('ServiceUnavailable')];
    await expect(invoke(requestFor(REGISTRY))).rejects.toThrow(new RefreshError('the secret was refreshed, and its targets were not told: ServiceUnavailable: not today'));
    expect(world.current?.value).toContain(authOf('fresh-password'));
  });

  test('is told at deploy if there is something new', async () => {
    const event = { RequestType: 'Create', ResponseURL: 'https://answer', ResourceProperties: { request: requestFor(REGISTRY) } };
    await invoke(event);
    await invoke({ ...event, RequestType: 'Update' });
    expect(answers).toMatchObject([{ Status: 'SUCCESS' }, { Status: 'SUCCESS' }]);
    expect(announced).toBe(1);
  });

  const deploy = () => invoke({ RequestType: 'Update', ResponseURL: 'https://answer', ResourceProperties: { request: requestFor(REGISTRY) } });

  test('is told at deploy of what is new, although IAM allows that only when the run is repeated and finds nothing new', async () => {
    announcement = [awsError('AccessDeniedException'), awsError('AccessDenied')];
    await deploy();
    expect(answers).toMatchObject([{ Status: 'SUCCESS' }]);
    expect(world.writes).toBe(1);
    expect(announced).toBe(1);
  });

  test('that may never be told fails the deploy', async () => {
    announcement = Array.from({ length: 50 }, () => awsError('AccessDeniedException', 'sqs:SendMessage'));
    await deploy();
    expect(answers).toMatchObject([{ Status: 'FAILED', Reason: expect.stringContaining('AccessDeniedException: sqs:SendMessage') }]);
  });

  test('that cannot be told otherwise does not, for a roll-back would get stuck', async () => {
    announcement = [awsError('ServiceUnavailable')];
    await deploy();
    expect(answers).toMatchObject([{ Status: 'SUCCESS' }]);
    expect(lines).toContainEqual({ level: 'ERROR', message: 'the targets were not told', cause: 'ServiceUnavailable: not today' });
  });
});

test('forces only when asked for by the value true', () => {
  expect(parseRequest({ ...requestFor(REGISTRY), force: 'yes' })).toEqual({ ...requestFor(REGISTRY), format: 'config.json', force: false });
});

test('fails as Secrets Manager does, and counts every registry as failed', async () => {
  world.secretsMock.on(GetSecretValueCommand).rejects(awsError('InternalServiceError'));
  await expect(invoke(requestFor({ ...REGISTRY, accounts: ['111122223333', '444455556666'] }, { kind: 'ecr-public', hosts: ['standard'] }))).rejects.toThrow('not today');
  expect(lines[0]).toEqual({ level: 'ERROR', message: 'the secret was not refreshed', cause: 'InternalServiceError: not today' });
  expect(metrics()).toMatchObject({ FailedRegistries: 3 });
  expect(metrics()).not.toHaveProperty('SecondsRemaining');
});
