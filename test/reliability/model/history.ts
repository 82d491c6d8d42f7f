import fc from 'fast-check';
import { HOSTS, type SourceName, SPOILED } from './aws';
import type { Refresher } from './refresher';
import { PRECISION } from './rules';
import { type Fate, World } from './world';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const ALL: readonly SourceName[] = ['own', 'foreign', 'public', 'login'];

/** What happens next. */
export type Event =
  | { readonly do: 'start'; readonly without?: SourceName; readonly force: boolean }
  /** Calls go on, in any order; some have trouble. */
  | { readonly do: 'go on'; readonly steps: number; readonly seed: number; readonly troublePercent: number }
  /** One call of a run goes through, or not; it is named by its operation or by the source that it asks. */
  | { readonly do: 'let through'; readonly run: number; readonly call: string; readonly fate: Fate }
  | { readonly do: 'finish one'; readonly run: number }
  /** Every run comes to its end. */
  | { readonly do: 'finish' }
  | { readonly do: 'wait'; readonly milliseconds: number }
  /** Until the next of the entries that readers have expires, or shortly before or after. */
  | { readonly do: 'wait for an expiry'; readonly offset: number }
  | { readonly do: 'kill'; readonly pick: number }
  | { readonly do: 'set the clock'; readonly skew: number }
  | { readonly do: 'edit'; readonly how: 'nonsense' | 'other host' | 'own host' | 'white space' | 'one more host' | 'no host' }
  | { readonly do: 'change the login' }
  | { readonly do: 'shorten tokens'; readonly life: number }
  | { readonly do: 'lengthen passwords'; readonly length: number }
  | { readonly do: 'delete' }
  | { readonly do: 'restore' };

const TROUBLES: readonly Fate[] = ['failed', 'failed', 'answer lost', 'answer lost', 'sent twice', 'sent twice', ...SPOILED];

/** Any history; what is frequent in it is what runs do to each other. */
export const histories: fc.Arbitrary<Event[]> = fc.array(fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('start' as const), without: rarely(fc.constantFrom(...ALL)), force: often(false, true) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('go on' as const), steps: fc.integer({ min: 1, max: 24 }), seed: fc.nat(), troublePercent: fc.constantFrom(0, 0, 15, 50, 100),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'finish' as const }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      milliseconds: fc.constantFrom(
        SECOND, 9 * SECOND, 19 * SECOND, 41 * SECOND, 70 * SECOND, 5 * MINUTE, 11 * MINUTE, HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 13 * HOUR,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait for an expiry' as const), offset: fc.constantFrom(-6 * MINUTE, -3 * MINUTE, -50 * SECOND, -10 * SECOND, 0, 5 * SECOND, 4 * MINUTE),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), pick: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set the clock' as const), skew: fc.constantFrom(0, -7 * MINUTE, 7 * MINUTE, -30 * SECOND) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('edit' as const), how: fc.constantFrom('nonsense' as const, 'other host' as const, 'own host' as const, 'white space' as const, 'one more host' as const, 'no host' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'change the login' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('shorten tokens' as const), life: fc.constantFrom(12 * HOUR, 12 * HOUR, HOUR, 5 * MINUTE) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lengthen passwords' as const), length: often(12, 24_000) }) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'delete' as const }, { do: 'restore' as const }) },
), { minLength: 1, maxLength: 24, size: 'max' });

const START: Event = { do: 'start', force: false };
const FINISH: Event = { do: 'finish' };
const AFTER_A_GOOD_RUN: Event[] = [START, FINISH];
const letThrough = (run: number, call: string, fate: Fate = 'answered'): Event => ({ do: 'let through', run, call, fate });
const wait = (milliseconds: number): Event => ({ do: 'wait', milliseconds });

/** Histories that chance seldom finds. */
export const RARE_HISTORIES: Record<string, Event[]> = {
  'an entry expires while the tokens are fetched, and its registry fails': [
    ...AFTER_A_GOOD_RUN, { do: 'wait for an expiry', offset: -10 * SECOND },
    START, letThrough(1, 'GetSecretValue'), wait(30 * SECOND), letThrough(1, 'foreign', 'failed'), FINISH,
  ],
  'the Lambda\'s clock is ahead, and a registry with minutes left fails': [
    ...AFTER_A_GOOD_RUN, { do: 'set the clock', skew: 7 * MINUTE }, { do: 'wait for an expiry', offset: -3 * MINUTE },
    START, letThrough(1, 'foreign', 'failed'), FINISH,
  ],
  'the Lambda\'s clock is behind, and a registry whose entry has expired fails': [
    ...AFTER_A_GOOD_RUN, { do: 'set the clock', skew: -7 * MINUTE }, { do: 'wait for an expiry', offset: 3 * MINUTE },
    START, letThrough(1, 'foreign', 'failed'), FINISH,
  ],
  'a login is changed while a run looks, and another run is faster': [
    ...AFTER_A_GOOD_RUN, wait(3 * HOUR), START, letThrough(1, 'login'), { do: 'change the login' },
    START, { do: 'finish one', run: 2 }, { do: 'finish one', run: 1 },
  ],
  'a login is changed while a run fetches, and another run is faster': [
    ...AFTER_A_GOOD_RUN, wait(3 * HOUR), START, letThrough(1, 'GetSecretValue'), letThrough(1, 'login'), { do: 'change the login' },
    START, { do: 'finish one', run: 2 }, { do: 'finish one', run: 1 },
  ],
  'a person adds a registry to entries that have expired, and a registry fails': [
    ...AFTER_A_GOOD_RUN, { do: 'wait for an expiry', offset: 4 * MINUTE }, { do: 'edit', how: 'one more host' },
    START, letThrough(1, 'foreign', 'failed'), FINISH,
  ],
  'a registry that had failed is back a minute later': [
    ...AFTER_A_GOOD_RUN, wait(HOUR), START, letThrough(1, 'foreign', 'failed'), FINISH, wait(MINUTE), START, FINISH,
  ],
};

