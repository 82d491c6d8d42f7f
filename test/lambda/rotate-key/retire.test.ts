import { GRACE, HOUR, Model, SECOND, START } from './model';
import { formatKey } from '../../../lambda/rotate-key/key-json';
import { ageInSeconds, retire } from '../../../lambda/rotate-key/retire';

let model: Model;
beforeEach(() => {
  model = new Model();
  model.givenKey(60 * 24 * HOUR, 'old', ['AWSPREVIOUS']);
  model.givenKey(0, 'new', ['AWSCURRENT', 'AWSPENDING']);
});
afterEach(() => { expect(model.violations).toEqual([]); });

const [OLD, NEW] = ['AKIAOURS1', 'AKIAOURS2'];

test('a replaced key works in its grace, is inactive for as long again, and then deleted', async () => {
  model.time = START + GRACE - SECOND;
  expect(await retire(model.ports())).toEqual({ deactivated: [], deleted: [], keyAgeSeconds: 24 * 3600 - 1 });
  model.time = START + GRACE;
  expect(await retire(model.ports())).toEqual({ deactivated: [OLD], deleted: [], keyAgeSeconds: 24 * 3600 });
  expect(model.keys.get(OLD)!.active).toBe(false);
  model.time = START + 2 * GRACE - SECOND;
  expect(await retire(model.ports())).toMatchObject({ deactivated: [], deleted: [] });
  model.time = START + 2 * GRACE;
  expect(await retire(model.ports())).toMatchObject({ deactivated: [], deleted: [OLD] });
  expect(model.ids).toEqual([NEW]);
  expect(await retire(model.ports())).toMatchObject({ deactivated: [], deleted: [] });
});

test('a key that becomes current long after it was made leaves the old one its whole grace', async () => {
  model.changedAt = START + 10 * 24 * HOUR;
  model.time = model.changedAt + GRACE - SECOND;
  expect(await retire(model.ports())).toMatchObject({ deactivated: [] });
  model.time += SECOND;
  expect(await retire(model.ports())).toMatchObject({ deactivated: [OLD] });
});

test('keys of somebody else stay', async () => {
  model.removeByHand(OLD);
  const theirs = model.createForeign()!;
  theirs.active = false;
  model.time += 90 * 24 * HOUR;
  expect(await retire(model.ports())).toMatchObject({ deactivated: [], deleted: [] });
  expect(model.ids).toEqual([NEW, theirs.id]);
});

test('a key of somebody else that is in the secret retires ours', async () => {
  model.removeByHand(OLD);
  const theirs = model.createForeign()!;
  model.edit(formatKey(theirs));
  model.time += GRACE;
  expect(await retire(model.ports())).toMatchObject({ deactivated: [] }); // AWSPENDING is still on it
  model.dropPending('new');
  expect(await retire(model.ports())).toMatchObject({ deactivated: [NEW] });
});

test('a key that a rotation may still make current stays', async () => {
  model.removeByHand(OLD);
  model.dropPending('new');
  model.givenKey(0, 'pending', ['AWSPENDING']);
  model.time += 90 * 24 * HOUR;
  expect(await retire(model.ports())).toMatchObject({ deactivated: [], deleted: [] });
});

test('a key that was lost on its way is retired, too', async () => {
  model.removeByHand(OLD);
  const lost = model.givenKey(0);
  model.time += GRACE;
  expect(await retire(model.ports())).toMatchObject({ deactivated: [lost.id] });
});

test.each<[string, () => void, string]>([
  ['deleted', () => model.removeByHand(NEW), 'the secret holds no key of the user ci: nothing is retired; rotate with "aws secretsmanager rotate-secret"'],
  ['made inactive', () => model.deactivateByHand(NEW), `the key ${NEW} in the secret is inactive: nothing is retired; rotate with "aws secretsmanager rotate-secret"`],
  ['edited away', () => model.edit('x'), 'the secret holds no key of the user ci: nothing is retired; rotate with "aws secretsmanager rotate-secret"'],
])('nothing is retired while the current key was %s by hand', async (_what, harm, message) => {
  harm();
  model.time += 90 * 24 * HOUR;
  await expect(retire(model.ports())).rejects.toThrow(message);
  expect(model.keys.get(OLD)!.active).toBe(true);
});

test('the age of a key is never negative', () => {
  expect([ageInSeconds(1000, 3999), ageInSeconds(5000, 1000)]).toEqual([2, 0]);
});
