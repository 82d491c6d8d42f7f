import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { authOf, awsError, World } from './fixtures';
import { BadLoginError } from '../../../lambda/refresh/errors';
import { getLogin } from '../../../lambda/refresh/login';
import { NEVER } from '../../../lambda/shared/dockercfg/entry';

let world: World;
beforeEach(() => { world = new World(); });
afterEach(() => world.restore());

const ask = (usernameKey = 'username', passwordKey = 'password') => getLogin(
  new SecretsManagerClient({ region: 'eu-west-1' }), { kind: 'login', secretArn: 'arn:login', usernameKey, passwordKey }, AbortSignal.timeout(1000));

const holds = (SecretString?: string) => world.secretsMock.on(GetSecretValueCommand, { SecretId: 'arn:login' }).resolves({ SecretString, $metadata: { attempts: 2 } });

test('gives the login, which never expires', async () => {
  holds('{"username":"me","password":"pass:word","more":1}');
  await expect(ask()).resolves.toEqual({ entry: { auth: authOf('pass:word', 'me'), expiresAt: NEVER }, attempts: 2 });
});

test('takes other keys', async () => {
  holds('{"user":"me","token":"it"}');
  await expect(ask('user', 'token')).resolves.toMatchObject({ entry: { auth: authOf('it', 'me') } });
});

test.each<[string, string | undefined, string]>([
  ['no text', undefined, 'the registry\'s secret is no JSON object'],
  ['no JSON', 'hunter2', 'the registry\'s secret is no JSON object'],
  ['JSON text', '"hunter2"', 'the registry\'s secret is no JSON object'],
  ['null', 'null', 'the registry\'s secret is no JSON object'],
  ['no user', '{"password":"hunter2"}', 'the registry\'s secret has no text for the key \'username\''],
  ['an empty user', '{"username":"","password":"hunter2"}', 'the registry\'s secret has no text for the key \'username\''],
  ['no password', '{"username":"me"}', 'the registry\'s secret has no text for the key \'password\''],
  ['a password that is a number', '{"username":"me","password":4711}', 'the registry\'s secret has no text for the key \'password\''],
  ['a user with a colon', '{"username":"m:e","password":"hunter2"}', 'the user\'s name in the registry\'s secret has a colon, which ends it in a dockercfg'],
])('refuses %s, and quotes nothing of it', async (_name, text, message) => {
  holds(text);
  await expect(ask()).rejects.toThrow(new BadLoginError(message));
});

test('a key that every object has is no key of the login', async () => {
  holds('{"username":"me","password":"it"}');
  await expect(ask('constructor')).rejects.toThrow('has no text for the key \'constructor\'');
});

test('passes on what the call itself fails with', async () => {
  world.secretsMock.on(GetSecretValueCommand, { SecretId: 'arn:login' }).rejects(awsError('AccessDeniedException'));
  await expect(ask()).rejects.toThrow('not today');
});
