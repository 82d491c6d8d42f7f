import { awsError, GRACE, HOUR, Model, SECOND, START } from './model';
import { Simulation } from './simulation';
import { createKey } from '../../../lambda/rotate-key/create-key';
import { finish } from '../../../lambda/rotate-key/finish';
import { formatKey, parseKey } from '../../../lambda/rotate-key/key-json';
import { testKey } from '../../../lambda/rotate-key/prove-key';
import { retire } from '../../../lambda/rotate-key/retire';
import type { RotationPorts } from '../../../lambda/rotate-key/situation';

let model: Model;
beforeEach(() => { model = new Model(); });
afterEach(() => { expect(model.violations).toEqual([]); });

async function steps(versionId: string, ports: RotationPorts): Promise<void> {
  await createKey(versionId, ports);
  await testKey(versionId, ports);
  await finish(versionId, ports);
}

function rotate(versionId = 'new', change: Partial<RotationPorts> = {}): Promise<void> {
  model.startRotation(versionId);
  return steps(versionId, model.ports(change));
}

const valueOf = (versionId: string) => parseKey(model.versions.get(versionId)!.value!);

test('a first key takes no place of one that a rotation has just put into the secret', async () => {
  const old = model.givenKey(30 * 24 * HOUR, 'old');
  model.startRotation('new');
  await createKey('new', model.ports());
  await expect(createKey('first-key', model.ports(), true)).rejects.toThrow('a rotation has just put a key into the secret; deploy again when it has ended');
  expect(model.ids).toEqual([old.id, valueOf('new')!.id]);
});

