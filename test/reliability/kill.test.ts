import { expectNeverWorse, expectNoSecrets, freshHosts } from './expectations';
import { HOSTS, Lab, type Start, type Trial } from './lab';
import { pooled } from './pool';
import { CALLS_OF_A_RUN, KILLS } from './sizes';
import type { Fault, Rule } from '../../local-aws/fault-proxy';

jest.setTimeout(300_000);

const TRIALS_AT_ONCE = 4;

interface Moment {
  readonly start: Start;
  /** How many calls are made before. */
  readonly call: number;
  /** Whether AWS does what it is asked for. */
  readonly reaches: boolean;
}

const MOMENTS: Moment[] = Object.entries(CALLS_OF_A_RUN).flatMap(([start, calls]) => Array.from({ length: calls }, (_, call) => call)
  .flatMap((call) => [false, true].map((reaches) => ({ start: start as Start, call, reaches }))));

let lab: Lab;
let trials: Map<Moment, Promise<{ killed: Trial; next: Trial }>>;
beforeAll(async () => {
  lab = await Lab.start();
  const promises = pooled(MOMENTS, TRIALS_AT_ONCE, async ({ start, call, reaches }) => {
    const killed = await lab.trial({ start, rules: (kill) => [killAt(call, reaches, kill)] });
    return { killed, next: await killed.again() };
  });
  trials = new Map(MOMENTS.map((moment, index) => [moment, promises[index]]));
});
afterAll(async () => {
  await Promise.allSettled(trials?.values() ?? []);
  await lab?.stop();
});

function killAt(call: number, reaches: boolean, kill: () => void): Rule {
  const fault: Fault = async ({ forward }) => {
    if (reaches) await forward();
    kill();
  };
  return { on: {}, after: call, times: 1, fault };
}

test.each(Object.entries(CALLS_OF_A_RUN))('a run on a secret with %s makes %d calls', async (start, calls) => {
  const { calls: made, error } = await lab.trial({ start: start as Start });
  expect(error).toBeUndefined();
  expect(made.length).toBe(calls);
});

test.each(MOMENTS.map((moment) => [moment.start, moment.call + 1, moment.reaches ? 'after' : 'before', moment] as const))(
  'a run on a secret with %s is killed at call %d, %s AWS has done it', async (_start, _call, _when, moment) => {
    const { killed, next } = await trials.get(moment)!;
    expect(killed.signal).toBe('SIGKILL');
    expect(killed.calls.filter(({ faulty }) => faulty).length).toBe(1);
    await expectNeverWorse(lab, killed);

    expect(next.error).toBeUndefined();
    await expectNeverWorse(lab, next);
    expect(freshHosts(lab, next)).toEqual(HOSTS);
  },
);

test('a run at deploy that is killed at its answer has published, and so has the next', async () => {
  expect(MOMENTS.length + 2).toBe(KILLS);
  for (const reaches of [false, true]) {
    const killed = await lab.trial({
      deploy: true, rules: (kill) => [{ ...killAt(0, reaches, kill), on: { operation: 'PUT /answer' } }],
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(killed.answers.length).toBe(Number(reaches));
    expect(freshHosts(lab, killed)).toEqual(HOSTS);
    const next = await killed.again({ deploy: true });
    expect(next.answers).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
    expect(next.after!.versionId).toBe(killed.after!.versionId);
  }
});

test('no credential is in anything that these runs wrote or told', async () => {
  await Promise.all(trials.values());
  expect(lab.heard.length).toBeGreaterThan(MOMENTS.length);
  expectNoSecrets(lab.secretTexts(), lab.heard);
});
