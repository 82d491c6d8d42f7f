import { authOf, dockercfg, HOST, HOUR, MINUTE, NOW, OTHER_HOST, target, World } from './world';
import { RateLimitedError, VendorError } from '../../../lambda/publish/errors';
import { LEASE_MS, publishTarget } from '../../../lambda/publish/publish-target';
import { PUBLISH_TIMEOUT_SECONDS } from '../../../src/private/target-contract';

let world: World;
beforeEach(() => { world = new World(); });
afterEach(() => {
  // Whatever a test does, no credential is logged or recorded.
  for (const secret of ['first', 'second', authOf('first'), authOf('second')]) {
    expect(JSON.stringify([world.lines, [...world.store.items.values()]])).not.toContain(secret);
  }
});

const one = target('one');
const LIMIT = { key: 'token', perHour: 100, burst: 10, spacingMs: 1000 };
const publish = () => publishTarget(one.id, world.ports);
const stored = () => world.store.items.get(one.id)!;
const configJson = (password: string, host = HOST) => `{"auths":{"${host}":{"auth":"${authOf(password)}"}}}`;

test('a target that has nothing yet gets the value, and the record says when it expires', async () => {
  await world.add(one);
  world.tokenExpiresAt = NOW + 100 * HOUR;
  await expect(publish()).resolves.toMatchObject({ kind: 'published', missing: [] });
  expect(world.holds.get('one')).toBe(configJson('first'));
  expect(stored()).toEqual({
    target: one,
    state: { digest: expect.stringMatching(/^[0-9a-f]{32}$/), writtenAt: NOW, expiresAt: NOW + 12 * HOUR, publishedAt: NOW, tokenExpiresAt: NOW + 100 * HOUR },
  });
});

test('the payload says which hosts it serves, until when, and from which version', async () => {
  await world.add(one);
  await publish();
  expect(world.written[0].payload).toEqual({ text: configJson('first'), hosts: [HOST], expiresAt: NOW + 12 * HOUR, versionId: `version-${NOW}` });
});

test('nothing is written when nothing changed, and what failed before is forgotten', async () => {
  await world.add(one);
  await publish();
  world.store.items.set(one.id, { ...stored(), state: { ...stored().state, failedAt: NOW, failure: 'before' } });
  await expect(publish()).resolves.toMatchObject({ kind: 'unchanged' });
  expect(world.written).toHaveLength(1);
  expect(stored().state).not.toHaveProperty('failure');
  expect(stored().state.digest).toBeDefined();
});

test.each([
  ['another setting', { settings: { masked: false } }],
  ['another form', { form: 'base64' as const }],
])('%s writes it again', async (_what, change) => {
  await world.add(one);
  await publish();
  await world.add({ ...one, ...change });
  await expect(publish()).resolves.toMatchObject({ kind: 'published' });
});

test('a version that changed for a registry that the target does not take writes nothing', async () => {
  await world.add({ ...one, hosts: [HOST] });
  world.current = dockercfg(NOW, { [HOST]: 'first', [OTHER_HOST]: 'other' });
  await publish();
  world.current = dockercfg(NOW + 1, { [HOST]: 'first', [OTHER_HOST]: 'changed' });
  await expect(publish()).resolves.toMatchObject({ kind: 'unchanged' });
});

test('an older version is never put in the place of a newer one', async () => {
  await world.add(one);
  world.current = dockercfg(NOW + HOUR, { [HOST]: 'second' });
  await publish();
  const { state } = stored();
  for (const older of [{ [HOST]: 'first' }, { [HOST]: 'second' }]) {
    world.current = dockercfg(NOW, older);
    await expect(publish()).resolves.toMatchObject({ kind: 'outdated' });
  }
  expect(world.holds.get('one')).toBe(configJson('second'));
  expect(stored().state).toEqual(state);
});

test('a version that changed for other registries only is known to be there, with how long its entries live', async () => {
  await world.add(one);
  await publish();
  const { entries } = dockercfg(NOW, { [HOST]: 'first' });
  world.current = { entries: new Map([[HOST, { ...entries.get(HOST)!, expiresAt: NOW + 20 * HOUR }]]), versionId: 'next', writtenAt: NOW + HOUR };
  await expect(publish()).resolves.toMatchObject({ kind: 'unchanged' });
  expect(stored().state).toMatchObject({ writtenAt: NOW + HOUR, expiresAt: NOW + 20 * HOUR, publishedAt: NOW });
});

