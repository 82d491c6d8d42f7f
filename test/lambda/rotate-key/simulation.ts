import { awsError, Model, SECOND, USER, GRACE, type Run } from './model';
import type { RotationPorts } from '../../../lambda/rotate-key/situation';
import { KEY_ROTATION_TIMEOUT_SECONDS } from '../../../src/private/key-rotation-contract';

/** What may go wrong with a call: the process dies before or after it, or gets an error although it was, or was not, done. */
export type Fault = 'none' | 'killed before' | 'killed after' | 'error before' | 'error after';

/** A call that nobody answers for so long fails in the SDK. */
const REQUEST_TIMEOUT_MS = 10 * SECOND;

interface Gate {
  readonly since: number;
  readonly call: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** When a sleep ends; missing for a call. */
  readonly wakeAt?: number;
}

interface Process extends Run {
  readonly startedAt: number;
  gate?: Gate;
  /** Resolves when it waits for a call again, or has ended. */
  settled: Promise<void>;
  settle: () => void;
}

/** Runs of the Lambda at once: each waits at every call until it is let on, with a fault or without. */
export class Simulation {
  public readonly errors: unknown[] = [];
  /** Whether two runs were ever alive at once. */
  public overlapped = false;
  private readonly all: Process[] = [];
  private names = 0;

  public constructor(public readonly model: Model) {}

  /** Those that live; a run that has used up the Lambda's time-out does not. */
  public get live(): readonly Process[] {
    for (const process of this.all) {
      if (process.alive && this.model.time - process.startedAt > KEY_ROTATION_TIMEOUT_SECONDS * SECOND) this.kill(process);
    }
    return this.all.filter(({ alive }) => alive);
  }

  /** Starts a run and lets it come to its first call. */
  public async start(work: (ports: RotationPorts) => Promise<unknown>, skewMs = 0): Promise<void> {
    const process: Process = { alive: true, startedAt: this.model.time, settled: Promise.resolve(), settle: () => undefined };
    this.overlapped ||= this.live.length > 0;
    this.all.push(process);
    this.expect(process);
    work(this.ports(process, skewMs))
      .catch((error) => { this.errors.push(error); })
      .finally(() => {
        process.alive = false;
        process.settle();
      });
    await process.settled;
  }

  /** Lets one of the living do its next call. */
  public async advance(which: number, fault: Fault, seconds: number): Promise<void> {
    const process = this.live[which % Math.max(1, this.live.length)];
    if (!process) return;
    const gate = process.gate!;
    process.gate = undefined;
    if (gate.wakeAt !== undefined) this.model.time = Math.max(this.model.time, gate.wakeAt);
    else this.model.time += seconds * SECOND;
    if (fault === 'killed before' || !this.live.includes(process)) {
      this.kill(process);
      return;
    }
    this.expect(process);
    if (fault === 'error before' || (gate.wakeAt === undefined && this.model.time - gate.since > REQUEST_TIMEOUT_MS)) {
      process.lostAt = this.model.time;
      gate.reject(noAnswer());
      return process.settled;
    }
    try {
      const answer = await gate.call();
      if (fault === 'killed after') {this.kill(process);} else if (fault === 'error after') {
        process.lostAt = this.model.time;
        gate.reject(noAnswer());
      } else {gate.resolve(answer);}
    } catch (error) {
      gate.reject(error);
    }
    return process.alive ? process.settled : undefined;
  }

  /** Has every call fail that has waited for its answer too long: a run does not wait for ever, whoever else is at work. */
  public async expireCalls(): Promise<void> {
    for (const process of this.live) {
      const { gate } = process;
      if (!gate || gate.wakeAt !== undefined || this.model.time - gate.since <= REQUEST_TIMEOUT_MS) continue;
      process.gate = undefined;
      process.lostAt = this.model.time;
      this.expect(process);
      gate.reject(noAnswer());
      await process.settled;
    }
  }

  /** Lets all that live end, one after the other. */
  public async drain(): Promise<void> {
    while (this.live.length > 0) {
      await this.advance(0, 'none', 1);
      await this.expireCalls();
    }
  }

  /** Ends all that live where they are. */
  public killAll(): void {
    for (const process of this.live) this.kill(process);
  }

  /** Those that may be about to make a key, or were when they were lost less than half a minute ago. */
  public get aboutToCreate(): readonly Run[] {
    const { time } = this.model;
    return this.all.filter(({ looked, alive, lostAt }) => looked && (alive || (lostAt !== undefined && time - lostAt < 30 * SECOND)));
  }

  private kill(process: Process): void {
    process.alive = false;
    process.lostAt = this.model.time;
  }

  private expect(process: Process): void {
    process.settled = new Promise((resolve) => { process.settle = resolve; });
  }

  private ports(process: Process, skewMs: number): RotationPorts {
    const at = <A extends unknown[], T>(call: (...args: A) => Promise<T>) => (...args: A): Promise<T> => this.wait(process, () => call(...args));
    const keys = this.model.userKeys(process);
    const secret = this.model.keySecret();
    return {
      keys: {
        list: at(keys.list),
        create: at(keys.create),
        deactivate: at(keys.deactivate),
        remove: at(keys.remove),
        tags: at(keys.tags),
        writeTags: at(keys.writeTags),
        removeTags: at(keys.removeTags),
      },
      secret: {
        describe: at(secret.describe),
        read: at(secret.read),
        putPending: at(secret.putPending),
        makeCurrent: at(secret.makeCurrent),
        dropPending: at(secret.dropPending),
      },
      whoIs: at((key) => this.model.whoIs(key)),
      user: USER,
      graceMs: GRACE,
      newName: () => `run-${this.all.indexOf(process)}-${this.names++}`,
      now: () => this.model.time + skewMs,
      sleep: (milliseconds) => this.wait(process, async () => undefined, this.model.time + milliseconds),
    };
  }

  private wait<T>(process: Process, call: () => Promise<T>, wakeAt?: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      process.gate = { since: this.model.time, call, resolve: resolve as (value: unknown) => void, reject, wakeAt };
      process.settle();
    });
  }
}

function noAnswer(): Error {
  return awsError('TimeoutError', 'no answer', 'server');
}
