import type { SQSEvent } from 'aws-lambda';
import { workOn, type BatchPorts } from '../../../lambda/publish/batch';
import type { Dockercfg } from '../../../lambda/publish/dockercfg-source';
import type { Pace } from '../../../lambda/publish/pace';
import type { Delayed, PublishQueue } from '../../../lambda/publish/queue';
import type { Target } from '../../../lambda/publish/target-id';
import { targetsOf } from '../../../lambda/publish/target-id';
import type { Lease, StoredTarget, TargetState, TargetStore } from '../../../lambda/publish/target-store';
import { Telemetry } from '../../../lambda/publish/telemetry';
import type { Payload, RateLimit, Vendor, VendorPorts } from '../../../lambda/publish/vendor';
import { MOST_RECEIVES, type PublishMessage, type TargetSpec } from '../../../src/private/target-contract';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const NOW = Date.parse('2026-01-01T00:00:00Z');
export const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
export const OTHER_HOST = '111122223333.dkr.ecr.us-east-2.amazonaws.com';

/** A target of the fake vendor. */
export function target(place: string, change: Partial<TargetSpec> = {}): Target {
  const spec: TargetSpec = { kind: 'fake', where: { place }, settings: {}, form: 'config.json', removal: 'leave', ...change };
  return [...targetsOf(JSON.stringify([{ ...spec, where: [spec.where] }])).values()][0];
}

export function authOf(password: string): string {
  return Buffer.from(`AWS:${password}`).toString('base64');
}

/** A dockercfg with these passwords, which were fetched at that time. */
export function dockercfg(writtenAt: number, passwords: Record<string, string>, lifeMs = 12 * HOUR): Dockercfg {
  const entries = Object.entries(passwords).map(([host, password]) => [host, { auth: authOf(password), expiresAt: writtenAt + lifeMs }] as const);
  return { entries: new Map(entries), versionId: `version-${writtenAt}`, writtenAt };
}

/** The table, as the store's users see it. */
export class MemoryStore implements Pick<TargetStore, keyof TargetStore> {
  public readonly items = new Map<string, StoredTarget & { readonly lease?: { readonly owner: string; readonly until: number } }>();

  public async list(): Promise<StoredTarget[]> {
    return [...this.items.values()].map(({ target: one, state }) => ({ target: one, state }));
  }

  public async put(one: Target): Promise<void> {
    this.items.set(one.id, { ...this.items.get(one.id) ?? { state: {} }, target: one });
  }

  public async doubt(id: string): Promise<void> {
    const { digest, ...state } = this.items.get(id)!.state;
    this.items.set(id, { ...this.items.get(id)!, state });
  }

  public async delete(id: string): Promise<void> {
    this.items.delete(id);
  }

  public async lease(id: string, owner: string, now: number, until: number): Promise<Lease> {
    const item = this.items.get(id);
    if (!item) return { kind: 'gone' };
    if (item.lease && item.lease.until >= now && item.lease.owner !== owner) return { kind: 'busy' };
    this.items.set(id, { ...item, lease: { owner, until } });
    return { kind: 'mine', target: item.target, state: item.state };
  }

  public async release(id: string, owner: string, state: TargetState): Promise<void> {
    const item = this.items.get(id);
    if (item?.lease?.owner === owner) this.items.set(id, { target: item.target, state });
  }
}

interface Message {
  readonly id: string;
  readonly message: PublishMessage | string;
  receivedTimes: number;
  visibleAt: number;
}

/** All that the publisher meets, in memory, with a clock that only moves when it is told to. */
export class World {
  public time = NOW;
  public current: Dockercfg | Error = dockercfg(NOW, { [HOST]: 'first' });
  public readonly store = new MemoryStore();
  public readonly lines: any[] = [];
  public readonly slept: number[] = [];
  /** What each place of the fake vendor holds, and each value that was ever written there. */
  public readonly holds = new Map<string, string>();
  public readonly written: { readonly place: string; readonly payload: Payload }[] = [];
  public readonly removed: [string, string][] = [];
  /** What the fake vendor throws for a place. */
  public readonly failures = new Map<string, unknown>();
  public tokenExpiresAt?: number;
  public vendorSecret = 'a token of a vendor';
  public limit?: RateLimit;
  public readonly reserved: RateLimit[] = [];
  public readonly blocked: number[] = [];
  public nextSlot?: number;
  public messages: Message[] = [];
  public readonly dead: Message[] = [];
  public sendFailure?: Error;
  public putBackFailure?: Error;
  private owners = 0;
  private sent = 0;

