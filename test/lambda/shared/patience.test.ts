import { patiently, type Patience } from '../../../lambda/shared/patience';

const PATIENCE: Patience<string> = {
  seconds: 60,
  mendsError: (error) => (error as Error).message === 'not yet',
  mendsResult: (result) => result === 'half',
};

/** Runs with outcomes in turn; the last one stays. Time passes only in sleep. */
async function run(outcomes: (string | Error)[], patience = PATIENCE) {
  let time = 0;
  const pauses: number[] = [];
  let runs = 0;
  const result = await patiently(async () => {
    const outcome = outcomes[Math.min(runs++, outcomes.length - 1)];
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }, patience, {
    now: () => time,
    sleep: async (milliseconds) => {
      pauses.push(milliseconds / 1000);
      time += milliseconds;
    },
  }).catch((error: Error) => error.message);
  return { result, runs, pauses };
}

test('takes the first outcome that waiting does not mend', async () => {
  expect(await run(['done'])).toEqual({ result: 'done', runs: 1, pauses: [] });
  expect(await run([new Error('never')])).toEqual({ result: 'never', runs: 1, pauses: [] });
  expect(await run([new Error('not yet'), 'half', 'done'])).toEqual({ result: 'done', runs: 3, pauses: [1, 2] });
});

test('takes every result if none is said to be mended', async () => {
  expect(await run(['half'], { ...PATIENCE, mendsResult: undefined })).toMatchObject({ result: 'half', runs: 1 });
});

test('waits longer each time, ten seconds at most, and takes the last outcome as it is', async () => {
  const pauses = [1, 2, 4, 8, 10, 10, 10, 10];
  expect(await run([new Error('not yet')])).toEqual({ result: 'not yet', runs: 9, pauses });
  expect(await run(['half'])).toEqual({ result: 'half', runs: 9, pauses });
});
