import fc from 'fast-check';
import { histories, play, RARE_HISTORIES } from './model/history';
import { REFRESHER } from './model/refresher';
import type { Rules } from './model/rules';
import { HISTORIES } from './sizes';

jest.setTimeout(600_000);

/** The environment may ask for more of them, or for others. */
const COUNT = Number(process.env.HISTORIES ?? HISTORIES);
const SEED = Number(process.env.HISTORIES_SEED ?? 20260101);

test.each(Object.entries(RARE_HISTORIES))('%s: no rule is broken', async (_name, history) => {
  await play(history, REFRESHER);
});

describe('random histories', () => {
  const looked: Partial<Rules['looked']> = {};
  const ends: Record<string, number> = {};

  test('break no rule', async () => {
    let played = 0;
    const counting = fc.asyncProperty(histories, async (history) => {
      const { rules, runs } = await play(history, REFRESHER);
      played++;
      for (const rule of Object.keys(rules.looked) as (keyof Rules['looked'])[]) looked[rule] = (looked[rule] ?? 0) + rules.looked[rule];
      for (const { state } of runs) ends[state] = (ends[state] ?? 0) + 1;
    });
    await fc.assert(counting, { numRuns: COUNT, seed: SEED });
    expect(played).toBe(COUNT);
  });

  test('look at each rule often, in runs of every end', () => {
    expect(Object.keys(ends).sort()).toEqual(['done', 'failed', 'killed']);
    for (const count of [...Object.values(looked), ...Object.values(ends)]) expect(count).toBeGreaterThan(COUNT / 10);
  });
});
