import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Publisher } from './publisher';
import { Table } from './table';
import type { BatchPorts } from '../../../lambda/publish/batch';
import type { TargetStore } from '../../../lambda/publish/target-store';
import type { RateLimit, Vendor } from '../../../lambda/publish/vendor';
import { formatOf } from '../../../lambda/shared/dockercfg/dockercfg';
import { writeVersion, type SecretVersion } from '../../../lambda/shared/dockercfg/published';
import {
  MOST_RECEIVES, PUBLISH_TIMEOUT_SECONDS, TargetResourceType, type PublishMessage, type Removal, type TargetGroup,
} from '../../../src/private/target-contract';
import { SimulatedClock } from '../model/clock';
import { BrokenRule } from '../model/rules';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const LAMBDA_TIMEOUT_MS = PUBLISH_TIMEOUT_SECONDS * SECOND;
const VISIBILITY_MS = 6 * LAMBDA_TIMEOUT_MS;

/** A request whose sender is gone still arrives within this time, or never does. */
const LOST_AT_SEA_MS = 15 * SECOND;

/** A write that has a place in a rate limit may come so much later: its Lambda was slow, or its request was. */
const LATEST_WRITE_MS = MINUTE + LAMBDA_TIMEOUT_MS + LOST_AT_SEA_MS;

/** For so long after a version was written, readers may get the one before. */
const SPREADING_MS = 5 * MINUTE;

/** How long credentials are valid. */
const LIFE_MS = 12 * HOUR;

const HOST = '111111111111.dkr.ecr.us-east-1.amazonaws.com';
const TABLE = 'the-table';

/** Places of the vendor; writes to those with a limit have to keep a pace, together. */
export const PLACES = ['free', 'limited', 'also limited', 'limited as well'] as const;
export type Place = typeof PLACES[number];

export const LIMIT: RateLimit = { key: 'the token', perHour: 6, burst: 2, spacingMs: 10 * SECOND };

/** What a target is to be like. */
export interface Wish {
  readonly place: Place;
  /** Changes how it is treated. */
  readonly setting: number;
  readonly removal: Removal;
}

/**
 * What becomes of a call: it is answered; it fails before anything is done; it is done, and the answer is lost; IAM refuses
 * it; a reader of the secret gets the version before, if there may still be readers who do.
 */
export type Fate = 'answered' | 'failed' | 'answer lost' | 'denied' | 'stale';

/** How a place of the vendor is. */
export type Mood = 'well' | 'refusing' | 'asking for a pause' | 'taking without an answer';

export type Service = 'dynamodb' | 'sqs' | 'secretsmanager' | 'vendor';

/** One invocation of the publisher. */
export interface Run {
  readonly kind: 'messages' | 'deploy';
  readonly startedAt: number;
  state: 'running' | 'done' | 'failed' | 'killed';
  /** Messages that it works on. */
  readonly messages: Message[];
  /** Places whose vendor gave it trouble. */
  readonly troubled: Set<string>;
  /** Whether AWS gave it trouble. */
  awsTrouble: boolean;
  /** Ids of targets that it left to others, or to a later reading. */
  readonly left: Set<string>;
  calls: number;
}

interface Message {
  readonly body: PublishMessage;
  readonly handle: string;
  receives: number;
  visibleAt: number;
}

interface Call {
  readonly run: Run;
  readonly service: Service;
  readonly operation: string;
  readonly input: any;
  readonly sentAt: number;
  outcome?: { readonly output?: any; readonly error?: unknown };
  readonly settle: (outcome: NonNullable<Call['outcome']>) => void;
  orphaned: boolean;
}

interface Held {
  readonly version: number;
  readonly setting: number;
  readonly text: string;
  readonly by: Run;
}

/** The most calls that a run makes, whatever happens. */
const MOST_CALLS = 400;

/**
 * The publisher and all that it calls, in which nothing happens until it is told to: each call first arrives and then its
 * answer comes back, and what happens between the two is up to the history.
 */
