import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { GetAuthorizationTokenCommand as GetPublicTokenCommand } from '@aws-sdk/client-ecr-public';
import {
  GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException, UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  authOf, authsIn, awsError, HAND_WRITTEN_ID, HOST, HOUR, MINUTE, NOW, OTHER_HOST, OTHER_REGISTRY, REGISTRY, requestFor, SECRET_ARN, tokenAnswer,
  version, World,
} from './fixtures';
import { ContendedError } from '../../../lambda/refresh/errors';
import { failuresOf, refresh } from '../../../lambda/refresh/refresh';
import { SecretStore } from '../../../lambda/refresh/secret-store';
import type { LoginRequest } from '../../../src/private/contract';

let world: World;
beforeEach(() => { world = new World(); });
afterEach(() => {
  jest.restoreAllMocks();
  world.restore();
});

const LOGIN: LoginRequest = { kind: 'login', host: 'ghcr.io', secretArn: 'arn:login', usernameKey: 'username', passwordKey: 'password' };
const FRESH = { registry: HOST, hosts: [HOST], region: 'eu-west-1', secondsRemaining: 12 * 3600, attempts: 1 };
const OTHER_FRESH = { registry: OTHER_HOST, hosts: [OTHER_HOST], region: 'us-east-2', secondsRemaining: 12 * 3600, attempts: 1 };

test('publishes the first dockercfg', async () => {
  const report = await refresh(requestFor(REGISTRY), world.ports);
  expect(report).toEqual({
    registries: [FRESH], written: true, unreadable: false, usable: true, secondsRemaining: 12 * 3600, bytes: world.current!.value.length,
  });
  expect(world.current).toEqual(version({ [HOST]: authOf('fresh-password') }, NOW + 12 * HOUR));
  expect(world.secretsMock.commandCalls(PutSecretValueCommand)[0].args[0].input.SecretId).toBe(SECRET_ARN);
});

test('one call serves every registry and host of a region and a role', async () => {
  const accounts = Array.from({ length: 50 }, (_, index) => String(100_000_000_000 + index));
  const report = await refresh(requestFor(
    { ...REGISTRY, accounts, hosts: ['standard'] },
    { ...REGISTRY, accounts: ['111122223333'], hosts: ['standard', 'fips', 'dual-stack', 'dual-stack-fips'] },
    OTHER_REGISTRY,
  ), world.ports);
  expect(world.ecrMock.commandCalls(GetAuthorizationTokenCommand)).toHaveLength(2);
  expect(world.writes).toBe(1);
  expect(report.registries).toHaveLength(52);
  const auths = authsIn(world.current!.value);
  expect(Object.keys(auths)).toHaveLength(55);
  expect(Object.keys(auths)).toEqual(expect.arrayContaining([
    `${accounts[49]}.dkr.ecr.eu-west-1.amazonaws.com`, '111122223333.dkr.ecr-fips.eu-west-1.amazonaws.com',
    '111122223333.dkr-ecr.eu-west-1.on.aws', '111122223333.dkr-ecr-fips.eu-west-1.on.aws', OTHER_HOST,
  ]));
});

test('each region\'s token goes to that region\'s hosts only', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).callsFake(async (_input, getClient) => {
    const region = await (getClient() as ECRClient).config.region();
    return tokenAnswer({ authorizationToken: authOf(`of-${region}`) }, `111122223333.dkr.ecr.${region}.amazonaws.com`);
  });
  await refresh(requestFor(REGISTRY, OTHER_REGISTRY), world.ports);
  expect(authsIn(world.current!.value)).toEqual({ [HOST]: authOf('of-eu-west-1'), [OTHER_HOST]: authOf('of-us-east-2') });
});

test('a role asks in its own account, and is named in the report', async () => {
  const roleArn = 'arn:aws:iam::444455556666:role/ecr-tokens';
  const registry = '444455556666.dkr.ecr.eu-west-1.amazonaws.com';
  const ecr = jest.fn(async () => new ECRClient({ region: 'eu-west-1' }));
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves(tokenAnswer({}, registry));
  const ports = { ...world.ports, clients: { ecr, ecrPublic: jest.fn(), secretsManager: world.ports.clients.secretsManager } };
  const report = await refresh(requestFor({ ...REGISTRY, accounts: ['444455556666'], roleArn }), ports);
  expect(ecr).toHaveBeenCalledWith('eu-west-1', roleArn, expect.any(AbortSignal));
  expect(report.registries).toEqual([{ registry, hosts: [registry], region: 'eu-west-1', roleArn, secondsRemaining: 12 * 3600, attempts: 1 }]);
});

