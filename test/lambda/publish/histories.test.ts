import fc from 'fast-check';
import { authOf, dockercfg, HOST, MINUTE, target, World } from './world';
import type { BatchPorts } from '../../../lambda/publish/batch';
import { RateLimitedError, VendorError } from '../../../lambda/publish/errors';
import { LEASE_MS } from '../../../lambda/publish/publish-target';

/** How many histories the suite tries. */
const HISTORIES = 2_000;

const PLACES = ['a', 'b', 'c'];

type Command =
  /** A refresh writes a new dockercfg, and tells the publisher once, or again and again, or not at all. */
  | { readonly do: 'refresh'; readonly told: number }
  /** So many publishers take messages at once; each vendor's call takes so many turns. */
  | { readonly do: 'work'; readonly publishers: number; readonly turns: readonly number[] }
  /** A publisher is killed right before or after it has written to a vendor. */
  | { readonly do: 'kill'; readonly after: boolean }
  /** A vendor refuses, asks for a pause, or is well again. */
  | { readonly do: 'vendor'; readonly place: number; readonly mood: 'well' | 'refusing' | 'pausing' }
  /** Secrets Manager answers with the version before, for a moment. */
  | { readonly do: 'stale'; readonly isStale: boolean }
  | { readonly do: 'deploy'; readonly places: readonly string[] }
  | { readonly do: 'wait'; readonly minutes: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('refresh' as const), told: fc.nat(3) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('work' as const), publishers: fc.integer({ min: 1, max: 3 }), turns: fc.array(fc.nat(6), { minLength: 1, maxLength: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), after: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('vendor' as const), place: fc.nat(2), mood: fc.constantFrom('well' as const, 'refusing' as const, 'pausing' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stale' as const), isStale: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deploy' as const), places: fc.subarray(PLACES) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 5, 20, 180) }) },
);

class Killed extends Error {}

/** Publishers, vendors and refreshes through a history. */
class History {
  public readonly world = new World();
  /** The number of the refresh whose value each write put there. */
  public readonly writes = new Map<string, number[]>();
  private refreshes = 0;
  private before = this.world.current;
  private isStale = false;
  private refreshedAt = 0;

  public async take(next: Command): Promise<void> {
    const { world } = this;
    switch (next.do) {
      case 'refresh': return this.refresh(next.told);
      case 'work': return void await Promise.all(Array.from({ length: next.publishers }, (_, index) => world.workOnce(this.ports(next.turns, index))));
      case 'kill': return this.kill(next.after);
      case 'vendor': return this.setMood(PLACES[next.place], next.mood);
      // Only right after a write, and for less time than a lease lasts.
      case 'stale': this.isStale = next.isStale && world.time - this.refreshedAt < MINUTE; return;
      case 'deploy': return this.deploy(next.places);
      case 'wait':
        world.time += next.minutes * MINUTE;
        this.isStale = false;
    }
  }

  public async deploy(places: readonly string[]): Promise<void> {
    for (const place of PLACES) {
      const one = target(place);
      if (places.includes(place)) await this.world.store.put(one);
      else await this.world.store.delete(one.id);
    }
  }

  public refresh(told: number): void {
    this.before = this.world.current;
    this.refreshes++;
    this.world.time += 1000;
    this.refreshedAt = this.world.time;
    this.world.current = dockercfg(this.world.time, { [HOST]: `password-${this.refreshes}` });
    for (let count = 0; count < told; count++) this.world.push({ publish: 'all' });
  }

  public setMood(place: string, mood: string): void {
    const { world } = this;
    world.failures.delete(place);
    if (mood === 'refusing') world.failures.set(place, new VendorError('no'));
    if (mood === 'pausing') world.failures.set(place, new RateLimitedError('wait', world.time + 5 * MINUTE));
  }

  public recover(): void {
    this.isStale = false;
    this.world.failures.clear();
    this.world.time += LEASE_MS + 1;
  }

  /** What a publisher meets; each call of a vendor lets others go on for a while. */
  public ports(turns: readonly number[] = [0], first = 0): BatchPorts {
    const { ports } = this.world;
    let call = first;
    return {
      ...ports,
      dockercfg: async () => (this.isStale ? this.before as never : ports.dockercfg()),
      vendors: {
        fake: {
          ...ports.vendors.fake,
          publish: async (one, payload, vendorPorts) => {
            for (let turn = turns[call++ % turns.length]; turn > 0; turn--) await Promise.resolve();
            const published = await ports.vendors.fake.publish(one, payload, vendorPorts);
            const number = Number(/password-(\d+)|first/.exec(Buffer.from(JSON.parse(payload.text).auths[HOST].auth, 'base64').toString())![1] ?? 0);
            const { place } = one.where;
            this.writes.set(place, [...this.writes.get(place) ?? [], number]);
            return published;
          },
        },
      },
    };
  }

  /** Work that ends in the middle: the lease stays, nothing is recorded, and the message comes again. */
  private async kill(after: boolean): Promise<void> {
    const ports = this.ports();
    const dying: BatchPorts = {
      ...ports,
      vendors: {
        fake: {
          ...ports.vendors.fake,
          publish: async (one, payload, vendorPorts) => {
            if (after) await ports.vendors.fake.publish(one, payload, vendorPorts);
            throw new Killed();
          },
        },
      },
      store: Object.assign(Object.create(Object.getPrototypeOf(ports.store)), ports.store, {
        list: () => ports.store.list(),
        lease: (...args: Parameters<typeof ports.store.lease>) => ports.store.lease(...args),
        release: async () => { throw new Killed(); },
      }),
      queue: { ...ports.queue, putBack: async () => { throw new Killed(); } } as never,
    };
    await this.world.workOnce(dying);
  }
}

test('whatever happens to messages, publishers and vendors, each target ends with the freshest value and never goes back', async () => {
  await fc.assert(fc.asyncProperty(fc.array(command, { maxLength: 25, size: 'max' }), async (commands) => {
    const history = new History();
    const { world } = history;
    await history.deploy(PLACES);
    for (const next of commands) await history.take(next);

    history.recover();
    await history.deploy(PLACES);
    history.refresh(1);
    await world.workAll();
    const current = (world.current as ReturnType<typeof dockercfg>).entries.get(HOST)!.auth;
    for (const place of PLACES) expect(JSON.parse(world.holds.get(place)!)).toEqual({ auths: { [HOST]: { auth: current } } });

    // What is written is never older than what was written before; and the same only after a kill, whose work nobody recorded.
    for (const [, writes] of history.writes) expect(writes).toEqual([...writes].sort((a, b) => a - b));
    expect(JSON.stringify(world.lines)).not.toContain(authOf('password'));

    // Nothing is left to be done, and nothing is done twice.
    const done = world.written.length;
    world.push({ publish: 'all' });
    await world.workAll();
    expect(world.written).toHaveLength(done);
  }), { numRuns: HISTORIES });
}, 120_000);