export class World {
  public readonly clock = new SimulatedClock();
  public readonly table = new Table();
  public readonly runs: Run[] = [];
  public readonly lines: any[] = [];
  public messages: Message[] = [];
  public dead: Message[] = [];
  public readonly holds = new Map<string, Held>();
  public readonly moods = new Map<string, Mood>();
  public wishes: readonly Wish[] = [];
  /** How often each rule was looked at in a situation in which it could have been broken. */
  public readonly looked = { newer: 0, needed: 0, alone: 0, paced: 0, independent: 0, removed: 0, told: 0 };

  /** How often the vendor was written to. */
  public writes = 0;

  private readonly versions: { readonly version: SecretVersion; readonly writtenAt: number }[] = [];
  private calls: Call[] = [];
  private sleepers: { readonly until: number; readonly wake: () => void; readonly run: Run }[] = [];
  /** What was written to a place with nothing in doubt, and how. */
  private readonly recorded = new Map<string, string>();
  private readonly atWork = new Map<string, Run>();
  /** Places of targets by their ids. */
  private readonly places = new Map<string, string>();
  private readonly writeTimes: number[] = [];
  private hasReadStale = false;
  private toldAt = 0;
  private sent = 0;
  private broken?: BrokenRule;

  public constructor(private readonly publisher: Publisher) {}

  /** Calls that are under way, of a run or of all. */
  public pending(of?: Run): number {
    return this.callsOf(of).length;
  }

  /** The number of the newest version. */
  public get newest(): number {
    return this.versions.length;
  }

  private callsOf(run?: Run): Call[] {
    return run ? this.calls.filter((call) => call.run === run) : this.calls;
  }

  public running(): Run[] {
    return this.runs.filter(({ state }) => state === 'running');
  }

  /** The refresher writes a version, and tells the publisher so many times. */
  public refresh(told: number): void {
    const { now } = this.clock;
    const auth = Buffer.from(`AWS:password-${this.newest + 1}-`).toString('base64');
    const version = writeVersion(new Map([[HOST, { auth, expiresAt: now + LIFE_MS }]]), formatOf('config.json', ''));
    // The refresher takes seconds from one to the next.
    this.versions.push({ version, writtenAt: Math.max(now, (this.versions.at(-1)?.writtenAt ?? 0) + 1) });
    this.hasReadStale = false;
    this.tell(told);
  }

  public tell(times: number): void {
    for (let count = 0; count < times; count++) this.send({ publish: 'all' }, 5 * SECOND);
    if (times > 0) this.toldAt = this.newest;
  }

  /** Starts a publisher with messages that can be received; nothing happens if there are none. */
  public async receive(most = 10): Promise<Run | undefined> {
    const due = this.messages.filter(({ visibleAt }) => visibleAt <= this.clock.now);
    const spent = due.filter(({ receives }) => receives >= MOST_RECEIVES);
    this.dead.push(...spent);
    this.messages = this.messages.filter((message) => !spent.includes(message));
    const messages = due.filter((message) => !spent.includes(message)).slice(0, most);
    if (messages.length === 0) return undefined;
    for (const message of messages) {
      message.receives++;
      message.visibleAt = this.clock.now + VISIBILITY_MS;
    }
    const run = this.begin('messages', messages);
    const Records = messages.map(({ body, handle, receives }) => ({
      messageId: handle, receiptHandle: handle, body: JSON.stringify(body), attributes: { ApproximateReceiveCount: String(receives) },
    }));
    this.watch(run, this.handlerOf(run)({ Records }, { functionName: 'Publisher' }).then((answer: any) => {
      const failed = new Set<string>(answer.batchItemFailures.map(({ itemIdentifier }: any) => itemIdentifier));
      this.checkIndependence(run, failed);
      this.messages = this.messages.filter((message) => !messages.includes(message) || failed.has(message.handle));
    }));
    await this.settled();
    return run;
  }

