import { dockercfg, eventOf, HOST, HOUR, MINUTE, NOW, target, World } from './world';
import { workOn } from '../../../lambda/publish/batch';
import { RateLimitedError } from '../../../lambda/publish/errors';

let world: World;
beforeEach(() => { world = new World(); });

const targets = Array.from({ length: 25 }, (_, index) => target(`place ${index}`));

test('"all" becomes a message a target, and each target gets the value', async () => {
  await world.add(...targets);
  world.push({ publish: 'all' });
  await world.workOnce();
  expect(world.messages.map(({ message }) => message)).toEqual(targets.map(({ id }) => ({ publish: 'target', target: id })));
  await world.workAll();
  expect(world.holds.size).toBe(25);
  expect(world.dead).toEqual([]);
});

test('before a round it says how long the first copy lives, and how many tokens end soon', async () => {
  await world.add(...targets.slice(0, 2));
  world.tokenExpiresAt = NOW + 20 * 24 * HOUR;
  world.push({ publish: 'all' });
  await world.workAll();
  expect(world.metric('TargetSecondsRemaining')).toEqual([0]);
  world.time += 7 * 24 * HOUR;
  world.lines.length = 0;
  world.current = dockercfg(world.time, { [HOST]: 'second' });
  world.push({ publish: 'all' });
  await world.workAll();
  expect(world.metric('ExpiringTokens')).toEqual([2]);
  expect(world.logged('the token of a target expires soon: put a new one into its secret')).toHaveLength(2);
});

test('a round without targets says nothing', async () => {
  world.push({ publish: 'all' });
  await world.workAll();
  expect(world.lines).toEqual([]);
});

test('a target that fails comes again after longer and longer pauses, is given up, and costs the others nothing', async () => {
  await world.add(...targets.slice(0, 3));
  world.failures.set('place 1', new Error('no such project'));
  for (const { id } of targets.slice(0, 3)) world.push({ publish: 'target', target: id });
  await world.workOnce();
  expect([...world.holds.keys()]).toEqual(['place 0', 'place 2']);
  const times = [world.time];
  while (world.messages.length > 0) {
    world.time = world.messages[0].visibleAt;
    times.push(world.time);
    await world.workOnce();
  }
  expect(times.map((time) => (time - NOW) / 1000)).toEqual([0, 30, 150, 630, 1830]);
  expect(world.dead.map(({ message }) => message)).toEqual([{ publish: 'target', target: targets[1].id }]);
  expect(world.metric('FailedTargets')).toEqual([1, 1, 1, 1, 1]);
});

test('a target that somebody else is at work on comes again', async () => {
  await world.add(targets[0]);
  await world.store.lease(targets[0].id, 'somebody', NOW, NOW + MINUTE);
  world.push({ publish: 'target', target: targets[0].id });
  await world.workOnce();
  expect(world.messages).toHaveLength(1);
  await world.workAll();
  expect(world.holds.size).toBe(1);
});

test('a version that was not yet spread comes again until it is', async () => {
  await world.add(targets[0]);
  world.current = dockercfg(NOW + 1, { [HOST]: 'second' });
  world.push({ publish: 'all' });
  await world.workAll();
  const spread = dockercfg(NOW + 2, { [HOST]: 'third' });
  world.current = dockercfg(NOW, { [HOST]: 'first' });
  world.push({ publish: 'target', target: targets[0].id });
  await world.workOnce();
  world.current = spread;
  await world.workAll();
  expect(world.written.at(-1)!.payload.versionId).toBe(spread.versionId);
  expect(world.logged('Secrets Manager gave an older version than what was published')).toHaveLength(1);
});

test('a version that a person set back is no failure in the end, and goes nowhere', async () => {
  await world.add(targets[0]);
  world.current = dockercfg(NOW + 1, { [HOST]: 'second' });
  world.push({ publish: 'all' });
  await world.workAll();
  world.current = dockercfg(NOW, { [HOST]: 'first' });
  world.push({ publish: 'target', target: targets[0].id });
  await world.workAll();
  expect(world.dead).toEqual([]);
  expect(world.written).toHaveLength(1);
  expect(world.metric('FailedTargets')).toEqual([]);
});

test('a target that is gone is done', async () => {
  world.push({ publish: 'target', target: 'gone' });
  await world.workOnce();
  expect(world.messages).toEqual([]);
});

describe('a target that a rate limit puts off', () => {
  beforeEach(async () => {
    await world.add(targets[0]);
    world.limit = { key: 'token', perHour: 1, burst: 1, spacingMs: 0 };
    world.push({ publish: 'target', target: targets[0].id });
  });

  test('comes when its place is due, however far away that is, and takes no second place', async () => {
    world.nextSlot = NOW + 2 * HOUR;
    await world.workOnce();
    expect(world.messages.map(({ message }) => message)).toEqual([{ publish: 'target', target: targets[0].id }]);
    expect(world.messages[0].visibleAt).toBe(NOW + 15 * MINUTE);
    await world.workAll();
    expect(world.time).toBe(NOW + 2 * HOUR);
    expect(world.holds.size).toBe(1);
    expect(world.reserved).toHaveLength(1);
    expect(world.metric('DelayedTargets')).toEqual([1]);
    expect(world.metric('FailedTargets')).toEqual([]);
  });

  test('and that the vendor sent away takes a new place', async () => {
    world.failures.set('place 0', new RateLimitedError('GitHub answered 403', NOW + 10 * MINUTE));
    await world.workOnce();
    expect(world.logged('put off by a rate limit')).toMatchObject([{ cause: 'RateLimitedError: GitHub answered 403' }]);
    world.failures.clear();
    await world.workAll();
    expect(world.time).toBe(NOW + 10 * MINUTE);
    expect(world.reserved).toHaveLength(2);
    expect(world.holds.size).toBe(1);
  });
});

test.each([
  ['is no JSON', 'not json'],
  ['is none of the publisher\'s', '{"publish":"something"}'],
  ['names no target', '{"publish":"target"}'],
  ['names no text', '{"publish":"target","target":1}'],
  ['is no object', 'null'],
])('a message that %s is given up in the end', async (_what, body) => {
  world.push(body);
  await world.workAll();
  expect(world.dead).toHaveLength(1);
  expect(world.logged('a message failed')).toHaveLength(5);
  expect(JSON.stringify(world.lines)).not.toContain('not json');
});

test('a message whose work could not be passed on comes again', async () => {
  await world.add(targets[0]);
  world.sendFailure = new Error('SQS is away');
  world.push({ publish: 'all' });
  await world.workOnce();
  expect(world.messages).toHaveLength(1);
  world.sendFailure = undefined;
  await world.workAll();
  expect(world.holds.size).toBe(1);
});

test('a message that fails before its target is known says which one it is for', async () => {
  await world.add(targets[0]);
  world.store.lease = async () => { throw new Error('no table'); };
  world.push({ publish: 'target', target: targets[0].id });
  await world.workOnce();
  expect(world.logged('a message failed')).toMatchObject([{ id: targets[0].id, cause: 'Error: no table' }]);
});

test('a message that cannot be put back comes again by itself', async () => {
  await world.add(targets[0]);
  world.failures.set('place 0', new Error('no'));
  world.putBackFailure = new Error('SQS is away');
  await expect(workOn(eventOf([{ id: 'a', message: { publish: 'target', target: targets[0].id }, receivedTimes: 9 }]), world.ports))
    .resolves.toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
  expect(world.logged('a message could not be put back')).toHaveLength(1);
});
