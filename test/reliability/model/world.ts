import { Aws, HOME, type Request, requestFor, type SourceName, sourceOf, SPOILED, type Spoiled } from './aws';
import { SimulatedClock } from './clock';
import type { Refresher } from './refresher';
import { Rules } from './rules';
import { Secret } from './secret';
import type { RefreshPorts, RefreshReport } from '../../../lambda/refresh/refresh';

/** Lambda ends an invocation that takes longer. */
const LAMBDA_TIMEOUT_MS = 300_000;

const SHORT_LIFE_MS = 7 * 3600_000;

/** A request whose sender is gone still reaches AWS within this time, or never does. */
const LOST_AT_SEA_MS = 60_000;

/**
 * What becomes of a call: it is answered; it fails before AWS sees it; AWS does it, but the answer is lost; the SDK sends
 * it again because the first answer is lost; it is answered with something that must not be published.
 */
export type Fate = 'answered' | 'failed' | 'answer lost' | 'sent twice' | Spoiled;

/** One run of the refresher. */
export interface Run {
  readonly sources: readonly SourceName[];
  readonly force: boolean;
  readonly startedAt: number;
  state: 'running' | 'done' | 'failed' | 'killed';
  report?: RefreshReport;
  error?: unknown;
  /** How many calls it made. */
  calls: number;
  /** Sources whose call did not give what it should. */
  readonly troubled: Set<SourceName>;
  /** Whether it could not use the secret at some time. */
  secretTrouble: boolean;
  /** How often others changed what readers get meanwhile. */
  othersChanges: number;
  /** Id of the last version that it wrote. */
  wrote?: string;
  /** Sources whose token lives so shortly that a clock which is set meanwhile may have it expired. */
  readonly doubtful: Set<SourceName>;
  /** What the run may add to the Lambda's clock for the time by Secrets Manager's: what each of its looks told. */
  readonly offsets: number[];
}

/** What a client gets: an answer with AWS's time in it, or an error of the connection. */
type Outcome = { readonly date: number; readonly output?: object; readonly error?: Error } | { readonly date?: undefined; readonly error: Error };

interface Call {
  readonly run: Run;
  readonly request: Request;
  readonly sentAt: number;
  /** Missing until AWS has seen it. */
  outcome?: Outcome;
  readonly settle: (outcome: Outcome) => void;
  /** Whether nobody waits for the answer any more. */
  orphaned: boolean;
}

/**
 * A refresher and the AWS it calls, in which nothing happens until it is told to: each call first reaches AWS and then its
 * answer reaches the run, and what happens between the two is up to the history.
 */
export class World {
  public readonly clock = new SimulatedClock();
  public readonly secret: Secret;
  public readonly aws: Aws;
  public readonly rules: Rules;
  public readonly runs: Run[] = [];
  /** What the Lambda's clock is ahead of AWS's, in milliseconds. */
  public skew = 0;

  private calls: Call[] = [];
  /** The call that AWS is working on. */
  private served?: Call;

  public constructor(private readonly refresher: Refresher) {
    this.secret = new Secret(() => this.clock.now, (change) => this.rules.onChange(change, this.served?.run));
    this.aws = new Aws(this.clock, this.secret);
    this.rules = new Rules(this);
  }

  /** Calls that are under way. */
  public get pending(): number {
    return this.calls.length;
  }

  /** The earliest and the latest time that a run may believe it is. */
  public believed({ offsets }: Run): { readonly earliest: number; readonly latest: number } {
    const times = (offsets.length > 0 ? offsets : [0]).map((offset) => this.clock.now + this.skew + offset);
    return { earliest: Math.min(...times), latest: Math.max(...times) };
  }

  /** Starts a run, and lets it go on until it waits. */
  public async start(sources: readonly SourceName[], force = false): Promise<Run> {
    const run: Run = {
      sources, force, startedAt: this.clock.now, state: 'running', calls: 0, troubled: new Set(), doubtful: new Set(), offsets: [], secretTrouble: false, othersChanges: 0,
    };
    this.runs.push(run);
    this.refresher.refresh(requestFor(sources, force), this.portsOf(run)).then(
      (report) => this.end(run, { report, state: 'done' }),
      (error) => this.end(run, { error, state: 'failed' }),
    ).catch(() => undefined); // a broken rule, which settled() throws
    await this.settled();
    return run;
  }