  /** A deploy changes which targets there are. One that waits for another one does not begin. */
  public async deploy(wishes: readonly Wish[]): Promise<void> {
    if (this.running().some(({ kind }) => kind === 'deploy')) return;
    this.wishes = wishes;
    const run = this.begin('deploy', []);
    const targets = JSON.stringify(wishes.map(({ place, setting, removal }): TargetGroup => (
      { kind: 'fake', where: [{ place }], settings: { setting }, form: 'config.json', removal })));
    const { newest } = this;
    const handler = this.handlerOf(run);
    const event = (ResourceType: TargetResourceType) => ({
      RequestType: 'Update', ResourceType, ResponseURL: 'https://answer', ResourceProperties: { targets, failDeploy: 'false' },
    });
    this.watch(run, handler(event(TargetResourceType.REGISTRATION), { functionName: 'Publisher' })
      .then(() => handler(event(TargetResourceType.PUBLISH_RUN), { functionName: 'Publisher' }))
      .then(() => { this.toldAt = Math.max(this.toldAt, newest); }));
    await this.settled();
  }

  /** Takes one of the calls that are under way a step further: to where it goes, with a fate, or its answer to the run. */
  public async step(pick: number, fateOf: (service: Service) => Fate, of?: Run): Promise<void> {
    const call = this.callsOf(of)[pick];
    if (call.outcome) this.deliver(call);
    else this.reach(call, fateOf(call.service));
    await this.settled();
  }

  /** Lets time pass. Runs that take too long are killed. */
  public async advance(milliseconds: number): Promise<void> {
    const until = this.clock.now + milliseconds;
    while (this.clock.now < until) {
      const timeouts = this.running().map(({ startedAt }) => startedAt + LAMBDA_TIMEOUT_MS);
      const wakings = this.sleepers.map((sleeper) => Math.max(sleeper.until, this.clock.now + 1));
      this.clock.set(Math.min(until, this.clock.nextDeadline, ...timeouts, ...wakings));
      for (const run of this.running()) {
        if (this.clock.now - run.startedAt >= LAMBDA_TIMEOUT_MS) this.kill(run);
      }
      const awake = this.sleepers.filter((sleeper) => sleeper.until <= this.clock.now);
      this.sleepers = this.sleepers.filter((sleeper) => !awake.includes(sleeper));
      for (const { wake } of awake) wake();
      this.calls = this.calls.filter(({ orphaned, sentAt }) => !orphaned || this.clock.now - sentAt <= LOST_AT_SEA_MS);
      await this.settled();
    }
  }

  /** Ends a run where it stands. What it has sent may still arrive. */
  public kill(run: Run): void {
    run.state = 'killed';
    this.sleepers = this.sleepers.filter((sleeper) => sleeper.run !== run);
    for (const call of this.calls.filter((other) => other.run === run)) call.orphaned = true;
    this.calls = this.calls.filter(({ orphaned, outcome }) => !orphaned || !outcome);
    this.leaveWork(run);
  }

  /** Answers every call until no run is left. */
  public async finish(): Promise<void> {
    while (this.running().length > 0) {
      const index = this.calls.findIndex(({ orphaned }) => !orphaned);
      if (index >= 0) await this.step(index, () => 'answered');
      else if (this.sleepers.length > 0) await this.advance(Math.max(1, Math.min(...this.sleepers.map(({ until }) => until)) - this.clock.now));
      else throw new Error('a run waits for nothing');
    }
  }

  /** Works until no message is left, and lets time pass for those that come later. */
  public async drain(): Promise<void> {
    await this.finish();
    for (let round = 0; this.messages.length > 0; round++) {
      this.demand(round < 500, 'messages come again and again');
      if (await this.receive()) {
        await this.finish();
      } else if (this.messages.length > 0) {
        const next = Math.min(...this.messages.map(({ visibleAt }) => visibleAt));
        await this.advance(Math.max(1, next - this.clock.now));
      }
    }
  }

