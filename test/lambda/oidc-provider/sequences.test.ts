import { ConcurrentModificationException } from '@aws-sdk/client-iam';
import * as fc from 'fast-check';
import { arnOf, awsError, event, World, type Answer, type EventOptions, type Request } from './fixtures';
import { OidcRemoval } from '../../../src/private/contract';

const ISSUERS = ['https://one.example', 'https://two.example'];
const AUDIENCES = ['a', 'b', 'c'];

/** What a stack asks for: audiences of issuers, all with one policy of removal. */
interface Desired {
  readonly removal: OidcRemoval;
  /** By issuer. */
  readonly audiences: Record<string, readonly string[]>;
}

/** What becomes of the delivery of an event: Lambda may run it twice, and the first answer may get lost. */
type Delivery = 'once' | 'twice' | 'first answer lost';

interface Resource extends EventOptions {
  readonly physicalId: string;
}

/** A stack as CloudFormation deploys it: creates and updates in order, undoes what failed, and removes at the end. */
class DeployedStack {
  public readonly resources = new Map<string, Resource>();
  private readonly stackId: string;

  public constructor(private readonly name: string, private readonly world: World, private readonly delivery: () => Delivery) {
    this.stackId = `arn:aws:cloudformation:eu-west-1:111122223333:stack/${name}/1`;
  }

  /** @returns whether it succeeded */
  public async deploy({ audiences, removal }: Desired): Promise<boolean> {
    const wanted = new Map<string, EventOptions>();
    for (const [issuer, names] of Object.entries(audiences)) {
      wanted.set(issuer, { issuer, removal });
      for (const audience of names) wanted.set(`${issuer} ${audience}`, { issuer, audience, removal });
    }
    const replaced: [string, Resource][] = [];
    const before = new Map(this.resources);
    for (const [id, options] of wanted) {
      const old = before.get(id);
      if (old?.removal === removal) continue;
      const answer = await this.send(old ? 'Update' : 'Create', id, { ...options, physicalId: old?.physicalId });
      if (answer.Status === 'FAILED') {
        await this.rollBack(before, id, { ...options, physicalId: answer.PhysicalResourceId });
        return false;
      }
      this.resources.set(id, { ...options, physicalId: answer.PhysicalResourceId });
      if (old && old.physicalId !== answer.PhysicalResourceId) replaced.push([id, { ...options, physicalId: old.physicalId }]);
    }
    this.setRoles(wanted);
    const dropped = [...this.resources].filter(([id]) => !wanted.has(id)).reverse();
    for (const [id] of dropped) this.resources.delete(id);
    for (const [id, resource] of [...replaced, ...dropped]) await this.remove(id, resource);
    return true;
  }

  private async rollBack(before: Map<string, Resource>, failedId: string, failed: Resource): Promise<void> {
    if (!before.has(failedId)) await this.remove(failedId, failed);
    for (const [id, resource] of [...this.resources].reverse()) {
      const old = before.get(id);
      if (!old) {
        this.resources.delete(id);
        await this.remove(id, resource);
      } else if (old !== resource) {
        const answer = await this.send('Update', id, { ...old, physicalId: resource.physicalId });
        this.resources.set(id, { ...old, physicalId: answer.PhysicalResourceId });
      }
    }
  }

  /** A resource with the deletion policy Retain is not deleted, and the function not called. */
  private async remove(id: string, resource: Resource): Promise<void> {
    if (resource.removal === OidcRemoval.DESTROY) await this.send('Delete', id, resource);
  }

  private async send(request: Request, logicalId: string, options: EventOptions): Promise<Answer> {
    const sent = event(request, { ...options, logicalId, stackId: this.stackId });
    const delivery = this.delivery();
    const first = await this.world.answerTo(sent);
    if (delivery === 'once') return first;
    const second = await this.world.answerTo(sent);
    return delivery === 'twice' ? first : second;
  }

  private setRoles(wanted: Map<string, EventOptions>): void {
    for (const arn of [...this.world.roles.keys()].filter((role) => role.includes(`role/${this.name} `))) this.world.roles.delete(arn);
    for (const { issuer, audience } of wanted.values()) {
      if (audience) this.world.keepRole(`${this.name} ${issuer} ${audience}`, arnOf(issuer!), audience);
    }
  }
}

type Change =
  | { readonly kind: 'deploy'; readonly stack: 0 | 1; readonly desired: Desired }
  | { readonly kind: 'make' | 'make again' | 'tag'; readonly issuer: string }
  | { readonly kind: 'add' | 'use' | 'stop using'; readonly issuer: string; readonly audience: string };

