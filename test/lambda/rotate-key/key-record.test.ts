import { SECOND, START } from './model';
import { intentOf, KeyRecord, keyTag } from '../../../lambda/rotate-key/key-record';
import { KEY_UNDERWAY_SECONDS } from '../../../src/private/key-rotation-contract';

const SECONDS = START / SECOND;
const key = (id: string, createdAt = START) => ({ id, active: true, createdAt });
const record = (tags: Record<string, string>) => new KeyRecord(new Map(Object.entries(tags)));

test('a key with a tag is the rotation\'s, and no other', () => {
  const [tag, value] = keyTag('AKIA1', START + 999, 'run-1');
  expect([tag, value]).toEqual(['cdk-ecr-ci:key:AKIA1', `${SECONDS} run-1`]);
  expect(record({ [tag]: value }).owns(key('AKIA1'))).toBe(true);
  expect(record({ [tag]: value }).owns(key('AKIA2'))).toBe(false);
  expect(record({ team: 'AKIA1' }).owns(key('AKIA1'))).toBe(false);
});

describe('an intent', () => {
  const intent = intentOf('run-1', [key('AKIA0')], START, START + 1500);

  test('says who makes a key when, and which were there before', () => {
    expect(intent).toEqual({ tag: 'cdk-ecr-ci:creating:run-1', value: `${SECONDS - 2} ${SECONDS + 24} AKIA0`, deadline: START + 11_500 });
  });

  test.each([[-3, false], [-2, true], [24, true], [25, false]])('makes a key of second %d the rotation\'s: %s', (second, owned) => {
    expect(record({ [intent.tag]: intent.value }).owns(key('AKIA1', START + second * SECOND))).toBe(owned);
  });

  test('does not make one that was there before the rotation\'s', () => {
    expect(record({ [intent.tag]: intent.value }).owns(key('AKIA0'))).toBe(false);
  });

  test('proves nothing more when its run has its key', () => {
    const tags = { [intent.tag]: intent.value, ...Object.fromEntries([keyTag('AKIA1', START, 'run-1')]) };
    expect([record(tags).owns(key('AKIA1')), record(tags).owns(key('AKIA2'))]).toEqual([true, false]);
  });

  test('fits into a tag', () => {
    const id = 'A'.repeat(128); // IAM's longest
    const run = '00000000-0000-0000-0000-000000000000';
    expect(intentOf(run, [key(id)], START, START).value.length).toBeLessThanOrEqual(256);
    expect(intentOf(run, [], START, START).tag.length).toBeLessThanOrEqual(128);
    expect(intent.tag + intent.value).toMatch(/^[\w .:/=+\-@]+$/);
  });
});

test.each(['', 'x', '1 x', 'x 9999999999', '0 0'])('what is not understood proves nothing: \'%s\'', (value) => {
  expect(record({ 'cdk-ecr-ci:creating:run-1': value }).owns(key('AKIA1'))).toBe(false);
  expect(record({ 'cdk-ecr-ci:key:AKIA1': value }).owns(key('AKIA1'))).toBe(true); // its name says enough
});

describe('tidying up', () => {
  const tags = { 'cdk-ecr-ci:key:AKIA1': `${SECONDS} run-1`, 'cdk-ecr-ci:creating:run-2': `${SECONDS} ${SECONDS + 20}` };
  const tidy = (keys: ReturnType<typeof key>[], seconds: number) => {
    const { write, remove } = record(tags).tidy(keys, START + seconds * SECOND);
    return { write: Object.fromEntries(write), remove };
  };

  test('writes down a key that was lost, when the run that made it must have ended', () => {
    expect(tidy([key('AKIA1'), key('AKIA2')], KEY_UNDERWAY_SECONDS - 1)).toEqual({ write: {}, remove: [] });
    expect(tidy([key('AKIA1'), key('AKIA2')], KEY_UNDERWAY_SECONDS)).toEqual({ write: { 'cdk-ecr-ci:key:AKIA2': `${SECONDS} lost` }, remove: [] });
  });

  test('forgets an intent, and a key that is no more, when IAM must have listed it', () => {
    expect(tidy([], 300)).toEqual({ write: {}, remove: [] });
    expect(tidy([], 301)).toEqual({ write: {}, remove: ['cdk-ecr-ci:key:AKIA1'] });
    expect(tidy([key('AKIA1')], 321)).toEqual({ write: {}, remove: ['cdk-ecr-ci:creating:run-2'] });
  });
});