test('ECR Public and logins are merged into the same dockercfg', async () => {
  world.publicMock.on(GetPublicTokenCommand).resolves({
    authorizationData: { authorizationToken: authOf('public'), expiresAt: new Date(NOW + 12 * HOUR) }, $metadata: { attempts: 2 },
  });
  world.secretsMock.on(GetSecretValueCommand, { SecretId: 'arn:login' }).resolves({ SecretString: '{"username":"me","password":"it"}', $metadata: { attempts: 1 } });
  const report = await refresh(requestFor(REGISTRY, { kind: 'ecr-public', hosts: ['standard', 'dual-stack'] }, LOGIN), world.ports);
  expect(authsIn(world.current!.value)).toEqual({
    [HOST]: authOf('fresh-password'), 'public.ecr.aws': authOf('public'), 'ecr-public.aws.com': authOf('public'), 'ghcr.io': authOf('it', 'me'),
  });
  expect(report.registries).toEqual([
    FRESH,
    { registry: 'public.ecr.aws', hosts: ['public.ecr.aws', 'ecr-public.aws.com'], secondsRemaining: 12 * 3600, attempts: 2 },
    { registry: 'ghcr.io', hosts: ['ghcr.io'], attempts: 1 },
  ]);
});

test('a login that cannot be read costs only itself, and the last good one stays however long ago it was read', async () => {
  world.put(version({ [HOST]: authOf('old'), 'ghcr.io': authOf('it', 'me') }, NOW - HOUR));
  world.secretsMock.on(GetSecretValueCommand, { SecretId: 'arn:login' }).rejects(awsError('DecryptionFailure'));
  const report = await refresh(requestFor(REGISTRY, LOGIN), world.ports);
  expect(authsIn(world.current!.value)).toEqual({ [HOST]: authOf('fresh-password'), 'ghcr.io': authOf('it', 'me') });
  expect(failuresOf(report)).toEqual(['ghcr.io: DecryptionFailure: not today']);
  expect(report).toMatchObject({ usable: true, secondsRemaining: 12 * 3600 });
});

test('logins alone leave no seconds to count, and one that was never read is not usable', async () => {
  world.secretsMock.on(GetSecretValueCommand, { SecretId: 'arn:login' }).rejectsOnce(awsError('DecryptionFailure'))
    .resolves({ SecretString: '{"username":"me","password":"it"}' });
  expect(await refresh(requestFor(LOGIN), world.ports)).toMatchObject({ usable: false, secondsRemaining: 0, written: false, bytes: 0 });
  const report = await refresh(requestFor(LOGIN), world.ports);
  expect(report).toMatchObject({ usable: true, written: true });
  expect(report).not.toHaveProperty('secondsRemaining');
});

test('writes nothing in a second run just after a good one, unless it is forced', async () => {
  await refresh(requestFor(REGISTRY), world.ports);
  expect(await refresh(requestFor(REGISTRY), world.ports)).toMatchObject({ written: false, secondsRemaining: 12 * 3600 });
  expect(world.writes).toBe(1);
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves(tokenAnswer({ authorizationToken: authOf('fresher') }));
  expect(await refresh({ ...requestFor(REGISTRY), force: true }, world.ports)).toMatchObject({ written: true });
  expect(authsIn(world.current!.value)).toEqual({ [HOST]: authOf('fresher') });
});

test('a forced run that was given the same token has nothing to write', async () => {
  await refresh(requestFor(REGISTRY), world.ports);
  expect(await refresh({ ...requestFor(REGISTRY), force: true }, world.ports)).toMatchObject({ written: false });
});

test('replaces a value that somebody else wrote, and says so', async () => {
  world.put({ value: '{"auths":{}}', versionId: HAND_WRITTEN_ID });
  expect(await refresh(requestFor(REGISTRY), world.ports)).toMatchObject({ written: true, unreadable: true });
  expect(world.current).toEqual(version({ [HOST]: authOf('fresh-password') }, NOW + 12 * HOUR));
});

test('puts back what it had written before somebody else did, when nothing can be fetched', async () => {
  const good = version({ [HOST]: authOf('own') }, NOW + HOUR);
  world.put(good);
  world.put({ value: 'oops', versionId: HAND_WRITTEN_ID });
  world.ecrMock.on(GetAuthorizationTokenCommand).rejects(awsError('ServerException'));
  expect(await refresh(requestFor(REGISTRY), world.ports)).toMatchObject({ written: true, unreadable: true, usable: true, secondsRemaining: 3600 });
  expect(world.current).toEqual(good);
  expect(await refresh(requestFor(REGISTRY), world.ports)).toMatchObject({ written: false, unreadable: false });
});

