import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { ECRPUBLICClient, GetAuthorizationTokenCommand as GetPublicTokenCommand } from '@aws-sdk/client-ecr-public';
import { authOf, awsError, HOST, HOUR, NOW, OTHER_HOST, tokenAnswer, World } from './fixtures';
import { getPublicToken, getToken } from '../../../lambda/refresh/ecr-token';
import { BadTokenError } from '../../../lambda/refresh/errors';

let world: World;
beforeEach(() => { world = new World(); });
afterEach(() => world.restore());

const ask = () => getToken(new ECRClient({ region: 'eu-west-1' }), { kind: 'ecr', region: 'eu-west-1', endpoint: HOST }, AbortSignal.timeout(1000));
const askPublic = () => getPublicToken(new ECRPUBLICClient({ region: 'us-east-1' }), AbortSignal.timeout(1000));

test('gives the token as ECR gave it, with ECR\'s own expiry and the number of attempts', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves({ ...tokenAnswer({ expiresAt: new Date(NOW + 5 * HOUR) }), $metadata: { attempts: 3 } });
  await expect(ask()).resolves.toEqual({ entry: { auth: authOf('fresh-password'), expiresAt: NOW + 5 * HOUR }, attempts: 3 });
});

test('takes a password with colons', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves(tokenAnswer({ authorizationToken: authOf('a:b:c') }));
  await expect(ask()).resolves.toMatchObject({ entry: { auth: authOf('a:b:c') } });
});

const BAD_DATA: [string, object, string][] = [
  ['no token', { authorizationToken: undefined }, 'ECR\'s token is not for the user AWS'],
  ['a token that is not base64', { authorizationToken: '!!!' }, 'ECR\'s token is not for the user AWS'],
  ['another user', { authorizationToken: authOf('x', 'root') }, 'ECR\'s token is not for the user AWS'],
  ['an empty password', { authorizationToken: authOf('') }, 'ECR\'s token has an empty password'],
  ['no colon', { authorizationToken: Buffer.from('AWS').toString('base64') }, 'ECR\'s token has an empty password'],
  ['no expiry', { expiresAt: undefined }, 'ECR\'s token says no time of expiry'],
  ['an expiry that is no date', { expiresAt: new Date(NaN) }, 'ECR\'s token says no time of expiry'],
];

test.each<[string, object, string]>([
  ['nothing', {}, 'ECR answered with 0 tokens instead of 1'],
  ['an empty list', { authorizationData: [] }, 'ECR answered with 0 tokens instead of 1'],
  ['two tokens', { authorizationData: [...tokenAnswer().authorizationData!, ...tokenAnswer().authorizationData!] }, 'ECR answered with 2 tokens instead of 1'],
  ...BAD_DATA.map(([name, change, message]): [string, object, string] => [name, tokenAnswer(change), message]),
  ['another host', tokenAnswer({}, OTHER_HOST), `ECR's token is for the host '${OTHER_HOST}' instead of '${HOST}'`],
  ['no host', tokenAnswer({ proxyEndpoint: undefined }), `ECR's token is for the host '' instead of '${HOST}'`],
  ['a plain-text endpoint', tokenAnswer({ proxyEndpoint: `http://${HOST}` }), `ECR's token is for the host 'http://${HOST}' instead of '${HOST}'`],
])('refuses %s', async (_name, answer, message) => {
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves(answer);
  await expect(ask()).rejects.toThrow(new BadTokenError(message));
});

test('passes on what the call itself fails with', async () => {
  const error = awsError('ThrottlingException');
  world.ecrMock.on(GetAuthorizationTokenCommand).rejects(error);
  await expect(ask()).rejects.toThrow(error);
});

describe('ECR Public', () => {
  const answer = (change: object = {}) => ({ authorizationData: { ...tokenAnswer().authorizationData![0], proxyEndpoint: undefined, ...change } });

  test('gives one token without a host', async () => {
    world.publicMock.on(GetPublicTokenCommand).resolves({ ...answer(), $metadata: { attempts: 2 } });
    await expect(askPublic()).resolves.toEqual({ entry: { auth: authOf('fresh-password'), expiresAt: NOW + 12 * HOUR }, attempts: 2 });
  });

  test.each<[string, object, string]>([
    ['nothing', {}, 'ECR answered with 0 tokens instead of 1'],
    ...BAD_DATA.map(([name, change, message]): [string, object, string] => [name, answer(change), message]),
  ])('refuses %s', async (_name, bad, message) => {
    world.publicMock.on(GetPublicTokenCommand).resolves(bad);
    await expect(askPublic()).rejects.toThrow(new BadTokenError(message));
  });
});
