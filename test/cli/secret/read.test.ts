import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import * as asking from '../../../cli/secret/ask';
import { readSecret } from '../../../cli/secret/read';
import { authOf, awsError, Desk, HOST, NOW, SECRET, SECRET_ARN } from '../fixtures';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'key' };
const text = (password: string): string => JSON.stringify({ auths: { [HOST]: { auth: authOf(password) } } });

let desk: Desk;
let ask: jest.SpyInstance;
beforeEach(() => {
  desk = new Desk();
  desk.holdsText(text('by the SDK'), 'its');
  ask = jest.spyOn(asking, 'ask').mockResolvedValue({ ARN: SECRET_ARN, SecretString: text('asked'), VersionId: 'v', CreatedDate: NOW / 1000 });
});
afterEach(() => {
  ask.mockRestore();
  desk.clear();
});

const read = async (secretId = SECRET) => readSecret(secretId, {}, desk.env);
const attempts = async (): Promise<number> => (desk.secretsManager.commandCalls(GetSecretValueCommand)[0].thisValue as any).config.maxAttempts();

test('what is plain is asked without the SDK', async () => {
  Object.assign(desk.env, KEYS);
  expect(await read()).toEqual({ arn: SECRET_ARN, versionId: 'v', writtenAt: NOW, value: text('asked'), auths: new Map([[HOST, authOf('asked')]]) });
  expect(ask).toHaveBeenCalledWith(SECRET, expect.objectContaining({ region: 'eu-west-1' }), expect.objectContaining({ connectionTimeout: 5000, requestTimeout: 20_000 }));
  desk.env.AWS_REGION = 'us-east-1';
  await read(SECRET_ARN);
  expect(ask.mock.calls[1][1]).toMatchObject({ region: 'eu-west-1' });
  expect(desk.secretsManager.calls()).toHaveLength(0);
});

test('an answer without a time is one', async () => {
  Object.assign(desk.env, KEYS);
  ask.mockResolvedValue({ ARN: SECRET_ARN, SecretString: text('asked'), VersionId: 'v' });
  expect((await read()).writtenAt).toBeUndefined();
});

test('what is not plain is the SDK\'s, with all its attempts', async () => {
  expect(await read()).toMatchObject({ value: text('by the SDK') });
  expect(ask).not.toHaveBeenCalled();
  expect(await attempts()).toBe(3);
});

test('what came to nothing is asked again by the SDK, and counts as an attempt', async () => {
  Object.assign(desk.env, KEYS);
  ask.mockResolvedValue(undefined);
  expect(await read()).toMatchObject({ value: text('by the SDK') });
  expect(await attempts()).toBe(2);
  desk.secretsManager.on(GetSecretValueCommand).rejects(awsError('AccessDeniedException', 'not authorized'));
  await expect(read()).rejects.toThrow('allow secretsmanager:GetSecretValue');
});
