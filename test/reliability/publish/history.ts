import fc from 'fast-check';
import type { Publisher } from './publisher';
import { type Fate, type Mood, type Place, PLACES, type Wish, World } from './world';
import { dice } from '../model/history';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What happens next. */
export type Event =
  /** The refresher writes a version, and tells the publisher of it once, or again and again, or not at all. */
  | { readonly do: 'refresh'; readonly told: number }
  | { readonly do: 'tell' }
  /** A publisher takes messages. */
  | { readonly do: 'receive'; readonly most: number }
  /** Calls go on, in any order; some have trouble. */
  | { readonly do: 'go on'; readonly steps: number; readonly seed: number; readonly troublePercent: number }
  /** Every run comes to its end. */
  | { readonly do: 'finish' }
  | { readonly do: 'wait'; readonly milliseconds: number }
  | { readonly do: 'kill'; readonly pick: number }
  | { readonly do: 'change the mood'; readonly place: Place; readonly mood: Mood }
  | { readonly do: 'be stale'; readonly isStale: boolean }
  | { readonly do: 'deploy'; readonly wishes: readonly Wish[] };

const TROUBLES: readonly Fate[] = ['failed', 'answer lost', 'answer lost', 'denied'];

const wishes: fc.Arbitrary<Wish[]> = fc.uniqueArray(fc.record({
  place: fc.constantFrom(...PLACES), setting: fc.constantFrom(1, 1, 2), removal: fc.constantFrom('leave' as const, 'delete' as const, 'delete' as const),
}), { selector: ({ place }) => place, minLength: 0, maxLength: PLACES.length });

/** Any history; what is frequent in it is what runs do to each other. */
export const histories: fc.Arbitrary<Event[]> = fc.array(fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('refresh' as const), told: fc.constantFrom(0, 1, 1, 2) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'tell' as const }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('receive' as const), most: fc.constantFrom(1, 2, 10) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('go on' as const), steps: fc.integer({ min: 1, max: 30 }), seed: fc.nat(), troublePercent: fc.constantFrom(0, 0, 10, 40),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'finish' as const }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      milliseconds: fc.constantFrom(
        SECOND, 5 * SECOND, 6 * SECOND, 12 * SECOND, 31 * SECOND, 45 * SECOND, 3 * MINUTE, 4 * MINUTE, 20 * MINUTE, HOUR, 3 * HOUR,
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), pick: fc.nat({ max: 9 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('change the mood' as const),
      place: fc.constantFrom(...PLACES),
      mood: fc.constantFrom('well' as const, 'refusing' as const, 'asking for a pause' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('be stale' as const), isStale: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deploy' as const), wishes }) },
), { minLength: 1, maxLength: 30, size: 'max' });

/** Every place is a target. */
const ALL: Wish[] = PLACES.map((place) => ({ place, setting: 1, removal: 'delete' }));

/**
 * Plays a history, and after it has calmed down a refresh without any trouble, which must bring every target up to date,
 * and a round that must find nothing to do.
 *
 * @throws BrokenRule if a rule is broken
 */
export async function play(history: readonly Event[], publisher: Publisher): Promise<World> {
  const world = new World(publisher);
  // The pauses of those that compete: the same in each play.
  const random = dice(1);
  const real = Math.random;
  Math.random = () => random(1000) / 1000;
  try {
    return await world.clock.rule(async () => {
      world.refresh(0);
      await world.deploy(ALL);
      await world.finish();
      for (const event of history) await happen(event, world);
      await comeToRest(world);
      return world;
    });
  } finally {
    Math.random = real;
  }
}

async function happen(event: Event, world: World): Promise<unknown> {
  switch (event.do) {
    case 'refresh': return world.refresh(event.told);
    case 'tell': return world.tell(1);
    case 'receive': return world.running().length < 4 && world.receive(event.most);
    case 'go on': return goOn(event, world);
    case 'finish': return world.finish();
    case 'wait': return world.advance(event.milliseconds);
    case 'kill': {
      const running = world.running();
      return running.length > 0 && world.kill(running[event.pick % running.length]);
    }
    case 'change the mood': return world.moods.set(event.place, event.mood);
    case 'be stale': return (world.isStale = event.isStale);
    case 'deploy': return world.deploy(event.wishes);
  }
}

async function goOn({ steps, seed, troublePercent }: Extract<Event, { do: 'go on' }>, world: World): Promise<void> {
  const random = dice(seed);
  for (let step = 0; step < steps && world.pending > 0; step++) {
    const isTrouble = random(100) < troublePercent;
    await world.step(random(world.pending), isTrouble ? TROUBLES[random(TROUBLES.length)] : 'answered');
  }
}

async function comeToRest(world: World): Promise<void> {
  world.moods.clear();
  world.isStale = false;
  await world.drain();
  world.checkTold();
  await world.advance(5 * MINUTE);
  world.dead = [];
  // Also mends a deploy that was killed.
  await world.deploy(world.wishes);
  await world.drain();
  await world.advance(HOUR);
  world.refresh(1);
  await world.drain();
  await world.checkFresh();
  const { writes } = world;
  world.tell(2);
  await world.drain();
  world.demand(world.writes === writes && world.dead.length === 0, 'a round with nothing to do did something');
}
