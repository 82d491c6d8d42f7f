import fc from 'fast-check';
import { histories, play, RARE_HISTORIES } from './history';
import { PUBLISHER } from './publisher';
import type { World } from './world';
import { PUBLISH_HISTORIES } from '../sizes';

jest.setTimeout(600_000);

/** The environment may ask for more of them, or for others. */
const COUNT = Number(process.env.HISTORIES ?? PUBLISH_HISTORIES);
const SEED = Number(process.env.HISTORIES_SEED ?? 20260101);

test.each(Object.entries(RARE_HISTORIES))('%s: breaks no rule', async (_, history) => {
  await expect(play(history, PUBLISHER)).resolves.toBeDefined();
});

describe('random histories', () => {
  const looked: Partial<World['looked']> = {};
  const ends: Record<string, number> = {};

  test('break no rule', async () => {
    let played = 0;
    const counting = fc.asyncProperty(histories, async (history) => {
      const world = await play(history, PUBLISHER);
      played++;
      for (const rule of Object.keys(world.looked) as (keyof World['looked'])[]) looked[rule] = (looked[rule] ?? 0) + world.looked[rule];
      for (const { state } of world.runs) ends[state] = (ends[state] ?? 0) + 1;
    });
    await fc.assert(counting, { numRuns: COUNT, seed: SEED });
    expect(played).toBe(COUNT);
  });

  test('look at each rule often, in runs of every end', () => {
    expect(Object.keys(ends).sort()).toEqual(['done', 'killed']);
    for (const count of [...Object.values(looked), ...Object.values(ends)]) expect(count).toBeGreaterThan(COUNT / 10);
  });
});
