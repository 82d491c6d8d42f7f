import { HOSTS } from './model/aws';
import { ALL, dice } from './model/history';
import { REFRESHER } from './model/refresher';
import { type Fate, type Run, World } from './model/world';
import { SOAK_DAYS, SOAK_SEEDS } from './sizes';

jest.setTimeout(600_000);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The schedule's interval: the default. */
const INTERVAL = 3 * HOUR;

/** Lambda runs an asynchronous invocation that failed twice more, after a minute and after two. */
const RETRIES = [MINUTE, 2 * MINUTE];

/** How often the SDK makes a call. */
const ATTEMPTS = 5;

/** A refresher on its schedule, and for how long its readers had nothing that worked. */
class Soak {
  public readonly world = new World(REFRESHER);
  /** Seconds in which a registry had no valid entry, summed over all registries. */
  public expiredSeconds = 0;
  public failedRuns = 0;
  public runs = 0;

  /** Plays days of the schedule after a first good run. */
  public async play(days: number, draw: (world: World, operation: string) => Fate): Promise<this> {
    return this.world.clock.rule(async () => {
      await this.world.runAlone(ALL);
      for (let run = 0; run < days * 24 * HOUR / INTERVAL; run++) {
        await this.pass(INTERVAL - (await this.runWithRetries(draw)));
      }
      return this;
    });
  }

  /** @returns the time that it took */
  private async runWithRetries(draw: (world: World, operation: string) => Fate): Promise<number> {
    let taken = 0;
    for (const pause of [0, ...RETRIES]) {
      await this.pass(pause);
      taken += pause;
      const run = await this.world.runAlone(ALL, (operation) => draw(this.world, operation));
      this.runs++;
      if (isGood(run)) break;
      this.failedRuns++;
    }
    return taken;
  }

  private async pass(milliseconds: number): Promise<void> {
    const { clock, secret, rules, aws } = this.world;
    const end = clock.now + milliseconds;
    const entries = rules.entriesOf(secret.current!)!;
    for (const host of ALL.flatMap((source) => HOSTS[source])) {
      const expiresAt = aws.issued.get(entries.get(host) ?? '')?.expiresAt ?? 0;
      this.expiredSeconds += Math.max(0, end - Math.max(clock.now, expiresAt)) / 1000;
    }
    await this.world.advance(milliseconds);
  }
}

function isGood({ state, report }: Run): boolean {
  return state === 'done' && report!.registries.every(({ error }) => error === undefined);
}

/** What the SDK makes of attempts, three in ten of which fail: half of them before AWS does anything, half of them after. */
function withAttempts(random: (sides: number) => number): Fate {
  let isDone = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (random(10) >= 3) return isDone ? 'sent twice' : 'answered';
    isDone ||= random(2) === 0;
  }
  return isDone ? 'answer lost' : 'failed';
}

test(`${SOAK_DAYS} days in which 30 % of requests fail: no second without valid credentials, for each of ${SOAK_SEEDS} seeds`, async () => {
  let failedRuns = 0;
  for (let seed = 1; seed <= SOAK_SEEDS; seed++) {
    const random = dice(seed);
    const soak = await new Soak().play(SOAK_DAYS, () => withAttempts(random));
    expect(soak.expiredSeconds).toBe(0);
    failedRuns += soak.failedRuns;
  }
  expect(failedRuns).toBeGreaterThan(SOAK_SEEDS); // there was something to survive
});

test(`${SOAK_DAYS} days in which 30 % of calls fail in spite of all attempts: it is worse for hours, but never wrong`, async () => {
  const random = dice(1);
  const soak = await new Soak().play(SOAK_DAYS, () => (random(10) < 3 ? (['failed', 'answer lost'] as const)[random(2)] : 'answered'));
  const registrySeconds = SOAK_DAYS * 86_400 * ALL.flatMap((source) => HOSTS[source]).length;
  expect(soak.failedRuns / soak.runs).toBeGreaterThan(0.7);
  expect(soak.expiredSeconds).toBeGreaterThan(0);
  expect(soak.expiredSeconds / registrySeconds).toBeLessThan(0.1);
});

describe('an outage', () => {
  /** Plays two days, in which nothing works for some hours that begin some time after a run. */
  async function outage(begin: number, hours: number): Promise<number> {
    let start: number | undefined;
    const soak = await new Soak().play(2, ({ clock }) => {
      start ??= clock.now;
      const since = clock.now - start - begin;
      return since >= 0 && since < hours * HOUR ? 'failed' : 'answered';
    });
    return soak.expiredSeconds;
  }
  const BEGINS = Array.from({ length: 12 }, (_, quarter) => 3 * HOUR + quarter * 15 * MINUTE);

  test('of less than nine hours is not noticed, whenever it begins', async () => {
    for (const begin of BEGINS) expect(await outage(begin, 8.9)).toBe(0);
  });

  test('of 13 hours is', async () => {
    for (const begin of BEGINS) expect(await outage(begin, 13)).toBeGreaterThan(0);
  });
});
