import fc from 'fast-check';
import { histories, play } from './model/history';
import { REFRESHER } from './model/refresher';

jest.setTimeout(300_000);

const HISTORIES = Number(process.env.N ?? 10_000);

test('no history breaks a rule', async () => {
  const looked: Record<string, number> = {};
  const states: Record<string, number> = {};
  await fc.assert(fc.asyncProperty(histories, async (history) => {
    const world = await play(history, REFRESHER);
    for (const [k, v] of Object.entries(world.rules.looked)) looked[k] = (looked[k] ?? 0) + v;
    for (const r of world.runs) states[r.state] = (states[r.state] ?? 0) + 1;
  }), { numRuns: HISTORIES, ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) });
  console.log(looked, states);
});