describe('a rotation', () => {
  test('makes a second key, tests it and makes it current; the old one stays', async () => {
    const old = model.givenKey(30 * 24 * HOUR, 'old');
    await rotate();
    expect(model.labelled('AWSCURRENT')).toBe('new');
    expect(model.labelled('AWSPREVIOUS')).toBe('old');
    expect(model.current).toMatchObject({ active: true, proved: true, createdAt: START });
    expect(valueOf('new')).toEqual({ id: model.current!.id, secret: model.current!.secret });
    expect(model.versions.get('new')!.value).toBe(`{"Version":1,"AccessKeyId":"${model.current!.id}","SecretAccessKey":"${model.current!.secret}"}`);
    expect(old.active).toBe(true);
    expect(model.owned).toEqual([old.id, model.current!.id]);
    expect([...model.tags.keys()]).toEqual(['team', `cdk-ecr-ci:key:${old.id}`, `cdk-ecr-ci:key:${model.current!.id}`]); // no intent is left
  });

  test('waits until AWS knows the new key', async () => {
    model.givenKey(HOUR, 'old');
    model.knownAfter = 40;
    await rotate();
    expect(model.time - START).toBeGreaterThanOrEqual(40 * SECOND);
    expect(model.time - START).toBeLessThan(55 * SECOND);
  });

  test('fails with the cause when AWS does not know the key within two minutes, and can be run again', async () => {
    const old = model.givenKey(HOUR, 'old');
    model.knownAfter = 300;
    await expect(rotate()).rejects.toThrow(
      /^AWS did not accept the new key AKIAOURS2 within 120 seconds: InvalidClientTokenId: The security token included in the request is invalid\.$/);
    expect(model.time - START).toBeLessThanOrEqual(120 * SECOND);
    expect(model.current).toBe(old);
    expect(model.labelled('AWSPENDING')).toBe('new');
    await steps('new', model.ports()).catch(() => undefined);
    await steps('new', model.ports());
    expect(model.current!.id).toBe('AKIAOURS2');
  });

  test('started by hand in the grace ends the grace of the oldest key', async () => {
    const oldest = model.givenKey(30 * 24 * HOUR, 'oldest', ['AWSPREVIOUS']);
    const old = model.givenKey(HOUR, 'old');
    await rotate();
    expect(model.keys.has(oldest.id)).toBe(false);
    expect(model.ids).toEqual([old.id, model.current!.id]);
  });

  test.each([
    ['deleted', (id: string) => model.removeByHand(id)],
    ['made inactive', (id: string) => model.deactivateByHand(id)],
    ['replaced in the secret by something else', () => model.edit('{"user":"me"}')],
  ])('brings a new key when the current one was %s by hand', async (_what, harm) => {
    const old = model.givenKey(HOUR, 'old');
    harm(old.id);
    await rotate();
    expect(model.current).toMatchObject({ active: true, foreign: false });
    expect(model.current!.id).not.toBe(old.id);
  });

  test('leaves a key alone that a person made and put into the secret', async () => {
    const theirs = model.createForeign()!;
    model.edit(formatKey(theirs));
    await rotate();
    expect(model.ids).toEqual([theirs.id, model.current!.id]);
    expect(model.owned).toEqual([model.current!.id]);
  });

  test('names the key of somebody else that is in the way, and says what to do', async () => {
    const old = model.givenKey(HOUR, 'old');
    const theirs = model.createForeign()!;
    await expect(rotate()).rejects.toThrow(
      `no new key can be made: the user ci has two, which is IAM's limit, and the rotation did not make ${theirs.id}. `
      + `When nothing uses it, delete it: aws iam delete-access-key --user-name ci --access-key-id ${theirs.id}; then rotate again`);
    expect(model.current).toBe(old);
    expect(model.ids).toEqual([old.id, theirs.id]);
  });

  test('names both when both are somebody else\'s', async () => {
    const [one, two] = [model.createForeign()!, model.createForeign()!];
    await expect(rotate()).rejects.toThrow(`did not make ${one.id} and ${two.id}`);
  });

  test('deletes a key that was lost on its way before one that is in the secret', async () => {
    const old = model.givenKey(30 * 24 * HOUR, 'old');
    const lost = model.givenKey(HOUR);
    await rotate();
    expect(model.keys.has(lost.id)).toBe(false);
    expect(model.keys.has(old.id)).toBe(true);
  });

  test('deletes an inactive key before an active one when neither is current', async () => {
    const active = model.givenKey(30 * 24 * HOUR, 'older', ['AWSPREVIOUS']);
    const inactive = model.givenKey(HOUR, 'other', ['custom']);
    inactive.active = false;
    model.edit('something else');
    model.versions.get('older')!.stages = ['another'];
    await rotate();
    expect(model.ids).toEqual([active.id, model.current!.id]);
  });

  test('fails when another run is making one key after the other', async () => {
    model.givenKey(HOUR, 'old');
    const sleep = async (milliseconds: number) => {
      model.time += milliseconds;
      model.keys.delete(model.ids[1]);
      model.givenKey(0);
    };
    model.givenKey(0);
    await expect(rotate('new', { sleep })).rejects.toThrow(/^another run has just made the key AKIAOURS\d+; try again in 120 seconds$/);
  });

  test('does not begin when no rotation is under way', async () => {
    model.givenKey(HOUR, 'old');
    await expect(createKey('unknown', model.ports())).rejects.toThrow(
      'the version unknown is not being rotated to: it has no label AWSPENDING; start a rotation with "aws secretsmanager rotate-secret"');
    await expect(finish('unknown', model.ports())).rejects.toThrow('is not being rotated to');
    expect(model.ids).toHaveLength(1);
  });

  test('makes nothing when it took too long to say that it would', async () => {
    model.givenKey(HOUR, 'old');
    const keys = model.userKeys();
    const slow = { ...keys, writeTags: async (tags: ReadonlyMap<string, string>) => { await keys.writeTags(tags); model.time += 11 * SECOND; } };
    await expect(rotate('new', { keys: slow })).rejects.toThrow('it took too long to record that a key is about to be made; nothing was made');
    expect(model.ids).toHaveLength(1);
  });

  test('takes its word back when IAM refuses to make a key', async () => {
    model.givenKey(HOUR, 'old');
    const keys = { ...model.userKeys(), create: async () => { throw awsError('LimitExceededException', 'no more'); } };
    await expect(rotate('new', { keys })).rejects.toThrow('no more');
    expect([...model.tags.keys()].filter((tag) => tag.includes('creating'))).toEqual([]);
  });

  test('deletes the new key when Secrets Manager refuses it, and not when the answer was lost', async () => {
    model.givenKey(HOUR, 'old');
    const putting = (error: Error) => ({ ...model.keySecret(), putPending: async () => { throw error; } });
    await expect(rotate('new', { secret: putting(awsError('AccessDeniedException')) })).rejects.toThrow('AccessDeniedException');
    expect(model.ids).toHaveLength(1);
    await expect(steps('new', model.ports({ secret: putting(awsError('TimeoutError', 'no answer', 'server')) }))).rejects.toThrow('no answer');
    expect(model.ids).toHaveLength(2);
  });
});