const issuer = fc.constantFrom(...ISSUERS);
const audience = fc.constantFrom(...AUDIENCES);
const audiencesOf = fc.dictionary(issuer, fc.uniqueArray(audience, { minLength: 1 }), { maxKeys: ISSUERS.length });
const desired = fc.record({ removal: fc.constantFrom(OidcRemoval.DESTROY, OidcRemoval.RETAIN), audiences: audiencesOf });
const deploy = fc.record({ kind: fc.constant('deploy' as const), stack: fc.constantFrom(0 as const, 1 as const), desired });
const foreign = fc.oneof(
  fc.record({ kind: fc.constantFrom('make' as const, 'make again' as const, 'tag' as const), issuer }),
  fc.record({ kind: fc.constantFrom('add' as const, 'use' as const, 'stop using' as const), issuer, audience }),
);
const fault = fc.constantFrom<'none' | 'denied' | 'busy' | 'refused' | 'lost'>('none', 'none', 'none', 'none', 'none', 'denied', 'busy', 'refused', 'lost');
const delivery = fc.constantFrom<Delivery>('once', 'once', 'twice', 'first answer lost');

/** What is not ours, and must stay: kept apart from the world, to be compared with it. */
class Foreigners {
  private readonly made = new Map<string, number>();
  private readonly tags = new Map<string, string>();
  private readonly audiences = new Set<string>();

  public constructor(private readonly world: World, private readonly promised: Set<string>) {}

  public change(change: Exclude<Change, { kind: 'deploy' }>): void {
    const arn = arnOf(change.issuer);
    const provider = this.world.providers.get(arn);
    switch (change.kind) {
      case 'make':
        if (!provider) this.make(change.issuer);
        break;
      case 'make again':
        // What the stacks were promised there is gone, by no fault of theirs.
        for (const one of [...this.promised].filter((name) => name.startsWith(`${arn} `))) this.promised.delete(one);
        for (const one of [...this.audiences].filter((name) => name.startsWith(`${arn} `))) this.audiences.delete(one);
        this.make(change.issuer);
        break;
      case 'tag':
        provider?.tags.set('owner', 'them');
        if (provider) this.tags.set(arn, 'them');
        break;
      case 'add':
        if (!provider || provider.audiences.has(change.audience)) break;
        provider.audiences.add(change.audience);
        this.audiences.add(`${arn} ${change.audience}`);
        break;
      case 'use':
        if (provider?.audiences.has(change.audience)) this.world.keepRole(`theirs ${arn} ${change.audience}`, arn, change.audience);
        break;
      case 'stop using':
        this.world.roles.delete(`arn:aws:iam::111122223333:role/theirs ${arn} ${change.audience}`);
        break;
    }
  }

  public check(): void {
    for (const [arn, madeAt] of this.made) {
      const provider = this.world.providers.get(arn);
      expect(provider).toMatchObject({ madeAt: new Date(madeAt), thumbprints: ['f'.repeat(40)] });
      expect([...provider!.tags.keys()].filter((key) => key !== 'owner')).toEqual(['made']);
    }
    for (const [arn, owner] of this.tags) {
      // A provider that a stack made and that nobody uses may go, with what is written on it.
      if (this.made.has(arn)) expect(this.world.providers.get(arn)!.tags.get('owner')).toBe(owner);
    }
    for (const one of this.audiences) this.expectAudience(one);
    for (const role of this.world.roles.keys()) {
      const [, theirs] = /role\/theirs (.+)$/.exec(role) ?? [];
      if (theirs) this.expectAudience(theirs);
    }
  }

  public expectAudience(name: string): void {
    const [arn, wanted] = name.split(' ');
    expect([...this.world.providers.get(arn)?.audiences ?? [`no provider for ${wanted}`]]).toContain(wanted);
  }

  private make(made: string): void {
    const arn = arnOf(made);
    for (const role of [...this.world.roles.keys()].filter((name) => name.includes(`role/theirs ${arn} `))) this.world.roles.delete(role);
    this.world.keep(made, [AUDIENCES[0]], { made: 'elsewhere' }, ['f'.repeat(40)]);
    this.audiences.add(`${arn} ${AUDIENCES[0]}`);
    this.tags.delete(arn);
    this.made.set(arn, this.world.providers.get(arn)!.madeAt.getTime());
  }
}

let world: World;
beforeEach(() => { world = new World(); });
afterEach(() => world.restore());

/** Takes one after the other, again and again. */
function cycle<T>(items: readonly T[]): () => T {
  let index = 0;
  return () => items[index++ % items.length];
}

function injectFaults(faults: readonly string[]): void {
  const before = cycle(faults);
  let next = 'none';
  world.before = () => {
    next = before();
    if (next === 'denied') throw awsError('AccessDenied');
    if (next === 'busy') throw new ConcurrentModificationException({ message: 'busy', $metadata: {} });
    if (next === 'refused') throw awsError('ServiceFailureException');
  };
  world.after = () => { if (next === 'lost') throw awsError('TimeoutError'); };
}

