import { InvokeCommand, LambdaClient, ResourceNotFoundException, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { failureOf, HOST, NOW, PASSWORD, payload, ports, SECRET_ARN, spec } from './ports';
import { PublishClients } from '../../../../lambda/publish/clients';
import { RateLimitedError, VendorError } from '../../../../lambda/publish/errors';
import type { VendorPorts } from '../../../../lambda/publish/vendor';
import { functionTarget } from '../../../../lambda/publish/vendors/function';
import { isDenied } from '../../../../lambda/shared/errors';

const ARN = 'arn:aws-cn:lambda:cn-north-1:111122223333:function:push:live';
const lambda = mockClient(LambdaClient);
let regions: (string | undefined)[];
beforeEach(() => {
  lambda.reset();
  regions = [];
});
afterAll(() => lambda.restore());

const bytesOf = (body: unknown) => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) as never;
const answer = (body: unknown, FunctionError?: string) => (
  lambda.on(InvokeCommand).resolves({ StatusCode: 200, FunctionError, Payload: bytesOf(body) }));
const target = (where: object = {}, change: object = {}) => spec('function', { function: ARN, ...where }, {}, change);
function given(): VendorPorts {
  const clients = new PublishClients();
  const noting: VendorPorts['aws'] = Object.assign(Object.create(clients), {
    lambda: (place: { region?: string }) => {
      regions.push(place.region);
      return clients.lambda(place);
    },
  });
  return ports(async () => { throw new Error('no HTTP'); }, {}, { aws: noting });
}
const events = () => lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => (
  { ...input, Payload: JSON.parse(input.Payload as unknown as string) }));
const publish = (to = target(), sent = payload()) => functionTarget.publish(to, sent, given());
const failure = () => failureOf(functionTarget, target(), given());

test('the function is called in its region and waited for, and told where the credentials are', async () => {
  answer(null);
  expect(await publish()).toEqual({});
  expect(events()).toEqual([{
    FunctionName: ARN,
    Payload: { action: 'publish', secretArn: SECRET_ARN, versionId: 'version', hosts: [HOST], expiresAt: '2026-01-01T12:00:00.000Z' },
  }]);
  expect(regions).toEqual(['cn-north-1']);
});

test('no credential is in the event', async () => {
  answer(null);
  await publish();
  const sent = JSON.stringify(events());
  expect(sent).not.toContain(PASSWORD);
  expect(sent).not.toContain('auth');
});

test('the function is told the target\'s name, and of credentials that do not expire', async () => {
  answer(null);
  await publish(target({ name: 'prod' }), payload({ expiresAt: Infinity }));
  expect(events()[0].Payload).toMatchObject({ name: 'prod', expiresAt: null });
});

test('the function may say when its own token expires', async () => {
  answer({ tokenExpiresAt: '2026-02-01T00:00:00Z' });
  expect(await publish()).toEqual({ tokenExpiresAt: Date.parse('2026-02-01T00:00:00Z') });
});

test.each(['', 'not JSON', '"text"', '[]', { tokenExpiresAt: 'soon' }, { tokenExpiresAt: null }])('what else it answers is no matter: %j', async (body) => {
  answer(body);
  expect(await publish()).toEqual({});
});

test('an answer without a body is one', async () => {
  lambda.on(InvokeCommand).resolves({ StatusCode: 200 });
  expect(await publish()).toEqual({});
});

test('a target that is removed is told so, and whose', async () => {
  answer(null);
  await functionTarget.remove(target({ name: 'prod' }, { hosts: [HOST] }), 'blank', given());
  await functionTarget.remove(target(), 'delete', given());
  expect(events().map(({ Payload }) => Payload)).toEqual([
    { action: 'remove', how: 'blank', name: 'prod', hosts: [HOST], secretArn: SECRET_ARN }, { action: 'remove', how: 'delete', secretArn: SECRET_ARN },
  ]);
});

describe('a function that fails is a target that fails', () => {
  test.each<[unknown, string]>([
    [{ errorType: 'TypeError', errorMessage: 'x is not a function', trace: ['at …'] }, 'the function failed: TypeError: x is not a function'],
    [{ errorType: 'Error', errorMessage: `the CI refused ${PASSWORD}\nand more` }, 'the function failed: Error: the CI refused … and more'],
    [{ errorType: 'Sandbox.Timedout', errorMessage: 'RequestId: 1 Error: Task timed out after 3.00 seconds' }, 'the function failed: Sandbox.Timedout: RequestId: 1 Error: Task timed out after 3.00 seconds'],
    [{ errorMessage: 'x '.repeat(200) }, `the function failed: ${'x '.repeat(100)}…`],
    [{ errorType: 7 }, 'the function failed: it does not say why'],
    ['not JSON', 'the function failed: it does not say why'],
  ])('%j', async (body, message) => {
    answer(body, 'Unhandled');
    const error = await failure();
    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ name: 'VendorError', message });
    expect(isDenied(error)).toBe(false);
  });

  test('at its removal too', async () => {
    answer({ errorType: 'Error', errorMessage: 'no' }, 'Unhandled');
    await expect(functionTarget.remove(target(), 'delete', given())).rejects.toThrow('the function failed: Error: no');
  });

  test.each([
    { errorType: 'AccessDeniedException', errorMessage: 'User is not authorized to perform: secretsmanager:GetSecretValue' },
    { errorType: 'ClientError', errorMessage: 'An error occurred (AccessDeniedException) when calling the GetSecretValue operation' },
    { errorType: 'AccessDenied', errorMessage: '' },
  ])('and is waited for at deploy if IAM does not know its rights yet: %j', async (body) => {
    answer(body, 'Unhandled');
    const error = await failure();
    expect(isDenied(error)).toBe(true);
    expect(error.message).toMatch(/^the function failed: /);
  });
});

test.each([[undefined, 60], ['7', 7]])('one that is called too often is left alone for a while: %s', async (retryAfterSeconds, seconds) => {
  lambda.on(InvokeCommand).rejects(new TooManyRequestsException({ message: 'Rate Exceeded.', retryAfterSeconds, $metadata: {} }));
  const error = await failure();
  expect(error).toBeInstanceOf(RateLimitedError);
  expect(error).toMatchObject({ retryAt: NOW + seconds * 1000, message: `Lambda answered 429 when asked to invoke the function: its rate limit is used up for ${seconds} seconds` });
});

test('one that is gone fails with AWS\'s words', async () => {
  lambda.on(InvokeCommand).rejects(new ResourceNotFoundException({ message: `Function not found: ${ARN}`, $metadata: {} }));
  expect(await failure()).toMatchObject({ name: 'ResourceNotFoundException', message: `Function not found: ${ARN}` });
});

test('one that takes too long fails, and so does one that may not be called', async () => {
  for (const name of ['TimeoutError', 'AccessDeniedException']) {
    lambda.on(InvokeCommand).rejects(Object.assign(new Error('in AWS\'s words'), { name }));
    expect(await failure()).toMatchObject({ name, message: 'in AWS\'s words' });
  }
});

test('one that is slow is waited for, and not called again by the client', async () => {
  const client = new PublishClients().lambda({ region: 'eu-west-1' });
  expect(await client.config.maxAttempts()).toBe(1);
  expect(await (client.config.requestHandler as any).configProvider).toMatchObject({ requestTimeout: 60_000, throwOnRequestTimeout: true });
});
