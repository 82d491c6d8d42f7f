import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { mockClient } from 'aws-sdk-client-mock';
import { authOf, awsError, Desk, HOST, HOUR, NOW, OTHER_HOST, SECRET } from '../fixtures';

const ecr = mockClient(ECRClient);
let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  ecr.reset();
  ecr.on(GetAuthorizationTokenCommand).resolves({
    authorizationData: [{ authorizationToken: authOf('of ecr'), proxyEndpoint: `https://${HOST}`, expiresAt: new Date(NOW + 12 * HOUR) }],
  });
});
afterEach(() => desk.clear());

const region = async (): Promise<unknown> => (ecr.commandCalls(GetAuthorizationTokenCommand)[0].thisValue as ECRClient).config.region();

test('gives the secret\'s password if one is named', async () => {
  desk.holds({ [HOST]: authOf('of the secret') });
  expect(await desk.run('get-password', SECRET)).toEqual({ exitCode: 0, stdout: 'of the secret\n', stderr: '' });
  desk.env.ECR_CI_SECRET = SECRET;
  expect((await desk.run('get-password', '--host', HOST)).stdout).toBe('of the secret\n');
  expect(ecr.calls()).toHaveLength(0);
});

test('else asks ECR, in the region of the identity', async () => {
  expect(await desk.run('get-password')).toEqual({ exitCode: 0, stdout: 'of ecr\n', stderr: '' });
  expect(await region()).toBe('eu-west-1');
  expect(ecr.commandCalls(GetAuthorizationTokenCommand)[0].args[0].input).toEqual({});
});

test('or of the host, or of the option', async () => {
  expect(JSON.parse((await desk.run('get-password', '--host', `https://${OTHER_HOST}`, '--json')).stdout)).toEqual({
    host: OTHER_HOST, username: 'AWS', password: 'of ecr', expiresAt: '2026-01-01T12:00:00Z',
  });
  expect(await region()).toBe('us-east-2');
  ecr.resetHistory();
  await desk.run('get-password', '--host', HOST, '--region', 'eu-west-3');
  expect(await region()).toBe('eu-west-3');
});

test('tells the registry\'s host, and no end if there is none', async () => {
  ecr.on(GetAuthorizationTokenCommand).resolves({ authorizationData: [{ authorizationToken: authOf('of ecr'), proxyEndpoint: `https://${HOST}` }] });
  expect(JSON.parse((await desk.run('get-password', '--json')).stdout)).toEqual({ host: HOST, username: 'AWS', password: 'of ecr' });
});

test.each([
  [{}, 'ECR gave no token: try again'],
  [{ authorizationData: [] }, 'ECR gave no token: try again'],
  [{ authorizationData: [{}] }, 'ECR gave a token without a password or a host: try again'],
  [{ authorizationData: [{ authorizationToken: authOf('p') }] }, 'ECR gave a token without a password or a host: try again'],
])('the answer %p is an error', async (answer, message) => {
  ecr.on(GetAuthorizationTokenCommand).resolves(answer);
  expect(await desk.run('get-password')).toEqual({ exitCode: 3, stdout: '', stderr: `ecr-ci: ${message}\n` });
});

test('a denial and a host that is not of ECR are errors', async () => {
  ecr.on(GetAuthorizationTokenCommand).rejects(awsError('AccessDeniedException', 'no'));
  expect((await desk.run('get-password')).stderr).toBe('ecr-ci: ECR gave no token: allow ecr:GetAuthorizationToken to the identity (no)\n');
  expect(await desk.run('get-password', '--host', 'ghcr.io')).toEqual({
    exitCode: 3, stdout: '', stderr: 'ecr-ci: --host must be a host of ECR if no secret is named, got: \'ghcr.io\'; write it such as 111122223333.dkr.ecr.eu-west-1.amazonaws.com\n',
  });
});