test('a value without text, such as a binary one, is replaced too', async () => {
  world.secretsMock.on(GetSecretValueCommand).resolves({ VersionId: HAND_WRITTEN_ID, SecretBinary: new Uint8Array([1]) });
  world.put({ versionId: HAND_WRITTEN_ID });
  expect(await refresh(requestFor(REGISTRY), world.ports)).toMatchObject({ written: true, unreadable: true });
});

test('a registry that fails costs the others nothing, and is reported with its cause and attempts', async () => {
  world.put(version({ [HOST]: authOf('old'), [OTHER_HOST]: authOf('last good') }, NOW + HOUR));
  world.ecrMock.on(GetAuthorizationTokenCommand)
    .resolvesOnce(tokenAnswer())
    .rejectsOnce(awsError('ServerException', 'try later', 5));
  const report = await refresh(requestFor(REGISTRY, OTHER_REGISTRY), world.ports);
  expect(report).toMatchObject({
    registries: [FRESH, { ...OTHER_FRESH, secondsRemaining: 3600, attempts: 5 }],
    written: true,
    usable: true,
    secondsRemaining: 3600,
  });
  expect(failuresOf(report)).toEqual([`${OTHER_HOST} (us-east-2): ServerException: try later`]);
  const expiries = { [HOST]: NOW + 12 * HOUR, [OTHER_HOST]: NOW + HOUR };
  expect(world.current).toEqual(version({ [HOST]: authOf('fresh-password'), [OTHER_HOST]: authOf('last good') }, expiries));
});

test('registries that fail for one reason are named together', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).rejects(awsError('ServerException', 'try later'));
  const report = await refresh(requestFor({ ...REGISTRY, accounts: ['111122223333', '444455556666'] }), world.ports);
  expect(failuresOf(report)).toEqual([`${HOST}, 444455556666.dkr.ecr.eu-west-1.amazonaws.com (eu-west-1): ServerException: try later`]);
});

test('leaves the secret as it is when every registry fails', async () => {
  world.put(version({ [HOST]: authOf('old') }, NOW + HOUR));
  world.ecrMock.on(GetAuthorizationTokenCommand).rejects(awsError('ServerException'));
  const report = await refresh({ ...requestFor(REGISTRY), force: true }, world.ports);
  expect(report).toMatchObject({ written: false, usable: true, secondsRemaining: 3600 });
  expect(world.writes).toBe(0);
});

test('reports no time left when there is no valid entry', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).rejects(awsError('ServerException'));
  expect(await refresh(requestFor(REGISTRY), world.ports)).toMatchObject({ written: false, usable: false, secondsRemaining: 0 });
  world.put(version({ [HOST]: authOf('old') }, NOW - HOUR));
  expect(await refresh(requestFor(REGISTRY), world.ports)).toMatchObject({ written: false, usable: false, secondsRemaining: 0 });
});

test('a token that has expired is a failure', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves(tokenAnswer({ expiresAt: new Date(NOW) }));
  const report = await refresh(requestFor(REGISTRY), world.ports);
  expect(failuresOf(report)).toEqual([`${HOST} (eu-west-1): BadTokenError: ECR's token expired at 2026-01-01T00:00:00.000Z`]);
  expect(world.writes).toBe(0);
});

test('the time is that of Secrets Manager, so a clock that is minutes off changes nothing', async () => {
  world.put(version({ [HOST]: authOf('old'), [OTHER_HOST]: authOf('last good') }, { [HOST]: NOW + HOUR, [OTHER_HOST]: NOW + 3 * MINUTE }));
  const { store, ...ports } = world.ports;
  jest.spyOn(SecretStore.prototype, 'readCurrent').mockImplementationOnce(async () => ({
    version: { ...world.current!, writtenAt: NOW - 3 * HOUR }, time: NOW,
  }));
  world.ecrMock.on(GetAuthorizationTokenCommand).resolvesOnce(tokenAnswer()).rejects(awsError('ServerException'));
  world.time = NOW + 5 * MINUTE;
  const report = await refresh(requestFor(REGISTRY, OTHER_REGISTRY), { store, ...ports });
  expect(report.registries.map(({ secondsRemaining }) => secondsRemaining)).toEqual([12 * 3600, 180]);
  expect(authsIn(world.current!.value)).toMatchObject({ [OTHER_HOST]: authOf('last good') });
});

