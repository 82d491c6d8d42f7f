import fc from 'fast-check';
import { histories, play } from './model/history';
import { check, load } from './model/mutant';
import type { Refresher } from './model/refresher';
import { MUTATIONS } from './mutations';

jest.setTimeout(300_000);

/** As many histories as the rarest mistake needs, always the same. */
const HISTORIES = 6000;
const SEED = 20260101;

/** The first rule that is broken, undefined if none is. */
async function brokenRule(refresher: Refresher): Promise<string | undefined> {
  const { failed, errorInstance } = await fc.check(
    fc.asyncProperty(histories, async (history) => { await play(history, refresher); }), { numRuns: HISTORIES, seed: SEED, endOnFailure: true },
  );
  return failed ? String(errorInstance) : undefined;
}

test('the code as it is breaks no rule', async () => {
  expect(await brokenRule(load([]))).toBeUndefined();
});

test.each(Object.entries(MUTATIONS))('a refresher that %s is caught', async (_mistake, mutations) => {
  check(mutations);
  const t = Date.now();
  const rule = await brokenRule(load(mutations));
  if (process.env.SHOW) console.log(_mistake, '->', rule, Date.now() - t);
  expect(rule).toMatch(/^BrokenRule: /);
});