test('a registry that has nothing is a failure of the target as long as it has nothing, and the others are published', async () => {
  await world.add({ ...one, hosts: [HOST, 'ghcr.io'] });
  const failure = 'the dockercfg has no valid entry for ghcr.io; the others were published';
  await expect(publish()).resolves.toMatchObject({ kind: 'published', missing: ['ghcr.io'], state: { failedAt: NOW, failure, publishedAt: NOW } });
  world.time += HOUR;
  await expect(publish()).resolves.toMatchObject({ kind: 'unchanged', missing: ['ghcr.io'], state: { failedAt: NOW + HOUR, failure, publishedAt: NOW } });
});

test('a target whose record cannot be written has failed, and is written to again when the lease is over', async () => {
  await world.add(one);
  const { release } = world.store;
  world.store.release = async () => { throw new Error('away'); };
  await expect(publish()).resolves.toMatchObject({
    kind: 'failed', state: {}, error: expect.objectContaining({ name: 'UnrecordedError', message: 'what became of it could not be recorded: Error: away' }),
  });
  world.store.release = release;
  await expect(publish()).resolves.toEqual({ kind: 'busy' });
  world.time += LEASE_MS + 1;
  await expect(publish()).resolves.toMatchObject({ kind: 'published' });
  expect(world.written).toHaveLength(2);
});

test('a target that somebody else is at work on is left to them', async () => {
  await world.add(one);
  await world.store.lease(one.id, 'somebody', NOW, NOW + LEASE_MS);
  await expect(publish()).resolves.toEqual({ kind: 'busy' });
  world.time += LEASE_MS + 1;
  await expect(publish()).resolves.toMatchObject({ kind: 'published' });
});

test('a lease outlives the Lambda that has it', () => {
  expect(LEASE_MS).toBeGreaterThan(PUBLISH_TIMEOUT_SECONDS * 1000);
});

test('a target that was removed is gone', async () => {
  await expect(publish()).resolves.toEqual({ kind: 'gone' });
});

describe('a target that fails', () => {
  test('is recorded with its reason, keeps what it had and is free again', async () => {
    await world.add(one);
    await publish();
    world.current = dockercfg(NOW + HOUR, { [HOST]: 'second' });
    world.time = NOW + HOUR;
    world.failures.set('one', new VendorError('GitLab answered 500'));
    await expect(publish()).resolves.toMatchObject({ kind: 'failed', error: expect.any(VendorError) });
    expect(stored()).toMatchObject({ state: { publishedAt: NOW, expiresAt: NOW + 12 * HOUR, failedAt: NOW + HOUR, failure: 'VendorError: GitLab answered 500' } });
    expect(stored()).not.toHaveProperty('lease');
    world.failures.clear();
    await expect(publish()).resolves.toMatchObject({ kind: 'published' });
    expect(stored().state).not.toHaveProperty('failure');
  });

  test('may have taken what it gave no answer to: nothing older is sent after that, and the same again', async () => {
    await world.add(one);
    await publish();
    world.current = dockercfg(NOW + HOUR, { [HOST]: 'second' });
    world.failures.set('one', new VendorError('no answer'));
    await publish();
    world.failures.clear();
    world.current = dockercfg(NOW, { [HOST]: 'first' });
    await expect(publish()).resolves.toMatchObject({ kind: 'outdated' });
    world.current = dockercfg(NOW + 2 * HOUR, { [HOST]: 'first' });
    await expect(publish()).resolves.toMatchObject({ kind: 'published' });
  });

  test.each([
    ['the dockercfg cannot be read', () => { world.current = new Error('denied'); }, 'Error: denied'],
    ['there is no valid entry', () => { world.time += 13 * HOUR; }, `NothingToPublishError: the dockercfg has no valid entry for ${HOST}`],
  ])('because %s', async (_why, arrange, failure) => {
    await world.add(one);
    arrange();
    await expect(publish()).resolves.toMatchObject({ kind: 'failed', state: { failure } });
    expect(world.written).toEqual([]);
  });

  test('never shows what was sent or a token, whatever its vendor says', async () => {
    await world.add(one);
    world.current = dockercfg(NOW, { [HOST]: 'long-password' });
    world.vendorSecret = 'glpat-token';
    world.failures.set('one', (ports: any) => ports.secret({ secretArn: 'arn' }).then((token: string) => {
      throw new VendorError(`refused {"value":${JSON.stringify(configJson('long-password'))}} of ${token}, ${authOf('long-password')}, long-password and ${encodeURIComponent(authOf('long-password'))}`);
    }));
    await expect(publish()).resolves.toMatchObject({
      kind: 'failed', state: { failure: 'VendorError: refused {"value":"…"} of …, …, … and …' },
    });
  });

  test('because nobody knows its kind', async () => {
    const unknown = target('one', { kind: 'unheard-of' });
    await world.add(unknown);
    await expect(publishTarget(unknown.id, world.ports)).resolves.toMatchObject({
      kind: 'failed', state: { failure: expect.stringContaining('ConfigurationError: the publisher knows no targets of the kind \'unheard-of\'') },
    });
  });
});

