import { GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import { authOf, awsError, HOST, HOUR, NOW, OTHER_HOST, OTHER_REGISTRY, REGISTRY, SECRET_ARN, tokenAnswer, version, World } from './fixtures';
import { failuresOf, refresh } from '../../../lambda/refresh/refresh';

let world: World;
beforeEach(() => { world = new World(); });
afterEach(() => world.restore());

test('publishes the first dockercfg', async () => {
  const report = await refresh({ registries: [REGISTRY] }, world.ports);
  expect(report).toEqual({
    registries: [{ ...REGISTRY, secondsRemaining: 12 * 3600 }], written: true, unreadable: false, secondsRemaining: 12 * 3600,
  });
  expect(world.current).toEqual(version({ [HOST]: authOf('fresh-password') }, NOW + 12 * HOUR));
  expect(world.secretsMock.commandCalls(PutSecretValueCommand)[0].args[0].input.SecretId).toBe(SECRET_ARN);
});

test('writes nothing in a second run just after a good one, unless it is forced', async () => {
  await refresh({ registries: [REGISTRY] }, world.ports);
  expect(await refresh({ registries: [REGISTRY] }, world.ports)).toMatchObject({ written: false, secondsRemaining: 12 * 3600 });
  expect(world.writes).toBe(1);
  expect(await refresh({ registries: [REGISTRY], force: true }, world.ports)).toMatchObject({ written: true });
  expect(world.writes).toBe(2);
});

test('replaces a value that somebody else wrote, and says so', async () => {
  world.current = { value: '{"auths":{}}', versionId: 'b7e3b1a2-6f43-4d55-9b8a-0f6c0b8d1c2e' };
  expect(await refresh({ registries: [REGISTRY] }, world.ports)).toMatchObject({ written: true, unreadable: true });
  expect(world.current).toEqual(version({ [HOST]: authOf('fresh-password') }, NOW + 12 * HOUR));
});

test('a value without text, such as a binary one, is replaced too', async () => {
  world.secretsMock.on(GetSecretValueCommand).resolves({});
  expect(await refresh({ registries: [REGISTRY] }, world.ports)).toMatchObject({ written: true, unreadable: true });
});

test('a registry that fails costs the others nothing, and is reported with its cause', async () => {
  world.current = version({ [HOST]: authOf('old'), [OTHER_HOST]: authOf('last good') }, NOW + HOUR);
  world.ecrMock.on(GetAuthorizationTokenCommand)
    .resolvesOnce(tokenAnswer())
    .rejectsOnce(awsError('ServerException', 'try later'));
  const report = await refresh({ registries: [REGISTRY, OTHER_REGISTRY] }, world.ports);
  expect(report).toMatchObject({
    registries: [{ ...REGISTRY, secondsRemaining: 12 * 3600 }, { ...OTHER_REGISTRY, secondsRemaining: 3600 }],
    written: true,
    secondsRemaining: 3600,
  });
  expect(failuresOf(report)).toEqual([`${OTHER_HOST} (us-east-2): ServerException: try later`]);
  expect(world.current).toEqual(version({ [HOST]: authOf('fresh-password'), [OTHER_HOST]: authOf('last good') }, NOW + HOUR));
});

test('leaves the secret as it is when every registry fails', async () => {
  const before = world.current = version({ [HOST]: authOf('old') }, NOW + HOUR);
  world.ecrMock.on(GetAuthorizationTokenCommand).rejects(awsError('ServerException'));
  expect(await refresh({ registries: [REGISTRY], force: true }, world.ports)).toMatchObject({ written: false, secondsRemaining: 3600 });
  expect(world.current).toBe(before);
});

test('reports no time left when there is no valid entry', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).rejects(awsError('ServerException'));
  expect(await refresh({ registries: [REGISTRY] }, world.ports)).toMatchObject({ written: false, secondsRemaining: 0 });
  world.current = version({ [HOST]: authOf('old') }, NOW - HOUR);
  expect(await refresh({ registries: [REGISTRY] }, world.ports)).toMatchObject({ written: false, secondsRemaining: 0 });
});

test('fails when the secret cannot be read, and does not write', async () => {
  world.secretsMock.on(GetSecretValueCommand).rejects(awsError('DecryptionFailure'));
  await expect(refresh({ registries: [REGISTRY] }, world.ports)).rejects.toThrow('not today');
  expect(world.writes).toBe(0);
});

test('fails when the secret cannot be written', async () => {
  world.secretsMock.on(PutSecretValueCommand).rejects(new ResourceNotFoundException({ message: 'no such secret', $metadata: {} }));
  await expect(refresh({ registries: [REGISTRY] }, world.ports)).rejects.toThrow('no such secret');
});
