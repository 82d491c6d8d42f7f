import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { awsError, HOST, NOW, REGISTRY, requestFor } from './fixtures';
import { deployRun } from '../../../lambda/refresh/deploy-run';
import { BadTokenError } from '../../../lambda/refresh/errors';
import type { RefreshReport } from '../../../lambda/refresh/refresh';

const PROPERTIES = { ServiceToken: 'arn:function', request: requestFor(REGISTRY), codeKey: 'abc.zip' };

function event(RequestType: string, more: object = {}): CloudFormationCustomResourceEvent {
  return {
    RequestType,
    ResponseURL: 'https://cloudformation.example/answer',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'DeployRun',
    ResourceType: 'Custom::EcrCredentialsRefresh',
    ServiceToken: 'arn:function',
    ResourceProperties: PROPERTIES,
    ...more,
  } as unknown as CloudFormationCustomResourceEvent;
}

function report(secondsRemaining: number, error?: unknown): RefreshReport {
  return {
    registries: [{ registry: HOST, hosts: [HOST], region: 'eu-west-1', secondsRemaining, ...(error ? { error } : {}) }],
    written: !error,
    unreadable: false,
    usable: secondsRemaining > 0,
    secondsRemaining,
    bytes: 2500,
  };
}

/** Runs with answers in turn; the last one stays. Time passes only in sleep. */
async function answerTo(deployEvent: CloudFormationCustomResourceEvent, ...outcomes: (RefreshReport | Error)[]) {
  let time = NOW;
  let runs = 0;
  const answers: any[] = [];
  await deployRun(deployEvent, {
    run: async (request) => {
      expect(request).toEqual({ ...requestFor(REGISTRY), format: 'config.json', force: false });
      const outcome = outcomes[Math.min(runs++, outcomes.length - 1)];
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    now: () => time,
    sleep: async (milliseconds) => { time += milliseconds; },
    respond: async (url, body) => { answers.push({ url, ...JSON.parse(body) }); },
  });
  expect(answers).toHaveLength(1);
  return { answer: answers[0], runs, seconds: (time - NOW) / 1000 };
}

test.each(['Create', 'Update'])('%s: runs once and answers when the secret is usable', async (type) => {
  const { answer, runs } = await answerTo(event(type), report(43200));
  expect(runs).toBe(1);
  expect(answer).toEqual({
    url: 'https://cloudformation.example/answer',
    Status: 'SUCCESS',
    Reason: 'done',
    PhysicalResourceId: 'DeployRun',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'DeployRun',
  });
});

test('an update keeps the physical id', async () => {
  const { answer } = await answerTo(event('Update', { PhysicalResourceId: 'first-id' }), report(43200));
  expect(answer.PhysicalResourceId).toBe('first-id');
});

test('Delete: answers and runs nothing', async () => {
  const { answer, runs } = await answerTo(event('Delete', { PhysicalResourceId: 'DeployRun' }), report(0, new Error('never')));
  expect(runs).toBe(0);
  expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'DeployRun' });
});

test('fails with the registry and the cause', async () => {
  const { answer, runs } = await answerTo(event('Create'), report(0, new BadTokenError('ECR\'s token has an empty password')));
  expect(runs).toBe(1);
  expect(answer).toMatchObject({
    Status: 'FAILED',
    Reason: `no ECR credentials could be published for ${HOST} (eu-west-1): BadTokenError: ECR's token has an empty password`,
  });
});

test('goes on when a registry fails whose entry is still valid', async () => {
  const { answer } = await answerTo(event('Update'), report(3600, new BadTokenError('x')));
  expect(answer).toMatchObject({ Status: 'SUCCESS' });
});

test('waits while IAM does not know the role\'s rights, for the token and for the secret', async () => {
  const { answer, runs, seconds } = await answerTo(event('Create'),
    report(0, awsError('AccessDeniedException')), awsError('AccessDeniedException'), awsError('UnrecognizedClientException'), report(43200));
  expect(answer).toMatchObject({ Status: 'SUCCESS' });
  expect(runs).toBe(4);
  expect(seconds).toBe(1 + 2 + 4);
});

test.each<[string, RefreshReport | Error, string]>([
  ['token', report(0, awsError('AccessDeniedException', 'not authorized to perform: ecr:GetAuthorizationToken')),
    `no ECR credentials could be published for ${HOST} (eu-west-1): AccessDeniedException: not authorized to perform: ecr:GetAuthorizationToken`],
  ['secret', awsError('AccessDeniedException', 'not authorized to perform: secretsmanager:PutSecretValue'),
    'the ECR credentials could not be published: AccessDeniedException: not authorized to perform: secretsmanager:PutSecretValue'],
])('gives up after two minutes of denials for the %s', async (_name, outcome, reason) => {
  const { answer, seconds } = await answerTo(event('Create'), outcome);
  expect(answer).toMatchObject({ Status: 'FAILED', Reason: reason });
  expect(seconds).toBeGreaterThan(100);
  expect(seconds).toBeLessThanOrEqual(120);
});

test('does not wait for what waiting does not mend', async () => {
  const { answer, runs } = await answerTo(event('Create'), awsError('ResourceNotFoundException', 'no such secret'));
  expect(runs).toBe(1);
  expect(answer.Reason).toBe('the ECR credentials could not be published: ResourceNotFoundException: no such secret');
});

test('answers also when its properties are not what the construct sends', async () => {
  const { answer, runs } = await answerTo(event('Create', { ResourceProperties: {} }), report(43200));
  expect(runs).toBe(0);
  expect(answer.Status).toBe('FAILED');
  expect(answer.Reason).toMatch(/^the ECR credentials could not be published: ConfigurationError: the payload names no registries/);
});