describe('with a rate limit', () => {
  beforeEach(async () => {
    world.limit = LIMIT;
    await world.add(one);
  });

  test('a place that comes soon is waited for', async () => {
    world.nextSlot = NOW + 5_000;
    await expect(publish()).resolves.toMatchObject({ kind: 'published' });
    expect(world.slept).toEqual([5_000]);
    expect(world.reserved).toEqual([LIMIT]);
  });

  test('one that comes later puts it off, and the target is free meanwhile', async () => {
    world.nextSlot = NOW + 5_001;
    await expect(publish()).resolves.toMatchObject({ kind: 'later', at: NOW + 5_001, isNews: true });
    expect(world.written).toEqual([]);
    expect(stored().state).toEqual({ placeAt: NOW + 5_001 });
    expect(stored()).not.toHaveProperty('lease');
  });

  test('a place that was reserved is not reserved again, however often the target is asked for', async () => {
    world.nextSlot = NOW + HOUR;
    await publish();
    world.time += 30 * MINUTE;
    await expect(publish()).resolves.toMatchObject({ kind: 'later', at: NOW + HOUR, isNews: false });
    world.time = NOW + HOUR;
    await expect(publish()).resolves.toMatchObject({ kind: 'published' });
    expect(world.reserved).toHaveLength(1);
    expect(stored().state).not.toHaveProperty('placeAt');
  });

  test.each([[MINUTE, 1], [MINUTE + 1, 2]])('a place that was missed by %d ms counts or is given again: %d', async (late, places) => {
    world.nextSlot = NOW + HOUR;
    await publish();
    world.nextSlot = undefined;
    world.time = NOW + HOUR + late;
    await expect(publish()).resolves.toMatchObject({ kind: 'published' });
    expect(world.reserved).toHaveLength(places);
  });

  test('a place within a pause that the vendor has asked for since is given again', async () => {
    world.nextSlot = NOW + HOUR;
    await publish();
    world.blocked.push(NOW + HOUR + 1);
    world.nextSlot = NOW + 2 * HOUR;
    world.time = NOW + HOUR;
    await expect(publish()).resolves.toMatchObject({ kind: 'later', at: NOW + 2 * HOUR });
  });

  test('a place is used up by an attempt that fails, but not by one that was not let in', async () => {
    world.failures.set('one', new VendorError('GitHub answered 500'));
    await publish();
    expect(stored().state).not.toHaveProperty('placeAt', expect.anything());
    world.failures.set('one', Object.assign(new Error('not yet'), { name: 'AccessDeniedException' }));
    await publish();
    expect(stored().state.placeAt).toBe(NOW);
    world.failures.clear();
    await expect(publish()).resolves.toMatchObject({ kind: 'published' });
    expect(world.reserved).toHaveLength(2);
  });

  test('no place is taken for what has not changed', async () => {
    await publish();
    await expect(publish()).resolves.toMatchObject({ kind: 'unchanged' });
    expect(world.reserved).toHaveLength(1);
  });

  test('a vendor that asks for a pause blocks all that share the limit, and it is no failure', async () => {
    world.failures.set('one', new RateLimitedError('GitHub answered 429', NOW + 20 * MINUTE));
    await expect(publish()).resolves.toMatchObject({ kind: 'later', at: NOW + 20 * MINUTE, isNews: true, cause: expect.any(RateLimitedError) });
    expect(world.blocked).toEqual([NOW + 20 * MINUTE]);
    expect(stored().state).toEqual({ placeAt: undefined });
  });
});

test('a pause that is asked for without a known limit only puts the target off', async () => {
  await world.add(one);
  world.failures.set('one', new RateLimitedError('GitLab answered 429', NOW + MINUTE));
  await expect(publish()).resolves.toMatchObject({ kind: 'later', at: NOW + MINUTE });
  expect(world.blocked).toEqual([]);
  world.failures.clear();
  world.time += 50_000;
  await expect(publish()).resolves.toMatchObject({ kind: 'later', at: NOW + MINUTE, isNews: false });
  world.time = NOW + MINUTE;
  await expect(publish()).resolves.toMatchObject({ kind: 'published' });
});
