import { patiently } from '../../../lambda/shared/patience';

/** Works with outcomes in turn, the last one stays; time passes only in sleep. */
async function run(...outcomes: (string | Error)[]) {
  let time = 0;
  let runs = 0;
  const pauses: number[] = [];
  const work = async () => {
    const outcome = outcomes[Math.min(runs++, outcomes.length - 1)];
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const sleep = async (milliseconds: number) => {
    time += milliseconds;
    pauses.push(milliseconds / 1000);
  };
  const result = await patiently(work, 60, (error) => (error as Error).message !== 'for good', { now: () => time, sleep }).catch((error) => error);
  return { result, pauses };
}

const later = new Error('later');

test('gives what the work gives', async () => {
  expect(await run('done')).toEqual({ result: 'done', pauses: [] });
});

test('works again after growing pauses, of ten seconds at most', async () => {
  expect(await run(later, later, later, later, later, later, 'done')).toEqual({ result: 'done', pauses: [1, 2, 4, 8, 10, 10] });
});

test('gives up when the time is over, with the last error', async () => {
  expect(await run(later)).toEqual({ result: later, pauses: [1, 2, 4, 8, 10, 10, 10, 10] });
});

test('does not wait for what waiting does not mend', async () => {
  const error = new Error('for good');
  expect(await run(later, error)).toEqual({ result: error, pauses: [1] });
});
