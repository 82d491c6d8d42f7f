import { setTimeout as sleep } from 'node:timers/promises';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { authOf, awsError, HOUR, OTHER_REGISTRY, REGISTRY, requestFor, SECRET_ARN, tokenAnswer, World } from './fixtures';
import { handler } from '../../../lambda/refresh/index.lambda';
import { respond } from '../../../lambda/shared/respond';

jest.mock('../../../lambda/shared/respond', () => ({ respond: jest.fn() }));
jest.mock('node:timers/promises', () => ({ setTimeout: jest.fn() }));

let world: World;
let output: jest.SpyInstance;
beforeEach(() => {
  process.env.AWS_REGION = 'eu-west-1';
  world = new World();
  world.ecrMock.on(GetAuthorizationTokenCommand).resolves(tokenAnswer({ expiresAt: new Date(Date.now() + 12 * HOUR) }));
  output = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  output.mockRestore();
  world.restore();
  delete process.env.SECRET_ARN;
  delete process.env.AWS_REGION;
});

test('is wired to ECR in the registry\'s region, to the secret of the environment, and to the log', async () => {
  process.env.SECRET_ARN = SECRET_ARN;
  const context = { functionName: 'Refresher' };
  await expect(handler({ ...requestFor(REGISTRY, OTHER_REGISTRY), force: true }, context)).rejects.toThrow('ECR\'s token is for the host');
  await handler(requestFor(REGISTRY), context);
  const regions = world.ecrMock.calls().map((call) => (call.thisValue as ECRClient).config.region);
  expect(await Promise.all(regions.map((region) => region()))).toEqual(['eu-west-1', 'us-east-2', 'eu-west-1']);
  expect(world.ecrMock.calls()[2].thisValue).toBe(world.ecrMock.calls()[0].thisValue); // a warm Lambda keeps its connections
  expect(world.current?.value).toContain(authOf('fresh-password'));
  const lines = output.mock.calls.map(([line]) => line as string);
  expect(lines.every((line) => line.endsWith('}\n'))).toBe(true);
  expect(lines.join()).not.toContain(authOf('fresh-password'));
});

test('tells the publisher by its queue, where there are targets', async () => {
  const sqs = mockClient(SQSClient);
  process.env.SECRET_ARN = SECRET_ARN;
  process.env.TARGETS_QUEUE_URL = 'https://queue';
  await handler(requestFor(REGISTRY), { functionName: 'Refresher' });
  expect(sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input)).toEqual([{ QueueUrl: 'https://queue', MessageBody: '{"publish":"all"}', DelaySeconds: 5 }]);
  delete process.env.TARGETS_QUEUE_URL;
  await handler(requestFor(REGISTRY), { functionName: 'Refresher' });
  expect(sqs.calls()).toHaveLength(1);
  sqs.restore();
});

test('says which variable is missing', async () => {
  await expect(handler(requestFor(REGISTRY), { functionName: 'Refresher' })).rejects.toThrow('SECRET_ARN is not set');
});

test('waits for IAM at deploy, and answers', async () => {
  process.env.SECRET_ARN = SECRET_ARN;
  world.ecrMock.on(GetAuthorizationTokenCommand).rejectsOnce(awsError('AccessDeniedException'))
    .resolves(tokenAnswer({ expiresAt: new Date(Date.now() + 12 * HOUR) }));
  await handler({
    RequestType: 'Create', ResponseURL: 'https://cloudformation.example/answer', ResourceProperties: { request: requestFor(REGISTRY) },
  }, { functionName: 'Refresher' });
  expect(sleep).toHaveBeenCalledWith(1000);
  expect(respond).toHaveBeenCalledWith('https://cloudformation.example/answer', expect.stringContaining('"Status":"SUCCESS"'));
});