  /** Each target that should have got the newest version without another refresh has got it, and is treated as it should be. */
  public checkTold(): void {
    const deploy = this.runs.filter(({ kind }) => kind === 'deploy').at(-1)!;
    const isDeployed = deploy.state === 'done' && !deploy.awsTrouble;
    if (this.isExpired || !isDeployed || this.toldAt < this.newest || this.hasReadStale || this.dead.length > 0) return;
    for (const { place, setting } of this.wishes) {
      this.looked.told++;
      const held = this.holds.get(place);
      this.demand(held?.version === this.newest && held.setting === setting, `${place} was not given what its publisher was told of`);
    }
  }

  /** Each target holds the newest version, and the record says so. */
  public async checkFresh(): Promise<void> {
    for (const { place } of this.wishes) this.demand(this.holds.get(place)?.version === this.newest, `${place} holds an old version at the end`);
    const records = [...this.table.items.values()].filter(({ pk }) => pk.S === 'target');
    this.demand(records.length === this.wishes.length, 'the table has other targets than the app');
    for (const record of records) {
      this.demand(record.leaseOwner === undefined, 'a lease is left at the end');
      this.demand(Number(record.writtenAt?.N) === this.versions.at(-1)!.writtenAt, 'a record does not name the version that is there');
      this.demand(record.failure === undefined, 'a record tells of a failure that is over');
    }
    this.demand(!JSON.stringify([this.lines, records]).includes('password-'), 'a credential is told');
  }

  public check(): void {
    if (this.broken) throw this.broken;
  }

  public demand(fulfilled: boolean, otherwise: string): void {
    if (fulfilled) return;
    this.broken ??= new BrokenRule(otherwise);
    throw this.broken;
  }