  /** Takes one of the calls that are under way a step further: to AWS, or its answer to the run. */
  public async step(pick: number, fate: Fate): Promise<void> {
    const call = this.calls[pick % this.calls.length];
    if (!call.outcome) this.reach(call, fate);
    else this.deliver(call);
    await this.settled();
  }

  /** Takes a call of a run, if it is under way, to AWS and back. */
  public async letThrough(run: Run, operationOrSource: string, fate: Fate): Promise<void> {
    const call = this.calls.find((each) => each.run === run && [each.request.operation, sourceOf(each.request)].includes(operationOrSource));
    if (!call) return;
    await this.step(this.calls.indexOf(call), fate);
    await this.step(this.calls.indexOf(call), fate);
  }

  /** Answers every call of a run until its end. */
  public async finishRun(run: Run): Promise<void> {
    for (let call = this.callOf(run); call; call = this.callOf(run)) await this.step(this.calls.indexOf(call), 'answered');
  }

  /** Lets time pass. Calls that wait too long are aborted, and runs that take too long are killed. */
  public async advance(milliseconds: number): Promise<void> {
    const until = this.clock.now + milliseconds;
    while (this.clock.now < until) {
      const timeouts = this.running().map(({ startedAt }) => startedAt + LAMBDA_TIMEOUT_MS);
      this.clock.set(Math.min(until, this.clock.nextDeadline, ...timeouts));
      for (const run of this.running()) {
        if (this.clock.now - run.startedAt >= LAMBDA_TIMEOUT_MS) this.kill(run);
      }
      await this.settled();
    }
    this.calls = this.calls.filter(({ orphaned, sentAt }) => !orphaned || this.clock.now - sentAt <= LOST_AT_SEA_MS);
  }

  /** Ends a run where it stands. What it has sent may still reach AWS. */
  public kill(run: Run): void {
    run.state = 'killed';
    for (const call of this.calls.filter((other) => other.run === run)) call.orphaned = true;
    this.calls = this.calls.filter(({ orphaned, outcome }) => !orphaned || !outcome);
  }

  public running(): Run[] {
    return this.runs.filter(({ state }) => state === 'running');
  }

  /** Answers every call until no run is left. */
  public async finish(): Promise<void> {
    this.calls = this.calls.filter(({ orphaned }) => !orphaned);
    for (const run of this.running()) await this.finishRun(run);
    if (this.running().length > 0) throw new Error('a run waits for nothing');
  }

  /** One run from start to end, at once; the fates of its calls are drawn. */
  public async runAlone(sources: readonly SourceName[], draw: (operation: string) => Fate = () => 'answered'): Promise<Run> {
    const run = await this.start(sources);
    for (let call = this.callOf(run); call; call = this.callOf(run)) {
      await this.step(this.calls.indexOf(call), call.outcome ? 'answered' : draw(call.request.operation));
    }
    return run;
  }