function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 1 });
}

function often<T>(usual: T, other: T): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(other) });
}

/**
 * Plays a history, and after it has calmed down two runs without any trouble: the first must bring every registry up to
 * date, and the second must find nothing to do.
 *
 * @throws BrokenRule if a rule is broken
 */
export async function play(history: readonly Event[], refresher: Refresher): Promise<World> {
  const world = new World(refresher);
  return world.clock.rule(async () => {
    for (const event of history) await happen(event, world);
    await comeToRest(world);
    return world;
  });
}

async function happen(event: Event, world: World): Promise<void> {
  switch (event.do) {
    case 'start': {
      if (world.running().length < 3) await world.start(ALL.filter((source) => source !== event.without), event.force);
      return;
    }
    case 'go on': return goOn(event, world);
    case 'let through': return world.letThrough(world.runs[event.run], event.call, event.fate);
    case 'finish one': return world.finishRun(world.runs[event.run]);
    case 'finish': return world.finish();
    case 'wait': return world.advance(event.milliseconds);
    case 'wait for an expiry': {
      const expiries = [...(world.secret.current && world.rules.entriesOf(world.secret.current)) ?? []]
        .map(([, auth]) => (world.aws.issued.get(auth)?.expiresAt ?? Infinity) + event.offset - world.clock.now);
      const next = Math.min(...expiries.filter((milliseconds) => milliseconds > 0));
      return next === Infinity ? undefined : world.advance(next);
    }
    case 'kill': {
      const running = world.running();
      if (running.length > 0) world.kill(running[event.pick % running.length]);
      return;
    }
    case 'set the clock': {
      world.skew = event.skew;
      return;
    }
    case 'edit': {
      if (!world.secret.deleted) world.secret.edit(edited(world.secret.current?.value, event.how));
      return;
    }
    case 'change the login': return world.aws.changeLogin();
    case 'shorten tokens': {
      world.aws.tokenLife = event.life;
      return;
    }
    case 'lengthen passwords': {
      world.aws.passwordLength = event.length;
      return;
    }
    case 'delete': {
      world.secret.deleted = true;
      return;
    }
    case 'restore': {
      world.secret.deleted = false;
      return;
    }
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
  world.secret.deleted = false;
  world.skew = 0;
  world.aws.tokenLife = 12 * HOUR;
  world.aws.passwordLength = 12;
  await world.finish();
  await world.advance(11 * MINUTE);
  const good = await world.runAlone(ALL);
  world.rules.check();
  world.rules.demand(good.state === 'done', `a run without trouble failed: ${(good.error as Error)?.message}`);
  const { current } = world.secret;
  const entries = current && world.rules.entriesOf(current);
  const hosts = ALL.flatMap((source) => HOSTS[source]);
  world.rules.demand(String([...entries?.keys() ?? []].sort()) === String(hosts.sort()), 'a run without trouble left other hosts than it was asked for');
  for (const host of hosts) {
    const { expiresAt = 0, generation } = world.aws.issued.get(entries!.get(host)!) ?? {};
    const life = expiresAt - world.clock.now;
    world.rules.demand(generation === undefined || generation === world.aws.generation, 'a run without trouble left a login that had been replaced');
    world.rules.demand(life > 12 * HOUR - 10 * MINUTE - PRECISION, `after a run without trouble ${host} has ${life} ms left`);
  }
  world.rules.demand(good.report!.usable && good.report!.secondsRemaining! > 11 * 3600, 'a run without trouble reports trouble');
  await world.advance(MINUTE);
  await world.runAlone(ALL);
  world.rules.demand(world.secret.current === current, 'a second run wrote another version');
}

function edited(value: string | undefined, how: Extract<Event, { do: 'edit' }>['how']): string {
  const FOREIGN = { auth: 'ZWRpdGVkOmJ5IGhhbmQ=' };
  const parsed = json(value) ?? { auths: {} };
  switch (how) {
    case 'nonsense': return 'my password is secret';
    case 'other host': return JSON.stringify({ auths: { 'docker.io': FOREIGN } });
    case 'own host': return JSON.stringify({ auths: { 'public.ecr.aws': FOREIGN } });
    case 'white space': return JSON.stringify(parsed, undefined, 2);
    case 'one more host': return JSON.stringify({ auths: { ...parsed.auths, 'docker.io': FOREIGN } });
    case 'no host': return '{"auths":{}}';
  }
}

function json(text: string | undefined): { auths: object } | undefined {
  try {
    const value = JSON.parse(text ?? '');
    return typeof value.auths === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Throws dice; the same seed always throws the same.
 *
 * @see https://en.wikipedia.org/wiki/Lehmer_random_number_generator
 */
export function dice(seed: number): (sides: number) => number {
  const PRIME = 2 ** 31 - 1;
  let state = seed % (PRIME - 1) + 1;
  const next = () => (state = state * 48_271 % PRIME);
  next();
  return (sides) => Math.floor(next() / PRIME * sides);
}
