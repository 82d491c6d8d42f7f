import { ROWS, type Row } from './fault-table';
import { AWS_CALLS, VENDOR_CALLS, VENDOR_KINDS } from './kinds';
import { PublishLab, VENDORS, type PublishTrial, type TrialOptions, type VendorName } from './lab';
import { expectNoSecrets } from '../expectations';
import { KINDS } from '../kinds';
import { pooled } from '../pool';

jest.setTimeout(600_000);

/** Most of a trial is waiting. */
const TRIALS_AT_ONCE = 8;

/** A trial, and what came of the same again without any trouble. */
interface Trials {
  readonly trial: PublishTrial;
  readonly next: PublishTrial;
}

function optionsOf({ call, kind, times }: Row): TrialOptions {
  const often = times === 'once' ? 1 : Infinity;
  const ofAws = AWS_CALLS[call];
  if (ofAws) {
    const { on, because, ...options } = ofAws;
    return { ...options, rules: [{ on, fault: KINDS[kind], times: often }], vendorRules: because ? [because] : [] };
  }
  const { occasion, ...on } = VENDOR_CALLS[call];
  return { occasion, targets: VENDORS, rules: [], vendorRules: [{ ...on, fault: VENDOR_KINDS[kind], times: often }] };
}

/** The target whose call it is. */
function subjectOf({ call }: Row): VendorName {
  return VENDOR_CALLS[call]?.vendor ?? AWS_CALLS[call].targets[0];
}

let lab: PublishLab;
let trials: Map<Row, Promise<Trials>>;
beforeAll(async () => {
  lab = await PublishLab.start();
  const promises = pooled(ROWS, TRIALS_AT_ONCE, async (row) => {
    const trial = await lab.trial(optionsOf(row));
    return { trial, next: await trial.again() };
  });
  trials = new Map(ROWS.map((row, index) => [row, promises[index]]));
});
afterAll(async () => {
  await Promise.allSettled(trials?.values() ?? []);
  await lab?.stop();
});

test.each(ROWS.map((row) => [row.call, row.kind, row.times, row.expected, row] as const))('%s | %s | %s | %s', async (_call, _kind, times, expected, row) => {
  const { trial, next } = await trials.get(row)!;
  const { occasion, targets } = optionsOf(row);
  const subject = subjectOf(row);
  const because = AWS_CALLS[row.call]?.because ? 1 : 0;
  if (times === 'once') expect(trial.faulty).toBe(1 + because);
  else expect(trial.faulty).toBeGreaterThan(1 + because);

  const [outcome, ...rest] = expected.split(': ');
  const cause = rest.join(': ');
  const isLost = outcome === 'unanswered' || outcome === 'unaware';
  const errors = trial.log.filter(({ level }) => level === 'ERROR');
  if (cause !== '' && trial.answers[0]?.Status !== 'FAILED' && !isLost) {
    expect(errors).toContainEqual(expect.objectContaining({ cause: expect.stringContaining(cause) }));
  }
  if (cause === '') expect(errors).toEqual([]);
  switch (outcome) {
    case 'published':
      expect(trial.held[subject]).toBe('fresh');
      expect(trial.failed).toEqual([]);
      break;
    case 'put off':
      expect(trial.held[subject]).toBe('before');
      expect(trial.failed).toEqual([]);
      expect(trial.sent).toContain(subject);
      break;
    case 'failed': case 'taken':
      if (occasion === 'messages') expect(trial.held[subject]).toBe(outcome === 'taken' ? 'fresh' : 'before');
      if (occasion === 'messages' || occasion === 'all') expect(trial.failed).toEqual([occasion === 'all' ? 'all' : subject]);
      else expect(trial.answers).toEqual([expect.objectContaining({ Status: 'FAILED', Reason: expect.stringContaining(cause) })]);
      break;
    case 'told':
      expect([...new Set(trial.sent)]).toEqual(['GitHub', 'GitLab']);
      break;
    case 'registered': case 'left':
      expect(trial.held.GitHub).toBe(outcome === 'left' ? 'before' : 'nothing');
      expect(trial.sent).toEqual(['GitLab']);
      break;
    case 'unanswered': case 'unaware':
      expect(`${trial.error!.name}: ${trial.error!.message}`).toContain(cause);
      expect(trial.answers.length > 0).toBe(outcome === 'unaware');
      break;
    default:
      throw new Error(`the table says ${expected}`);
  }
  if (occasion === 'deploy' || occasion === 'registration') {
    if (outcome !== 'failed' && !isLost) expect(trial.answers.at(-1)).toMatchObject({ Status: 'SUCCESS' });
    expect(next.answers).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
  }

  // No other target suffers, nothing is worse than before, and the next time all is well.
  for (const target of VENDORS.filter((each) => each !== subject && targets.includes(each) && occasion === 'messages')) expect(trial.held[target]).toBe('fresh');
  for (const { held } of [trial, next]) {
    expect(['before', 'fresh']).toContain(held.GitLab);
    expect(['before', 'fresh', ...occasion === 'registration' ? ['nothing'] : []]).toContain(held.GitHub);
  }
  expect(next.error).toBeUndefined();
  expect(next.failed).toEqual([]);
  if (occasion === 'messages' || occasion === 'deploy') {
    for (const target of targets) expect(next.held[target]).toBe('fresh');
    if (outcome === 'published') expect(next.writes).toBe(0);
  }
  if (occasion === 'all') expect(next.sent).toEqual(['GitHub', 'GitLab']);
});

test('no credential is in anything that these runs wrote or told', async () => {
  await Promise.all(trials.values());
  expect(lab.heard.length).toBeGreaterThan(2 * ROWS.length);
  expect(lab.heard.join('').length).toBeGreaterThan(100_000);
  expect(lab.secretTexts.length).toBeGreaterThan(4 * ROWS.length);
  expectNoSecrets(lab.secretTexts, lab.heard);
});