test('a registry for which there is no room fails by name, and the others are published', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves(tokenAnswer({ authorizationToken: authOf('x'.repeat(36_000)) }));
  const report = await refresh(requestFor({ ...REGISTRY, accounts: ['111122223333', '444455556666'] }), world.ports);
  expect(failuresOf(report)).toEqual([
    '444455556666.dkr.ecr.eu-west-1.amazonaws.com (eu-west-1): SecretFullError: it has no place in a secret of 65536 bytes; '
    + 'give some registries to another DockerCredentials',
  ]);
  expect(report).toMatchObject({ written: true, usable: false, secondsRemaining: 0 });
  expect(Object.keys(authsIn(world.current!.value))).toEqual([HOST]);
});

test('a registry that is named badly fails by name, and the others are published', async () => {
  const report = await refresh(requestFor({ ...REGISTRY, accounts: ['1111'] }, REGISTRY, { ...LOGIN, host: HOST }), world.ports);
  expect(failuresOf(report)).toEqual([
    '1111.dkr.ecr.eu-west-1.amazonaws.com: ConfigurationError: \'1111\' is no account id of 12 digits',
    `${HOST}: ConfigurationError: ${HOST} is a host of ECR, whose logins expire: no secret has them`,
  ]);
  expect(report).toMatchObject({ written: true, usable: false });
  expect(report.registries[2]).toMatchObject({ hosts: [], secondsRemaining: 0 });
});

test('a service that does not answer in time is given up, and says so', async () => {
  jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort());
  world.ecrMock.on(GetAuthorizationTokenCommand).rejects(awsError('AbortError', 'Request aborted'));
  const report = await refresh(requestFor(REGISTRY), world.ports);
  expect(failuresOf(report)).toEqual([`${HOST} (eu-west-1): DeadlineError: no answer within 40 seconds`]);
});

describe('when another run writes at the same time', () => {
  /** Lets another run write just before this one makes its version current. */
  function interfere(auths: Record<string, string>, expiresAt: number, times = 1): void {
    const original = SecretStore.prototype.replace;
    let count = 0;
    jest.spyOn(SecretStore.prototype, 'replace').mockImplementation(function (this: SecretStore, ...args) {
      if (count++ < times) world.put(version(auths, expiresAt - count * HOUR), world.time);
      return original.apply(this, args);
    });
  }

  test('what that one refreshed is not undone', async () => {
    world.put(version({ [HOST]: authOf('old'), [OTHER_HOST]: authOf('old') }, NOW + HOUR));
    world.ecrMock.on(GetAuthorizationTokenCommand).resolvesOnce(tokenAnswer()).rejects(awsError('ServerException'));
    interfere({ [HOST]: authOf('theirs'), [OTHER_HOST]: authOf('theirs') }, NOW + 6 * HOUR);
    const report = await refresh(requestFor(REGISTRY, OTHER_REGISTRY), world.ports);
    expect(authsIn(world.current!.value)).toMatchObject({ [HOST]: authOf('fresh-password'), [OTHER_HOST]: authOf('theirs') });
    expect(report).toMatchObject({ written: true, secondsRemaining: 5 * 3600 });
  });

  test('and what it wrote is as good, nothing more is written', async () => {
    interfere({ [HOST]: authOf('theirs') }, NOW + 13 * HOUR);
    expect(await refresh(requestFor(REGISTRY), world.ports)).toMatchObject({ written: false });
    expect(authsIn(world.current!.value)).toEqual({ [HOST]: authOf('theirs') });
  });

  test('and does so again and again, the run gives up', async () => {
    interfere({ [HOST]: authOf('theirs') }, NOW + 2 * HOUR, 9);
    await expect(refresh(requestFor(REGISTRY), world.ports)).rejects.toThrow(new ContendedError('the secret was written by others 5 times during this run'));
  });
});

test('fails when the secret cannot be read, and does not write', async () => {
  world.secretsMock.on(GetSecretValueCommand).rejects(awsError('DecryptionFailure'));
  await expect(refresh(requestFor(REGISTRY), world.ports)).rejects.toThrow('not today');
  expect(world.writes).toBe(0);
});

test('fails when the secret cannot be written', async () => {
  world.secretsMock.on(PutSecretValueCommand).rejects(new ResourceNotFoundException({ message: 'no such secret', $metadata: {} }));
  await expect(refresh(requestFor(REGISTRY), world.ports)).rejects.toThrow('no such secret');
});

test('a version that could not be made current leaves readers what they had', async () => {
  const before = version({ [HOST]: authOf('old') }, NOW + HOUR);
  world.put(before);
  world.secretsMock.on(UpdateSecretVersionStageCommand).rejects(awsError('InternalServiceError'));
  await expect(refresh(requestFor(REGISTRY), world.ports)).rejects.toThrow('not today');
  expect(world.current).toEqual(before);
});
