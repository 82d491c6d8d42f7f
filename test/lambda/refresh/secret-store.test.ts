import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  GetSecretValueCommand, InvalidParameterException, PutSecretValueCommand, SecretsManagerClient, UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { authOf, awsError, HAND_WRITTEN_ID, HOST, HOUR, NOW, SECRET_ARN, version, World } from './fixtures';
import { BadAnswerError } from '../../../lambda/refresh/errors';
import { SecretStore } from '../../../lambda/refresh/secret-store';

const signal = () => AbortSignal.timeout(5000);
const OLD = version({ [HOST]: authOf('old') }, NOW + HOUR);
const NEW = version({ [HOST]: authOf('new') }, NOW + 2 * HOUR);

describe('against one secret', () => {
  let world: World;
  beforeEach(() => { world = new World(); });
  afterEach(() => world.restore());
  const store = () => new SecretStore(new SecretsManagerClient({ region: 'eu-west-1' }), SECRET_ARN);

  test('reads what is current, what was before, and when it was written', async () => {
    expect(await store().readCurrent(signal())).toEqual({});
    world.put(OLD, NOW - HOUR);
    world.put(NEW, NOW);
    expect(await store().readCurrent(signal())).toEqual({ version: { ...NEW, writtenAt: NOW } });
    expect(await store().readPrevious(signal())).toEqual({ version: { ...OLD, writtenAt: NOW - HOUR } });
  });

  test.each<[string, object]>([
    ['nothing', {}],
    ['no id', { SecretString: 'x' }],
    ['no value', { VersionId: HAND_WRITTEN_ID }],
  ])('an answer with %s is none', async (_name, answer) => {
    world.secretsMock.on(GetSecretValueCommand).resolves(answer);
    await expect(store().readCurrent(signal())).rejects.toThrow(new BadAnswerError('Secrets Manager answered without a version of the secret'));
  });

  test('a version without a date was written long ago', async () => {
    world.secretsMock.on(GetSecretValueCommand).resolves({ VersionId: HAND_WRITTEN_ID, SecretString: '' });
    expect(await store().readCurrent(signal())).toEqual({ version: { versionId: HAND_WRITTEN_ID, value: '', writtenAt: 0 } });
  });

  test('the first version of a secret is current at once', async () => {
    expect(await store().replace(NEW, undefined, signal())).toBe(true);
    expect(world.current).toEqual(NEW);
    expect(world.secretsMock.commandCalls(UpdateSecretVersionStageCommand)).toHaveLength(0);
  });

  test('a later one becomes current in one step, from the version that was read', async () => {
    world.put(OLD);
    expect(await store().replace(NEW, OLD.versionId, signal())).toBe(true);
    expect(world.current).toEqual(NEW);
    expect(world.secretsMock.commandCalls(PutSecretValueCommand)[0].args[0].input).toEqual({
      SecretId: SECRET_ARN, ClientRequestToken: NEW.versionId, SecretString: NEW.value, VersionStages: ['DOCKERCFG_NEXT'],
    });
    expect(world.secretsMock.commandCalls(UpdateSecretVersionStageCommand)[0].args[0].input).toEqual({
      SecretId: SECRET_ARN, VersionStage: 'AWSCURRENT', MoveToVersionId: NEW.versionId, RemoveFromVersionId: OLD.versionId,
    });
  });

  test('does not replace a version that was not read', async () => {
    world.put(OLD);
    world.put({ versionId: HAND_WRITTEN_ID, value: 'theirs' });
    expect(await store().replace(NEW, OLD.versionId, signal())).toBe(false);
    expect(world.current).toMatchObject({ value: 'theirs' });
    expect(await store().replace(NEW, undefined, signal())).toBe(false);
  });

  test('does it again, although the answer was lost', async () => {
    world.put(OLD);
    await store().replace(NEW, OLD.versionId, signal());
    expect(await store().replace(NEW, OLD.versionId, signal())).toBe(true);
    expect(world.current).toEqual(NEW);
  });

  test('a label that was moved although the answer says otherwise is where it should be', async () => {
    world.put(OLD);
    world.secretsMock.on(UpdateSecretVersionStageCommand).callsFake(({ MoveToVersionId }) => {
      world.put({ ...NEW, versionId: MoveToVersionId });
      throw new InvalidParameterException({ message: 'the label is elsewhere', $metadata: {} });
    });
    expect(await store().replace(NEW, OLD.versionId, signal())).toBe(true);
  });

  test('fails when the label cannot be moved although it is where it was', async () => {
    world.put(OLD);
    world.secretsMock.on(UpdateSecretVersionStageCommand).rejects(new InvalidParameterException({ message: 'no', $metadata: {} }));
    await expect(store().replace(NEW, OLD.versionId, signal())).rejects.toThrow('no');
    world.versions.clear();
    world.secretsMock.on(PutSecretValueCommand).resolves({ VersionId: NEW.versionId, VersionStages: [] });
    await expect(store().replace(NEW, undefined, signal())).rejects.toThrow('no');
  });

  test('fails as Secrets Manager does', async () => {
    world.put(OLD);
    world.secretsMock.on(UpdateSecretVersionStageCommand).rejects(awsError('InternalServiceError'));
    await expect(store().replace(NEW, OLD.versionId, signal())).rejects.toThrow('not today');
    expect(world.current).toEqual(OLD);
  });

  test.each<[string, object]>([['nothing', {}], ['another version', { VersionId: OLD.versionId, VersionStages: ['AWSCURRENT'] }]])(
    'a write that is answered with %s is not taken for done', async (_name, answer) => {
      world.put(OLD);
      world.secretsMock.on(PutSecretValueCommand).resolves(answer);
      await expect(store().replace(NEW, OLD.versionId, signal())).rejects.toThrow(new BadAnswerError('Secrets Manager did not say that it wrote the version'));
      expect(world.secretsMock.commandCalls(UpdateSecretVersionStageCommand)).toHaveLength(0);
    });

  test('a write that is answered without labels is made current', async () => {
    world.put(OLD);
    world.put(NEW);
    world.put(OLD);
    world.secretsMock.on(PutSecretValueCommand).resolves({ VersionId: NEW.versionId });
    expect(await store().replace(NEW, OLD.versionId, signal())).toBe(true);
    expect(world.current).toEqual(NEW);
  });
});

describe('over HTTP', () => {
  let server: Server;
  let answer: { status: number; date?: string; body: object };
  beforeEach(async () => {
    server = createServer((_request, response) => {
      response.sendDate = false;
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1', ...answer.date ? { date: answer.date } : {} }).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const read = () => new SecretStore(new SecretsManagerClient({
    region: 'eu-west-1', endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, maxAttempts: 1,
  }), SECRET_ARN).readCurrent(signal());
  const VALUE = { VersionId: NEW.versionId, SecretString: NEW.value, CreatedDate: NOW / 1000 };

  test('the answer says what time it is', async () => {
    answer = { status: 200, date: 'Thu, 01 Jan 2026 00:00:05 GMT', body: VALUE };
    expect(await read()).toEqual({ version: { ...NEW, writtenAt: NOW }, time: NOW + 5000 });
  });

  test('also that for a secret without a value', async () => {
    answer = { status: 400, date: 'Thu, 01 Jan 2026 00:00:05 GMT', body: { __type: 'ResourceNotFoundException', Message: 'no value' } };
    expect(await read()).toEqual({ time: NOW + 5000 });
  });

  test.each([undefined, 'yesterday'])('the date %s says nothing', async (date) => {
    answer = { status: 200, date, body: VALUE };
    expect(await read()).toEqual({ version: { ...NEW, writtenAt: NOW } });
  });
});
