import fc from 'fast-check';
import type { Publisher } from './publisher';
import { type Fate, type Mood, type Place, PLACES, type Run, type Service, type Wish, World } from './world';
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
  /** Calls go on, in any order, of all runs or of one while the others are slow; some, with all services or one, have trouble. */
  | { readonly do: 'go on'; readonly run?: number; readonly steps: number; readonly seed: number; readonly trouble: Trouble }
  /** Every run comes to its end. */
  | { readonly do: 'finish' }
  | { readonly do: 'wait'; readonly milliseconds: number }
  | { readonly do: 'kill'; readonly pick: number }
  | { readonly do: 'change the mood'; readonly place: Place; readonly mood: Mood }
  /** Whatever troubled the vendor is over, and every message is seen to. */
  | { readonly do: 'calm down' }
  | { readonly do: 'deploy'; readonly wishes: readonly Wish[] };

/** How many of the calls to a service, or to any, have trouble. */
interface Trouble {
  readonly with?: Service;
  readonly percent: number;
}

const TROUBLES: readonly Fate[] = ['failed', 'answer lost', 'answer lost', 'denied'];
const READ_TROUBLES: readonly Fate[] = ['failed', 'denied', 'stale', 'stale', 'stale', 'stale'];

const wishes: fc.Arbitrary<Wish[]> = fc.uniqueArray(fc.record({
  place: fc.constantFrom(...PLACES), setting: fc.constantFrom(1, 1, 2), removal: fc.constantFrom('leave' as const, 'delete' as const, 'delete' as const),
}), { selector: ({ place }) => place, minLength: 0, maxLength: PLACES.length });

const places = fc.constantFrom(...PLACES);
const troubles: fc.Arbitrary<Trouble> = fc.record({
  with: fc.constantFrom(undefined, 'secretsmanager' as const, 'vendor' as const, 'sqs' as const), percent: fc.constantFrom(0, 0, 10, 40, 100),
});
const goesOn: fc.Arbitrary<Event> = fc.record({
  do: fc.constant('go on' as const),
  run: fc.option(fc.nat({ max: 3 }), { freq: 2, nil: undefined }),
  steps: fc.integer({ min: 1, max: 40 }),
  seed: fc.nat(),
  trouble: troubles,
});
const receives: fc.Arbitrary<Event> = fc.record({ do: fc.constant('receive' as const), most: fc.constantFrom(1, 2, 10) });
const changesMood: fc.Arbitrary<Event> = fc.record({
  do: fc.constant('change the mood' as const),
  place: places,
  mood: fc.constantFrom('well' as const, 'refusing' as const, 'asking for a pause' as const, 'taking without an answer' as const),
});
const deploys: fc.Arbitrary<Event> = fc.record({ do: fc.constant('deploy' as const), wishes });

const FINISH: Event = { do: 'finish' };
const RECEIVE: Event = { do: 'receive', most: 10 };
const wait = (milliseconds: number): Event => ({ do: 'wait', milliseconds });
/** The publisher has a message for each target. */
const EACH_TOLD: Event[] = [wait(6 * SECOND), RECEIVE, FINISH];

/** What may happen next, now and then a few events that seldom come together by chance. */
const scenes: fc.Arbitrary<readonly Event[]> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('refresh' as const), told: fc.constantFrom(0, 1, 1, 2) }).map((event) => [event]) },
  { weight: 3, arbitrary: fc.constantFrom(0, 1).map((told): Event[] => [{ do: 'refresh', told }, ...told > 0 ? EACH_TOLD : []]) },
  { weight: 3, arbitrary: fc.constantFrom<Event[]>([{ do: 'tell' }], [{ do: 'tell' }, ...EACH_TOLD]) },
  { weight: 3, arbitrary: goesOn.map((event): Event[] => [{ do: 'refresh', told: 1 }, wait(6 * SECOND), RECEIVE, event]) },
  { weight: 3, arbitrary: receives.map((event) => [event]) },
  { weight: 5, arbitrary: fc.tuple(receives, goesOn) },
  { weight: 5, arbitrary: goesOn.map((event) => [event]) },
  { weight: 4, arbitrary: fc.constant([FINISH]) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      SECOND, 5 * SECOND, 6 * SECOND, 12 * SECOND, 31 * SECOND, 45 * SECOND, 3 * MINUTE, 4 * MINUTE, 20 * MINUTE, HOUR, 3 * HOUR,
    ).map((milliseconds) => [wait(milliseconds)]),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), pick: fc.nat({ max: 9 }) }).map((event) => [event]) },
  { weight: 3, arbitrary: changesMood.map((event) => [event]) },
  { weight: 3, arbitrary: fc.constantFrom<Event[]>([{ do: 'calm down' }]) },
  { weight: 2, arbitrary: deploys.map((event) => [event]) },
  { weight: 2, arbitrary: fc.tuple(changesMood, deploys).map((events) => [...events, FINISH]) },
);

/** Any history; what is frequent in it is what runs do to each other. */
export const histories: fc.Arbitrary<Event[]> = fc.array(scenes, { minLength: 1, maxLength: 24, size: 'max' }).map((parts) => parts.flat());

/** Every place is a target. */
const ALL: Wish[] = PLACES.map((place) => ({ place, setting: 1, removal: 'delete' }));

const deployOf = (of: readonly Wish[]): Event => ({ do: 'deploy', wishes: of });
const beIn = (mood: Mood): Event => ({ do: 'change the mood', place: 'free', mood });

/** Histories that chance seldom finds. */
export const RARE_HISTORIES: Record<string, Event[]> = {
  'an app goes back to what it was when a vendor had given no answer': [
    beIn('taking without an answer'), deployOf(ALL.map((wish) => ({ ...wish, setting: 2 }))), FINISH,
    beIn('well'), deployOf(ALL), FINISH, { do: 'calm down' },
  ],
};

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
      await world.drain();
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
    case 'calm down': return calmDown(world);
    case 'deploy': return world.deploy(event.wishes);
  }
}

async function goOn({ run, steps, seed, trouble }: Extract<Event, { do: 'go on' }>, world: World): Promise<void> {
  const random = dice(seed);
  const fateOf = (service: Service): Fate => {
    if (random(100) >= trouble.percent || (trouble.with ?? service) !== service) return 'answered';
    const fates = service === 'secretsmanager' ? READ_TROUBLES : TROUBLES;
    return fates[random(fates.length)];
  };
  const runs = world.running();
  const of: Run | undefined = run === undefined ? undefined : runs[run % runs.length];
  for (let step = 0; step < steps && world.pending(of) > 0; step++) await world.step(random(world.pending(of)), fateOf, of);
}

async function calmDown(world: World): Promise<void> {
  world.moods.clear();
  await world.drain();
  world.checkTold();
}

async function comeToRest(world: World): Promise<void> {
  await calmDown(world);
  await world.advance(5 * MINUTE);
  // Also mends a deploy that was killed.
  await world.deploy(world.wishes);
  await world.drain();
  await world.advance(HOUR);
  world.dead = [];
  world.refresh(1);
  await world.drain();
  await world.checkFresh();
  const { writes } = world;
  world.tell(2);
  await world.drain();
  world.demand(world.writes === writes && world.dead.length === 0, 'a round with nothing to do did something');
}
