import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { authOf, awsError, HOST, HOUR, NOW, OTHER_HOST, REGISTRY, tokenAnswer, World } from './fixtures';
import { getToken } from '../../../lambda/refresh/ecr-token';
import { BadTokenError } from '../../../lambda/refresh/errors';

let world: World;
beforeEach(() => { world = new World(); });
afterEach(() => world.restore());

const ask = () => getToken(new ECRClient({ region: 'eu-west-1' }), REGISTRY, world.now, AbortSignal.timeout(1000));

test('gives the token as ECR gave it, with ECR\'s own expiry', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves(tokenAnswer({ expiresAt: new Date(NOW + 5 * HOUR) }));
  await expect(ask()).resolves.toEqual({ auth: authOf('fresh-password'), expiresAt: NOW + 5 * HOUR });
});

test('takes a password with colons', async () => {
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves(tokenAnswer({ authorizationToken: authOf('a:b:c') }));
  await expect(ask()).resolves.toMatchObject({ auth: authOf('a:b:c') });
});

test.each<[string, object, string]>([
  ['nothing', {}, 'ECR answered with 0 tokens instead of 1'],
  ['an empty list', { authorizationData: [] }, 'ECR answered with 0 tokens instead of 1'],
  ['two tokens', { authorizationData: [...tokenAnswer().authorizationData!, ...tokenAnswer().authorizationData!] }, 'ECR answered with 2 tokens instead of 1'],
  ['no token', tokenAnswer({ authorizationToken: undefined }), 'ECR\'s token is not for the user AWS'],
  ['a token that is not base64', tokenAnswer({ authorizationToken: '!!!' }), 'ECR\'s token is not for the user AWS'],
  ['another user', tokenAnswer({ authorizationToken: authOf('x', 'root') }), 'ECR\'s token is not for the user AWS'],
  ['an empty password', tokenAnswer({ authorizationToken: authOf('') }), 'ECR\'s token has an empty password'],
  ['no colon', tokenAnswer({ authorizationToken: Buffer.from('AWS').toString('base64') }), 'ECR\'s token has an empty password'],
  ['no expiry', tokenAnswer({ expiresAt: undefined }), 'ECR\'s token says no time of expiry'],
  ['an expiry that is no date', tokenAnswer({ expiresAt: new Date(NaN) }), 'ECR\'s token says no time of expiry'],
  ['an expired token', tokenAnswer({ expiresAt: new Date(NOW) }), 'ECR\'s token expired at 2026-01-01T00:00:00.000Z'],
  ['another host', tokenAnswer({}, OTHER_HOST), `ECR's token is for the host '${OTHER_HOST}'`],
  ['no host', tokenAnswer({ proxyEndpoint: undefined }), 'ECR\'s token is for the host \'\''],
  ['a plain-text endpoint', tokenAnswer({ proxyEndpoint: `http://${HOST}` }), `ECR's token is for the host 'http://${HOST}'`],
])('refuses %s', async (_name, answer, message) => {
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves(answer);
  await expect(ask()).rejects.toThrow(new BadTokenError(message));
});

test('passes on what the call itself fails with', async () => {
  const error = awsError('ThrottlingException');
  world.ecrMock.on(GetAuthorizationTokenCommand).rejects(error);
  await expect(ask()).rejects.toThrow(error);
});