describe('the test of a new key', () => {
  test('looks at the key that is there when rotation is only set up', async () => {
    const whoIs = jest.fn((key) => model.whoIs(key));
    model.givenKey(HOUR, 'old');
    model.startRotation('probe');
    await testKey('probe', model.ports({ whoIs }));
    expect(whoIs).toHaveBeenCalledTimes(1);
    await expect(testKey('probe', model.ports({ whoIs: async () => 'arn:aws:iam::111122223333:user/else' }))).rejects.toThrow(
      'the secret holds a key of arn:aws:iam::111122223333:user/else and not of arn:aws:iam::111122223333:user/ci');
    model.edit('no key');
    await expect(testKey('probe', model.ports())).rejects.toThrow('the secret holds no key to test');
    model.versions.clear();
    model.startRotation('probe');
    await expect(testKey('probe', model.ports())).rejects.toThrow('the secret holds no key to test');
  });

  test.each<[string, () => void, string]>([
    ['holds no key', () => { model.versions.get('new')!.value = 'not a key'; }, 'it holds no key'],
    ['holds a key that was deleted', () => model.removeByHand('AKIAOURS2'), 'the key AKIAOURS2 was deleted'],
    ['holds a key that was made inactive', () => model.deactivateByHand('AKIAOURS2'), 'the key AKIAOURS2 was made inactive'],
  ])('gives a version up that %s, so that the next rotation can start', async (_what, harm, why) => {
    const old = model.givenKey(HOUR, 'old');
    model.startRotation('new');
    await createKey('new', model.ports());
    harm();
    await createKey('new', model.ports()); // has nothing to do
    await expect(testKey('new', model.ports())).rejects.toThrow(`the version new is given up: ${why}; rotate again with "aws secretsmanager rotate-secret"`);
    expect(model.labelled('AWSPENDING')).toBeUndefined();
    expect(model.current).toBe(old);
    model.time += 200 * SECOND;
    await rotate('newer');
    expect(model.labelled('AWSCURRENT')).toBe('newer');
  });

  test('gives a key up that is somebody else\'s, and deletes it if the rotation made it', async () => {
    const old = model.givenKey(HOUR, 'old');
    await expect(rotate('new', { whoIs: async () => 'arn:aws:iam::111122223333:user/else' })).rejects.toThrow(
      'the version new is given up: the key AKIAOURS2 is of arn:aws:iam::111122223333:user/else and not of arn:aws:iam::111122223333:user/ci');
    expect(model.ids).toEqual([old.id]);
    expect(model.labelled('AWSPENDING')).toBeUndefined();
  });

  test('never gives up the key that readers get', async () => {
    await createKey('first', model.ports(), true);
    expect(model.labelled('AWSCURRENT')).toBe('first'); // Secrets Manager makes a secret's first version current
    await expect(testKey('first', model.ports({ whoIs: async () => 'arn:else' }))).rejects.toThrow('given up');
    expect(model.ids).toHaveLength(1);
  });
});

describe('finishing', () => {
  test('does nothing when it is done', async () => {
    model.givenKey(HOUR, 'old');
    await rotate();
    await finish('new', model.ports({ whoIs: async () => { throw new Error('must not ask'); } }));
    expect(model.labelled('AWSPREVIOUS')).toBe('old');
  });

  test('refuses a key that no longer works', async () => {
    const old = model.givenKey(HOUR, 'old');
    model.startRotation('new');
    await createKey('new', model.ports());
    await testKey('new', model.ports());
    model.removeByHand('AKIAOURS2');
    await expect(finish('new', model.ports())).rejects.toThrow('the version new is given up: the key AKIAOURS2 was deleted');
    expect(model.current).toBe(old);
  });

  test('refuses a version without a value', async () => {
    model.givenKey(HOUR, 'old');
    model.startRotation('new');
    await expect(finish('new', model.ports())).rejects.toThrow('it holds no key');
  });
});

/** A step of everything that the Lambda does, with all its calls. */
const WORK: Record<string, (ports: RotationPorts) => Promise<unknown>> = {
  'a rotation': (ports) => steps('new', ports),
  'a rotation in the grace': (ports) => steps('new', ports),
  'the retirement of a key': retire,
  'the deletion of a key': retire,
};

function prepare(what: string): void {
  if (what === 'a rotation') {model.givenKey(30 * 24 * HOUR, 'old');} else {
    model.givenKey(30 * 24 * HOUR, 'older', ['AWSPREVIOUS']);
    model.givenKey(20 * 24 * HOUR, 'old');
    model.changedAt = START - (what === 'the retirement of a key' ? GRACE : 2 * GRACE);
    if (what === 'the deletion of a key') model.keys.get(model.ids[0])!.active = false;
  }
  if (what.startsWith('a rotation')) model.startRotation('new');
}

describe.each(Object.keys(WORK))('%s, killed at any call', (what) => {
  test.each(['killed before', 'killed after', 'error before', 'error after'] as const)('%s it, and run again', async (fault) => {
    let calls = 0;
    for (let finished = false; !finished; calls++) {
      model = new Model();
      prepare(what);
      const simulation = new Simulation(model);
      await simulation.start(WORK[what]);
      for (let call = 0; call < calls && simulation.live.length > 0; call++) await simulation.advance(0, 'none', 1);
      finished = simulation.live.length === 0;
      await simulation.advance(0, fault, 1);
      await simulation.drain();
      expect(model.current?.active).toBe(true);

      model.time += 5 * SECOND;
      await WORK[what](model.ports());
      expect(model.current?.active).toBe(true);
      if (what.startsWith('a rotation')) {
        expect(model.labelled('AWSCURRENT')).toBe('new');
        expect(model.owned).toEqual(model.ids); // no key is left that nobody knows of
      } else {
        expect(model.ids.length).toBe(what === 'the deletion of a key' ? 1 : 2);
        expect([...model.keys.values()].filter(({ active }) => active)).toEqual([model.current]);
      }
      expect(model.violations).toEqual([]);
    }
    expect(calls).toBeGreaterThan(5);
  });
});

test('the model itself says what must not happen', async () => {
  const old = model.givenKey(HOUR, 'old');
  const theirs = model.createForeign()!;
  const keys = model.userKeys();
  await keys.remove(theirs.id);
  await keys.deactivate(old.id);
  expect(model.violations).toEqual([`${theirs.id}, somebody else's, was deleted`, `${old.id}, in the secret, was made inactive`]);
  model.violations.length = 0;
});