  /** Until nothing goes on without another step. */
  private async settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.rules.check();
  }

  private end(run: Run, outcome: Pick<Run, 'report' | 'error' | 'state'>): void {
    if (run.state !== 'running') return;
    Object.assign(run, outcome);
    this.rules.onEnd(run);
  }

  private reach(call: Call, fate: Fate): void {
    const { run, request } = call;
    const source = sourceOf(request);
    const trouble = (error: Error) => {
      this.trouble(call);
      call.outcome = { error };
    };
    if (fate === 'failed') {
      trouble(awsError('ThrottlingException'));
    } else if (isSpoiled(fate) && source && canBeSpoiled(request, fate)) {
      this.trouble(call);
      call.outcome = { date: this.date(), output: this.aws.serve(request, fate) };
    } else {
      if (fate === 'sent twice') this.serve(call);
      call.outcome = this.serve(call);
      if (fate === 'answer lost') trouble(awsError('TimeoutError'));
    }
    if (source && this.aws.tokenLife < SHORT_LIFE_MS) run.doubtful.add(source);
    if (call.orphaned) this.calls.splice(this.calls.indexOf(call), 1);
  }

  private callOf(run: Run): Call | undefined {
    return this.calls.find((call) => call.run === run);
  }

  private trouble({ run, request }: Call): void {
    const source = sourceOf(request);
    if (source) run.troubled.add(source);
    else run.secretTrouble = true;
  }

  private serve(call: Call): Outcome {
    this.served = call;
    try {
      return { date: this.date(), output: this.aws.serve(call.request) };
    } catch (error) {
      if (!('$fault' in (error as object))) throw error; // a rule, or the model itself
      if (this.secret.deleted) this.trouble(call);
      return { date: this.date(), error: error as Error };
    } finally {
      this.served = undefined;
    }
  }

  /** AWS's time as answers have it. */
  private date(): number {
    return Math.floor(this.clock.now / 1000) * 1000;
  }

  private deliver(call: Call): void {
    this.calls.splice(this.calls.indexOf(call), 1);
    call.settle(call.outcome!);
  }

  private portsOf(run: Run): RefreshPorts {
    const client = (service: Request['service'], region?: string): any => ({
      send: (command: any, { abortSignal }: { abortSignal: AbortSignal }) => this.send(run, command, { service, region }, abortSignal),
    });
    const secretsManager = client('secretsmanager');
    return {
      clients: {
        ecr: async (region, roleArn, abortSignal) => {
          const session = roleArn && await this.call(run, { service: 'sts', operation: 'AssumeRole', input: { RoleArn: roleArn } }, abortSignal);
          if (session && session.error) throw session.error;
          return client('ecr', region);
        },
        ecrPublic: () => client('ecr-public'),
        secretsManager,
      },
      store: new this.refresher.SecretStore(secretsManager, 'the-secret'),
      home: HOME,
      now: () => this.clock.now + this.skew,
    };
  }

  /** Sends a command as a client of the SDK does, with the middleware that was added to it. */
  private async send(run: Run, command: any, where: Pick<Request, 'service' | 'region'>, abortSignal: AbortSignal): Promise<object> {
    const operation = command.constructor.name.replace(/Command$/, '');
    let outcome: Outcome | undefined;
    await command.middlewareStack.resolve(async () => {
      outcome = await this.call(run, { ...where, operation, input: command.input }, abortSignal);
      if (outcome.date === undefined) throw outcome.error;
      return { response: { headers: { date: new Date(outcome.date).toUTCString() } } };
    }, {})({ input: command.input });
    if (outcome!.error) throw outcome!.error;
    return (outcome as { output: object }).output;
  }

  private call(run: Run, request: Request, abortSignal: AbortSignal): Promise<Outcome> {
    if (run.state !== 'running') return new Promise(() => undefined); // its process is gone
    run.calls++;
    this.rules.onCall(run, request);
    return new Promise((resolve) => {
      const call: Call = {
        run,
        request,
        sentAt: this.clock.now,
        orphaned: false,
        settle: (outcome) => {
          const isReading = request.operation === 'GetSecretValue' && !sourceOf(request);
          if (isReading && outcome.date !== undefined) run.offsets.push(outcome.date - (this.clock.now + this.skew));
          resolve(outcome);
        },
      };
      this.calls.push(call);
      abortSignal.addEventListener('abort', () => {
        if (call.orphaned || !this.calls.includes(call)) return;
        this.trouble(call);
        call.orphaned = true;
        if (call.outcome) this.calls.splice(this.calls.indexOf(call), 1);
        resolve({ error: awsError('AbortError') });
      });
    });
  }
}

function isSpoiled(fate: Fate): fate is Spoiled {
  return (SPOILED as readonly string[]).includes(fate);
}

/** Whether such an answer is one that must not be taken; a session has no expiry, ECR Public names no host. */
function canBeSpoiled({ service }: Request, fate: Spoiled): boolean {
  return service !== 'sts' && !(service === 'ecr-public' && fate === 'other host');
}

function awsError(name: string): Error {
  return Object.assign(new Error('in the model'), { name, $fault: 'server' });
}
