import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { awsError, Desk, HOST, systemError } from '../fixtures';

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:Refresher';
const REQUEST = { registries: [{ region: 'eu-west-1', hosts: [HOST] }] };
const cloudFormation = mockClient(CloudFormationClient);
const scheduler = mockClient(SchedulerClient);
const lambda = mockClient(LambdaClient);

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  [cloudFormation, scheduler, lambda].forEach((mock) => mock.reset());
  schedule({ Arn: FUNCTION, Input: JSON.stringify(REQUEST) });
  answers({ written: true, secondsRemaining: 43_199 });
});
afterEach(() => desk.clear());

function schedule(Target: object | undefined): void {
  scheduler.on(GetScheduleCommand, { Name: 'MySchedule' }).resolves({ Target: Target as any });
}

function answers(payload: unknown, FunctionError?: string): void {
  lambda.on(InvokeCommand).resolves({ Payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)) as any, FunctionError });
}

const sent = (): unknown => JSON.parse(String(lambda.commandCalls(InvokeCommand)[0].args[0].input.Payload));
const fails = async (message: string): Promise<void> => {
  const { exitCode, stdout, stderr } = await desk.run('refresh', '--schedule', 'MySchedule');
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
  expect(stderr.split('\n').at(-2)).toBe(`ecr-ci: ${message}`);
};

test('sends the refresher what its schedule sends, and tells what it did', async () => {
  expect(await desk.run('refresh', '--schedule', 'MySchedule')).toEqual({
    exitCode: 0, stdout: 'published a new dockercfg: 11 h 59 min left\n', stderr: `refreshing with ${FUNCTION} …\n`,
  });
  expect(sent()).toEqual(REQUEST);
  expect(lambda.commandCalls(InvokeCommand)[0].args[0].input.FunctionName).toBe(FUNCTION);
});

test('waits as long as the function takes, and does not invoke it twice', async () => {
  await desk.run('refresh', '--schedule', 'MySchedule');
  const { config } = lambda.commandCalls(InvokeCommand)[0].thisValue as LambdaClient;
  expect(await config.maxAttempts()).toBe(1);
  expect(await (config.requestHandler as any).configProvider).toMatchObject({ requestTimeout: 0 });
});

test('finds the schedule by the stack, and can force it', async () => {
  cloudFormation.on(DescribeStacksCommand, { StackName: 'MyStack' }).resolves({
    Stacks: [{ StackName: 'MyStack', CreationTime: new Date(0), StackStatus: 'CREATE_COMPLETE', Outputs: [{ OutputKey: 'CiRefreshScheduleName1A2B', OutputValue: 'MySchedule' }] }],
  });
  expect(JSON.parse((await desk.run('refresh', '--stack', 'MyStack', '--force', '--json')).stdout)).toEqual({ written: true, secondsRemaining: 43_199 });
  expect(sent()).toEqual({ ...REQUEST, force: true });
});

test('says that nothing had to be written', async () => {
  answers({ written: false, secondsRemaining: 40_000 });
  expect((await desk.run('refresh', '--schedule', 'MySchedule')).stdout).toBe('the dockercfg is fresh, nothing was written (--force writes one): 11 h 6 min left\n');
});

test('a dockercfg that does not expire has no time left to tell', async () => {
  answers({ written: true });
  expect((await desk.run('refresh', '--schedule', 'MySchedule')).stdout).toBe('published a new dockercfg\n');
  expect(JSON.parse((await desk.run('refresh', '--schedule', 'MySchedule', '--json')).stdout)).toEqual({ written: true });
});

test('shows on a terminal how long it takes', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  try {
    desk.stderr.isTerminal = true;
    lambda.on(InvokeCommand).callsFake(async () => {
      await new Promise((resolve) => void setImmediate(resolve));
      desk.time += 2000;
      await jest.advanceTimersByTimeAsync(1000);
      return { Payload: Buffer.from('{"written":true,"secondsRemaining":1}') };
    });
    const line = `refreshing with ${FUNCTION} …`;
    expect((await desk.run('refresh', '--schedule', 'MySchedule')).stderr).toBe(`${line} 0 s\r${line} 2 s\r${line} 2 s\n`);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test('goes on if nobody can read the progress', async () => {
  desk.stderr.failure = systemError('EPIPE', 'write');
  expect((await desk.run('refresh', '--schedule', 'MySchedule')).exitCode).toBe(0);
});

test('wants to know which', async () => {
  expect((await desk.run('refresh')).stderr).toBe('ecr-ci: no refresher was named: give --stack NAME, or --schedule NAME for that of a DockerCredentials\n');
  expect((await desk.run('refresh', '--stack', 'a', '--schedule', 'b')).stderr).toBe('ecr-ci: --stack and --schedule were given: leave one out\n');
});

test.each([[undefined], [{ Arn: FUNCTION }], [{ Arn: FUNCTION, Input: '[]' }], [{ Input: '{}' }]])('a schedule with the target %p is none of a refresher', async (target) => {
  schedule(target);
  await fails('the schedule MySchedule calls no refresher: name that of a DockerCredentials');
});

test('a schedule that is missing or may not be read', async () => {
  scheduler.on(GetScheduleCommand).rejects(awsError('ResourceNotFoundException'));
  await fails('there is no schedule MySchedule in this account and region: check the name, --region and --profile');
  scheduler.on(GetScheduleCommand).rejects(awsError('AccessDeniedException', 'no'));
  await fails('the schedule MySchedule could not be read: allow scheduler:GetSchedule to the identity (no)');
});

test('a refresher that fails says why', async () => {
  answers({ errorType: 'RefreshError', errorMessage: '1 of 1 registries failed: x\nmore' }, 'Unhandled');
  await fails('the refresher failed: 1 of 1 registries failed: x; docs/runbook.md says what to do');
  answers('not JSON', 'Unhandled');
  await fails('the refresher failed: Unhandled; docs/runbook.md says what to do');
});

test('a refresher that may not be invoked, and a function that is none', async () => {
  lambda.on(InvokeCommand).rejects(awsError('AccessDeniedException', 'no'));
  await fails(`the refresher ${FUNCTION} could not be invoked: allow lambda:InvokeFunction to the identity (no)`);
  for (const payload of ['', '{}', '{"written":true,"secondsRemaining":"1"}', '[]']) {
    answers(payload);
    await fails(`${FUNCTION} is no refresher: it gave another answer`);
  }
  lambda.on(InvokeCommand).resolves({});
  await fails(`${FUNCTION} is no refresher: it gave another answer`);
});
