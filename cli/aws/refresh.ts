import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { clientConfig, type AwsOptions } from './config';
import { explain } from './errors';
import { outputOfStack, StackOutput } from './stack';
import { isRecord } from '../secret/dockercfg';
import { CliError } from '../shared/exit';
import type { Io } from '../shared/io';
import { inWords } from '../shared/time';

const PROGRESS_MS = 1000;

export interface RefreshOptions extends AwsOptions {
  /** Stack whose outputs name the schedule. */
  readonly stack?: string;
  /** Name of the schedule that calls the refresher. */
  readonly schedule?: string;
  /** Publish a new dockercfg although the one that is there is as good. */
  readonly force?: boolean;
  readonly json?: boolean;
}

/** What the schedule sends, and to whom. */
interface Target {
  readonly functionArn: string;
  readonly request: object;
}

/** What the refresher answers. */
interface Result {
  readonly written: boolean;
  /** Missing if nothing in the dockercfg expires. */
  readonly secondsRemaining?: number;
}

/** Runs the refresher as its schedule does, and waits for it. */
export async function refresh(options: RefreshOptions, io: Io): Promise<void> {
  const schedule = await scheduleOf(options, io.env);
  const { functionArn, request } = await targetOf(schedule, options, io.env);
  const payload = options.force ? { ...request, force: true } : request;
  const { written, secondsRemaining } = await waitFor(invoke(functionArn, payload, options, io.env), `refreshing with ${functionArn}`, io);
  if (options.json) return io.stdout.write(`${JSON.stringify({ written, secondsRemaining })}\n`);
  const what = written ? 'published a new dockercfg' : 'the dockercfg is fresh, nothing was written (--force writes one)';
  return io.stdout.write(`${what}${secondsRemaining === undefined ? '' : `: ${inWords(secondsRemaining * 1000)} left`}\n`);
}

async function scheduleOf({ stack, schedule, ...options }: RefreshOptions, env: NodeJS.ProcessEnv): Promise<string> {
  if (stack && schedule) throw new CliError('--stack and --schedule were given: leave one out');
  if (schedule) return schedule;
  if (stack) return outputOfStack(stack, StackOutput.SCHEDULE, options, env);
  throw new CliError('no refresher was named: give --stack NAME, or --schedule NAME for that of a DockerCredentials');
}

async function targetOf(schedule: string, options: AwsOptions, env: NodeJS.ProcessEnv): Promise<Target> {
  const client = new SchedulerClient(clientConfig(options, env));
  try {
    const { Target: target } = await client.send(new GetScheduleCommand({ Name: schedule }));
    const request: unknown = parse(target?.Input);
    if (!target?.Arn || !isRecord(request)) throw new CliError(`the schedule ${schedule} calls no refresher: name that of a DockerCredentials`);
    return { functionArn: target.Arn, request };
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') {
      throw new CliError(`there is no schedule ${schedule} in this account and region: check the name, --region and --profile`, undefined, { cause: error });
    }
    throw explain(error, { what: `the schedule ${schedule} could not be read`, action: 'scheduler:GetSchedule' });
  }
}

async function invoke(functionArn: string, payload: object, options: AwsOptions, env: NodeJS.ProcessEnv): Promise<Result> {
  const what = `the refresher ${functionArn} could not be invoked`;
  // The function ends by itself, within its time-out. A second invocation would help nobody.
  const client = new LambdaClient({ ...clientConfig(options, env, 0), maxAttempts: 1 });
  const answer = await client.send(new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(payload) })).catch((error) => {
    throw explain(error, { what, action: 'lambda:InvokeFunction' });
  });
  const result = parse(Buffer.from(answer.Payload ?? []).toString('utf8'));
  if (answer.FunctionError) {
    const reason = isRecord(result) && typeof result.errorMessage === 'string' ? result.errorMessage : answer.FunctionError;
    throw new CliError(`the refresher failed: ${reason.split('\n')[0]}; docs/runbook.md says what to do`);
  }
  if (!isRecord(result) || typeof result.written !== 'boolean' || !['number', 'undefined'].includes(typeof result.secondsRemaining)) {
    throw new CliError(`${functionArn} is no refresher: it gave another answer`);
  }
  return result as unknown as Result;
}

/** Says on stderr that something takes its time; on a terminal, how long it has. */
async function waitFor<T>(work: Promise<T>, what: string, { stderr, now }: Io): Promise<T> {
  const started = now();
  const line = (): string => `${what} … ${inWords(now() - started)}`;
  const say = async (text: string): Promise<void> => stderr.write(text).catch(() => undefined);
  await say(stderr.isTerminal ? line() : `${what} …\n`);
  const timer = stderr.isTerminal ? setInterval(() => void say(`\r${line()}`), PROGRESS_MS) : undefined;
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (stderr.isTerminal) await say(`\r${line()}\n`);
  }
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
