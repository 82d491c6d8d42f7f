import { expectNeverWorse, expectNoSecrets, freshHosts } from './expectations';
import { ROWS, type Row } from './fault-table';
import { CALLS, KINDS } from './kinds';
import { FOREIGN, HOSTS, Lab, LOGIN_HOST, OWN, PUBLIC_HOST, type Trial } from './lab';
import { pooled } from './pool';

jest.setTimeout(300_000);

/** Most of a trial is the start of a process and waiting. */
const TRIALS_AT_ONCE = 6;

/** The registry that a call is for, as reports name it. */
const REGISTRIES: Record<string, { host: string; name: string }> = {
  'ECR token': { host: OWN.host, name: `${OWN.host} (${OWN.region})` },
  'ECR token of a role': { host: FOREIGN.host, name: `${FOREIGN.host} (${FOREIGN.region})` },
  'AssumeRole': { host: FOREIGN.host, name: `${FOREIGN.host} (${FOREIGN.region})` },
  'ECR Public token': { host: PUBLIC_HOST, name: PUBLIC_HOST },
  'read the login': { host: LOGIN_HOST, name: LOGIN_HOST },
};

let lab: Lab;
let trials: Map<Row, Promise<Trial>>;
beforeAll(async () => {
  lab = await Lab.start();
  const promises = pooled(ROWS, TRIALS_AT_ONCE, ({ call, kind, times }) => lab.trial({
    deploy: call === 'answer CloudFormation',
    rules: () => [{ on: CALLS[call], fault: KINDS[kind], times: times === 'once' ? 1 : Infinity }],
  }));
  trials = new Map(ROWS.map((row, index) => [row, promises[index]]));
});
afterAll(async () => {
  await Promise.allSettled(trials?.values() ?? []);
  await lab?.stop();
});

test.each(ROWS.map((row) => [row.call, row.kind, row.times, row.expected, row] as const))('%s | %s | %s | %s', async (call, _kind, times, _expected, row) => {
  const trial = await trials.get(row)!;
  const [outcome, ...rest] = row.expected.split(': ');
  const cause = rest.join(': ');
  const faulty = trial.calls.filter((passage) => passage.faulty);
  if (times === 'once') expect(faulty.length).toBe(1);
  else expect(faulty.length).toBeGreaterThan(0);
  await expectNeverWorse(lab, trial);

  const errors = trial.log.filter(({ level }) => level === 'ERROR');
  const registry = REGISTRIES[call];
  switch (outcome) {
    case 'refreshed':
      expect(trial.error).toBeUndefined();
      expect(errors).toEqual([]);
      expect(freshHosts(lab, trial)).toEqual(HOSTS);
      break;
    case 'kept':
      expect(trial.error).toMatchObject({ name: 'RefreshError' });
      expect(`${trial.error!.message} `).toContain(`1 of 4 registries failed: ${registry.name}: ${cause}`);
      expect(errors).toEqual([expect.objectContaining({ registry: registry.host, cause: expect.stringContaining(cause) })]);
      expect(trial.after!.auths!.get(registry.host) === trial.before!.auths!.get(registry.host)).toBe(true);
      expect(freshHosts(lab, trial)).toEqual(HOSTS.filter((host) => host !== registry.host || host === LOGIN_HOST));
      break;
    case 'unchanged':
      expect(trial.error).toMatchObject({ name: 'RefreshError', message: expect.stringContaining(`the secret was not refreshed: ${cause}`) });
      expect(errors).toEqual([expect.objectContaining({ message: 'the secret was not refreshed', cause: expect.stringContaining(cause) })]);
      expect(trial.after!.versionId).toBe(trial.before!.versionId);
      break;
    case 'written':
      expect(`${trial.error!.name}: ${trial.error!.message}`).toContain(cause);
      expect(freshHosts(lab, trial)).toEqual(HOSTS);
      break;
    case 'unanswered':
      expect(`${trial.error!.name}: ${trial.error!.message}`).toContain(cause);
      expect(trial.answers).toEqual([]);
      expect(freshHosts(lab, trial)).toEqual(HOSTS);
      return;
    default:
      throw new Error(`the table says ${row.expected}`);
  }
  if (call === 'answer CloudFormation') expect(trial.answers.at(-1)).toMatchObject({ Status: 'SUCCESS' });
});

describe('a registry that gives no token', () => {
  const rules = () => [{ on: CALLS['ECR token'], fault: KINDS.throttled, times: Infinity }];
  const others = HOSTS.filter((host) => host !== OWN.host);

  test('fails a first deploy by name, and costs the others nothing', async () => {
    const trial = await lab.trial({ start: 'nothing', deploy: true, rules });
    expect(trial.answers).toEqual([expect.objectContaining({
      Status: 'FAILED', Reason: expect.stringContaining(`${OWN.host} (${OWN.region}): ThrottlingException: injected`),
    })]);
    expect(freshHosts(lab, trial)).toEqual(others);
  });

  test('does not fail a deploy while its entry is valid', async () => {
    const trial = await lab.trial({ deploy: true, rules });
    expect(trial.answers).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
    await expectNeverWorse(lab, trial);
    expect(freshHosts(lab, trial)).toEqual(others);
  });

  test('gets back what a person overwrote', async () => {
    const good = await lab.trial();
    const edited = await lab.trial({ start: 'edited by hand', rules });
    expect(edited.error).toMatchObject({ name: 'RefreshError' });
    expect(edited.after!.auths!.get(OWN.host) === good.before!.auths!.get(OWN.host)).toBe(true);
    expect(freshHosts(lab, edited)).toEqual(others);
  });
});

test('no credential is in anything that these runs wrote or told', async () => {
  await Promise.all(trials.values());
  const texts = lab.heard;
  expect(texts.length).toBeGreaterThan(2 * ROWS.length);
  expect(texts.join('').length).toBeGreaterThan(100_000);
  expect(lab.secretTexts().length).toBeGreaterThan(2 * ROWS.length);
  expectNoSecrets(lab.secretTexts(), texts);
});
