import fc from 'fast-check';
import { histories, play, RARE_HISTORIES } from './model/history';
import { load } from './model/mutant';
import type { Refresher } from './model/refresher';
import { MUTATIONS } from './mutations';
import { HISTORIES_OF_A_MISTAKE } from './sizes';

jest.setTimeout(300_000);

/** The same histories each time. */
const SEED = 20260101;

/** The first rule that is broken, undefined if none is. */
async function brokenRule(refresher: Refresher): Promise<string | undefined> {
  const property = fc.asyncProperty(histories, async (history) => { await play(history, refresher); });
  const examples = Object.values(RARE_HISTORIES).map((history): [typeof history] => [history]);
  const { failed, errorInstance } = await fc.check(property, { numRuns: HISTORIES_OF_A_MISTAKE, seed: SEED, examples, endOnFailure: true });
  return failed ? String(errorInstance) : undefined;
}

test('the code as it is breaks no rule', async () => {
  expect(await brokenRule(load([]))).toBeUndefined();
});

test.each(Object.entries(MUTATIONS))('a refresher that %s is caught', async (_mistake, mutations) => {
  expect(await brokenRule(load(mutations))).toMatch(/^BrokenRule: /);
});
