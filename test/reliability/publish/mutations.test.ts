import fc from 'fast-check';
import { histories, play, RARE_HISTORIES } from './history';
import { PUBLISH_MUTATIONS } from './mutations';
import { loadPublisher, type Publisher } from './publisher';
import { PUBLISH_HISTORIES_OF_A_MISTAKE } from '../sizes';

jest.setTimeout(300_000);

/** The same histories each time. */
const SEED = 20260101;

/** The first rule that is broken, undefined if none is. */
async function brokenRule(publisher: Publisher): Promise<string | undefined> {
  const property = fc.asyncProperty(histories, async (history) => { await play(history, publisher); });
  const { failed, errorInstance } = await fc.check(property, {
    numRuns: PUBLISH_HISTORIES_OF_A_MISTAKE, seed: SEED, endOnFailure: true, examples: Object.values(RARE_HISTORIES).map((history) => [history]),
  });
  return failed ? String(errorInstance) : undefined;
}

test('the code as it is breaks no rule', async () => {
  expect(await brokenRule(loadPublisher([]))).toBeUndefined();
});

test.each(Object.entries(PUBLISH_MUTATIONS))('a publisher that %s is caught', async (_mistake, mutations) => {
  expect(await brokenRule(loadPublisher(mutations))).toMatch(/^BrokenRule: /);
});