test('whatever happens, what others made and use stays, and what a deploy promised is there', async () => {
  const seen = { succeeded: 0, failed: 0, removals: 0 };
  await fc.assert(fc.asyncProperty(
    fc.array(fc.oneof(deploy, foreign), { minLength: 4, maxLength: 14, size: 'max' }),
    fc.array(fault, { minLength: 1, maxLength: 30 }),
    fc.array(delivery, { minLength: 1, maxLength: 12 }),
    async (changes, faults, deliveries) => {
      world.restore();
      world = new World();
      injectFaults(faults);
      const nextDelivery = cycle(deliveries);
      const stacks = ['first', 'second'].map((name) => new DeployedStack(name, world, nextDelivery));
      const promised = new Set<string>();
      const foreigners = new Foreigners(world, promised);
      for (const change of changes) {
        if (change.kind === 'deploy') {
          const { name, stack } = { name: `${change.stack}`, stack: stacks[change.stack] };
          const events = world.lines.length;
          const known = new Set(stack.resources.keys());
          const succeeded = await stack.deploy(change.desired);
          seen[succeeded ? 'succeeded' : 'failed']++;
          if (succeeded) {
            for (const one of [...promised].filter((promise) => promise.endsWith(` ${name}`))) {
              const [arn, kept] = one.split(' ');
              const stays = Object.entries(change.desired.audiences).some(([of, names]) => arnOf(of) === arn && names.includes(kept));
              if (!stays) promised.delete(one);
            }
            const touched = new Set(world.lines.slice(events).map((line) => line.logicalId as string));
            for (const [of, names] of Object.entries(change.desired.audiences)) {
              for (const wanted of names) {
                const id = `${of} ${wanted}`;
                if (touched.has(id) || !known.has(id)) promised.add(`${arnOf(of)} ${wanted} ${name}`);
              }
            }
          }
        } else {
          foreigners.change(change);
        }
        foreigners.check();
        for (const promise of promised) foreigners.expectAudience(promise);
      }
      seen.removals += world.calls('RemoveClientID') + world.calls('Delete');
    },
  ), { numRuns: 400 });
  // It would prove nothing if no deploy ever got through, or none removed anything.
  expect(Math.min(seen.succeeded, seen.failed, seen.removals)).toBeGreaterThan(100);
}, 120_000);

test('two stacks that deploy at the same time both get what they ask for', async () => {
  await fc.assert(fc.asyncProperty(fc.scheduler(), audiencesOf, audiencesOf, fc.boolean(), async (scheduler, one, two, madeByHand) => {
    world.restore();
    world = new World();
    if (madeByHand) world.keep(ISSUERS[0], ['theirs'], { owner: 'them' });
    world.before = () => scheduler.schedule(Promise.resolve());
    world.after = () => scheduler.schedule(Promise.resolve());
    const deploys = [one, two].map((audiences, index) => (
      new DeployedStack(`stack${index}`, world, () => 'once').deploy({ audiences, removal: OidcRemoval.DESTROY })
    ));
    expect(await scheduler.waitFor(Promise.all(deploys))).toEqual([true, true]);
    for (const of of ISSUERS) {
      const wanted = [...one[of] ?? [], ...two[of] ?? [], ...madeByHand && of === ISSUERS[0] ? ['theirs'] : []];
      expect([...world.providers.get(arnOf(of))?.audiences ?? []].sort()).toEqual([...new Set(wanted)].sort());
    }
    if (madeByHand) expect(world.providers.get(arnOf(ISSUERS[0]))!.tags).toEqual(new Map([['owner', 'them']]));
  }), { numRuns: 200 });
});

test('with DESTROY nothing is left of a stack that had its issuers for itself', async () => {
  await fc.assert(fc.asyncProperty(fc.array(audiencesOf, { minLength: 1, maxLength: 6 }), async (deploys) => {
    world.restore();
    world = new World();
    const stack = new DeployedStack('only', world, () => 'once');
    for (const audiences of deploys) {
      expect(await stack.deploy({ audiences, removal: OidcRemoval.DESTROY })).toBe(true);
      expect(new Map([...world.providers].map(([arn, provider]) => [arn, [...provider.audiences].sort()])))
        .toEqual(new Map(Object.entries(audiences).map(([of, names]) => [arnOf(of), [...names].sort()])));
    }
    await stack.deploy({ audiences: {}, removal: OidcRemoval.DESTROY });
    expect(world.providers.size).toBe(0);
  }), { numRuns: 100 });
});