  private readonly vendor: Vendor = {
    rateLimit: () => this.limit!,
    publish: async ({ where }, payload, ports) => {
      const failure = this.failures.get(where.place);
      if (typeof failure === 'function') await failure(ports);
      if (failure !== undefined) throw failure;
      this.holds.set(where.place, payload.text);
      this.written.push({ place: where.place, payload });
      return { tokenExpiresAt: this.tokenExpiresAt };
    },
    remove: async ({ where }, how, ports) => {
      const failure = this.failures.get(where.place);
      if (typeof failure === 'function') await failure(ports);
      if (failure !== undefined) throw failure;
      this.holds.delete(where.place);
      this.removed.push([where.place, how]);
    },
  };

  public readonly queue: Pick<PublishQueue, keyof PublishQueue> = {
    send: async (messages: readonly Delayed[]) => {
      if (this.sendFailure) throw this.sendFailure;
      for (const { message, at } of messages) this.push(message, Math.min(at ?? 0, this.time + 15 * MINUTE));
    },
    putBack: async (receiptHandle: string, seconds: number) => {
      if (this.putBackFailure) throw this.putBackFailure;
      this.messages.find(({ id }) => id === receiptHandle)!.visibleAt = this.time + seconds * 1000;
    },
  };

  public get ports(): BatchPorts {
    return {
      now: () => this.time,
      sleep: async (milliseconds) => {
        this.slept.push(milliseconds);
        this.time += milliseconds;
      },
      store: this.store as unknown as TargetStore,
      queue: this.queue as PublishQueue,
      pace: {
        reserve: async (limit: RateLimit) => {
          this.reserved.push(limit);
          return this.nextSlot ?? this.time;
        },
        block: async (_limit: RateLimit, until: number) => { this.blocked.push(until); },
        blockedUntil: async () => Math.max(0, ...this.blocked),
      } as unknown as Pace,
      vendors: { fake: this.vendor },
      vendorPorts: { secret: async () => this.vendorSecret } as unknown as VendorPorts,
      dockercfg: async () => {
        if (this.current instanceof Error) throw this.current;
        return this.current;
      },
      newOwner: () => `owner-${this.owners++}`,
      telemetry: new Telemetry((line) => this.lines.push(JSON.parse(line)), 'Publisher', () => this.time),
    };
  }

  public async add(...targets: Target[]): Promise<void> {
    for (const one of targets) await this.store.put(one);
  }

  public push(message: PublishMessage | string, visibleAt = this.time): void {
    this.messages.push({ id: `message-${this.sent++}`, message, receivedTimes: 0, visibleAt });
  }

  /** Works on the messages that are there now, as SQS hands them out; false if there are none. */
  public async workOnce(ports: BatchPorts = this.ports): Promise<boolean> {
    const due = this.messages.filter(({ visibleAt }) => visibleAt <= this.time).slice(0, 10);
    if (due.length === 0) return false;
    for (const message of due) {
      message.receivedTimes++;
      message.visibleAt = this.time + 18 * MINUTE;
    }
    const { batchItemFailures } = await workOn(eventOf(due), ports);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    this.messages = this.messages.filter((message) => !due.includes(message) || failed.has(message.id));
    for (const message of this.messages.filter(({ receivedTimes }) => receivedTimes >= MOST_RECEIVES)) this.dead.push(message);
    this.messages = this.messages.filter((message) => !this.dead.includes(message));
    return true;
  }

  /** Works until nothing is left in the queue, and lets time pass for what is to come later. */
  public async workAll(): Promise<void> {
    while (this.messages.length > 0) {
      if (await this.workOnce()) continue;
      this.time = Math.min(...this.messages.map(({ visibleAt }) => visibleAt));
    }
  }

  /** What was logged with that message. */
  public logged(message: string): any[] {
    return this.lines.filter((line) => line.message === message);
  }

  /** The values of a metric that were reported, without those for one target. */
  public metric(name: string): number[] {
    return this.lines.filter((line) => line._aws && name in line && !('Target' in line)).map((line) => line[name]);
  }
}

export function eventOf(messages: readonly Pick<Message, 'id' | 'message' | 'receivedTimes'>[]): SQSEvent {
  return {
    Records: messages.map(({ id, message, receivedTimes }) => ({
      messageId: id,
      receiptHandle: id,
      body: typeof message === 'string' ? message : JSON.stringify(message),
      attributes: { ApproximateReceiveCount: String(receivedTimes) },
    })),
  } as SQSEvent;
}