  private async settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.check();
  }

  /** Whether there is nothing valid to publish, because no refresh came for so long. */
  private get isExpired(): boolean {
    return this.clock.now >= this.versions.at(-1)!.writtenAt + LIFE_MS;
  }

  private begin(kind: Run['kind'], messages: Message[]): Run {
    const run: Run = {
      kind, messages, startedAt: this.clock.now, state: 'running', troubled: new Set(), awsTrouble: false, left: new Set(), calls: 0,
    };
    this.runs.push(run);
    return run;
  }

  private watch(run: Run, work: Promise<unknown>): void {
    const end = (state: Run['state']) => {
      if (run.state !== 'running') return;
      run.state = state;
      this.leaveWork(run);
    };
    work.then(() => end('done'), (error) => {
      if (!(error instanceof BrokenRule)) end('failed');
    });
  }

  private leaveWork(run: Run): void {
    for (const [place, at] of this.atWork) if (at === run) this.atWork.delete(place);
  }

  private send(body: PublishMessage, delay: number): void {
    this.messages.push({ body, handle: `message-${this.sent++}`, receives: 0, visibleAt: this.clock.now + delay });
  }

  /** A batch in which one target has trouble does all others. */
  private checkIndependence(run: Run, failed: ReadonlySet<string>): void {
    if (run.awsTrouble || this.isExpired) return;
    for (const { body, handle } of run.messages) {
      if (body.publish === 'all') {
        this.demand(!failed.has(handle), '"all" failed although AWS had no trouble');
        continue;
      }
      const place = this.places.get(body.target)!;
      if (run.troubled.has(place) || run.left.has(body.target)) continue;
      this.looked.independent++;
      this.demand(!failed.has(handle), `${place} failed although its own vendor had no trouble`);
    }
  }

  private reach(call: Call, fate: Fate): void {
    const { run, service, operation } = call;
    const trouble = (error: unknown) => {
      if (service === 'vendor') run.troubled.add(call.input.place);
      else run.awsTrouble = true;
      call.outcome = { error };
    };
    if (fate === 'failed') {
      trouble(named('ServiceUnavailable'));
    } else if (fate === 'denied') {
      trouble(named('AccessDeniedException'));
    } else {
      call.outcome = this.serve(call, fate === 'stale');
      if (service === 'vendor' && call.outcome.error) run.troubled.add(call.input.place);
      if (fate === 'answer lost' && !call.outcome.error) trouble(named('TimeoutError'));
    }
    if (call.orphaned) this.calls.splice(this.calls.indexOf(call), 1);
    if (service === 'vendor' && operation === 'write' && call.orphaned) this.recorded.delete(call.input.place);
  }

  private deliver(call: Call): void {
    this.calls.splice(this.calls.indexOf(call), 1);
    call.settle(call.outcome!);
  }

  private serve(call: Call, isStale: boolean): NonNullable<Call['outcome']> {
    try {
      return { output: this.answer(call, isStale) };
    } catch (error) {
      if (error instanceof BrokenRule) throw error;
      return { error };
    }
  }

  private answer(call: Call, isStale: boolean): unknown {
    const { service, operation, input, run } = call;
    switch (service) {
      case 'secretsmanager': return this.read(isStale);
      case 'dynamodb': {
        const output = this.table.serve(operation, input);
        const spec = input.ExpressionAttributeValues?.[':spec'];
        if (spec) this.places.set(input.Key.sk.S, JSON.parse(spec.S).where.place);
        if (operation === 'UpdateItem' && /REMOVE .*leaseOwner/.test(input.UpdateExpression)) this.onRelease(input.Key.sk.S, run);
        if (input.UpdateExpression === 'REMOVE digest') this.recorded.delete(this.places.get(input.Key.sk.S)!);
        if (operation === 'DeleteItem') for (const place of PLACES) this.recorded.delete(place);
        return output;
      }
      case 'sqs': {
        if (operation === 'SendMessageBatch') {
          for (const { MessageBody, DelaySeconds } of input.Entries) this.send(JSON.parse(MessageBody), DelaySeconds * SECOND);
        } else {
          const message = this.messages.find(({ handle }) => handle === input.ReceiptHandle);
          if (message) message.visibleAt = this.clock.now + input.VisibilityTimeout * SECOND;
        }
        return {};
      }
      case 'vendor': return this.vendorAnswer(call);
    }
  }

  /** A version as Secrets Manager gives it: for a moment perhaps the one before. */
  private read(isStale: boolean): object {
    const isSpreading = this.clock.now - this.versions.at(-1)!.writtenAt < SPREADING_MS;
    const isBefore = isStale && isSpreading && this.newest > 1;
    this.hasReadStale ||= isBefore;
    const { version, writtenAt } = this.versions.at(isBefore ? -2 : -1)!;
    return { VersionId: version.versionId, SecretString: version.value, CreatedDate: new Date(writtenAt) };
  }

  private vendorAnswer(call: Call): object {
    const { operation, input: { place }, run, orphaned } = call;
    const other = this.atWork.get(place);
    this.looked.alone++;
    if (operation !== 'remove') this.demand(!other || other === run, `two are at work on ${place} at once`);
    if (!orphaned && operation === 'read') this.atWork.set(place, run);
    const mood = this.moods.get(place);
    if (mood === 'refusing') throw named('VendorError');
    if (mood === 'asking for a pause' && operation !== 'remove') throw new this.publisher.RateLimitedError('wait', this.clock.now + 20 * MINUTE);
    if (operation === 'write') {
      this.onWrite(call);
      if (mood === 'taking without an answer') throw named('TimeoutError');
    }
    if (operation === 'remove') {
      this.looked.removed++;
      this.demand(!this.wishes.some((wish) => wish.place === place), `${place} lost its value although it is a target`);
      this.holds.delete(place);
      this.recorded.delete(place);
    }
    return {};
  }

  private onWrite({ input: { place, text, setting }, run }: Call): void {
    this.writes++;
    const key = `${text} ${setting}`;
    const version = Number(/password-(\d+)-/.exec(Buffer.from(Object.values<any>(JSON.parse(text).auths)[0].auth, 'base64').toString())![1]);
    const before = this.holds.get(place);
    this.looked.newer++;
    this.demand(!before || version >= before.version, `${place} goes back from version ${before?.version} to ${version}`);
    this.looked.needed++;
    this.demand(this.recorded.get(place) !== key, `${place} is given what it has`);
    this.recorded.delete(place);
    this.holds.set(place, { version, setting, text: key, by: run });
    if (place !== 'free') this.checkPace();
  }

  /** In no time are there more writes than the limit and its burst allow, and what comes late. */
  private checkPace(): void {
    this.looked.paced++;
    this.writeTimes.push(this.clock.now);
    for (const [index, time] of this.writeTimes.entries()) {
      const writes = this.writeTimes.length - index;
      const span = this.clock.now - time;
      this.demand(writes <= LIMIT.burst + (span + LATEST_WRITE_MS) / (HOUR / LIMIT.perHour), `${writes} writes within ${span / SECOND} seconds`);
    }
  }

  /** Nothing about the target is in doubt any more, if the one who wrote last has told so. */
  private onRelease(id: string, run: Run): void {
    const record = this.table.items.get(`target/${id}`)!;
    const place = this.places.get(id)!;
    if (this.atWork.get(place) === run) this.atWork.delete(place);
    const held = this.holds.get(place);
    if (held?.by !== run) return;
    const isUntroubled = !run.awsTrouble && !run.troubled.has(place);
    this.demand(!isUntroubled || record.failure === undefined, `${place} is said to fail although it was given what it should have`);
    if (record.digest !== undefined && record.failure === undefined) this.recorded.set(place, held.text);
  }

  private call(run: Run, service: Call['service'], operation: string, input: any): Promise<any> {
    if (run.state !== 'running') return new Promise(() => undefined); // its process is gone
    run.calls++;
    this.demand(run.calls < MOST_CALLS, `a run made ${run.calls} calls`);
    return new Promise((resolve, reject) => {
      const settle: Call['settle'] = ({ output, error }) => (error === undefined ? resolve(output) : reject(error));
      this.calls.push({ run, service, operation, input, sentAt: this.clock.now, settle, orphaned: false });
    });
  }

  private handlerOf(run: Run): (event: unknown, context: { functionName: string }) => Promise<unknown> {
    const { createHandler, TargetStore: Store, Pace, PublishQueue, readDockercfg } = this.publisher;
    const send = (service: Call['service']) => (command: any) => this.call(run, service, command.constructor.name.replace(/Command$/, ''), command.input);
    // The SDK's pages want a client of its own.
    const dynamoDb = Object.assign(Object.create(DynamoDBClient.prototype), { send: send('dynamodb') });
    const now = () => this.clock.now;
    const sleep = (milliseconds: number) => new Promise<void>((wake) => {
      if (run.state === 'running') this.sleepers.push({ until: this.clock.now + Math.ceil(milliseconds), wake, run });
    });
    const vendor: Vendor = {
      rateLimit: ({ where: { place } }) => (place === 'free' ? undefined as never : LIMIT),
      publish: async ({ where: { place }, settings }, { text }) => {
        await this.call(run, 'vendor', 'read', { place });
        await this.call(run, 'vendor', 'write', { place, text, setting: settings.setting });
        return {};
      },
      remove: ({ where: { place } }) => this.call(run, 'vendor', 'remove', { place }),
    };
    const ports: Omit<BatchPorts, 'telemetry'> = {
      now,
      sleep,
      store: new Store(dynamoDb, TABLE) as TargetStore,
      pace: new Pace(dynamoDb, TABLE, { now, sleep }),
      queue: new PublishQueue({ send: send('sqs') } as never, 'https://queue', now),
      vendors: { fake: vendor },
      vendorPorts: {} as never,
      dockercfg: () => readDockercfg({ send: send('secretsmanager') } as never, 'the-secret', 'config.json'),
      newOwner: () => `owner-${this.sent++}`,
    };
    const write = (line: string) => {
      const parsed = JSON.parse(line);
      this.lines.push(parsed);
      if (parsed.message === 'busy' || String(parsed.message).includes('older version')) run.left.add(parsed.id);
    };
    return createHandler({ batchPorts: () => ports, respond: async () => undefined, write });
  }
}

function named(name: string): Error {
  return Object.assign(new Error('in the model'), { name });
}
