import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { authOf, dockercfg, HOST, HOUR, MINUTE, NOW, target, World } from './world';
import { RateLimitedError, VendorError } from '../../../lambda/publish/errors';
import { createHandler } from '../../../lambda/publish/handler';
import { LEASE_MS } from '../../../lambda/publish/publish-target';
import type { VendorPorts } from '../../../lambda/publish/vendor';
import { PUBLISH_TIMEOUT_SECONDS, TargetResourceType, type TargetSpec } from '../../../src/private/target-contract';

let world: World;
let answers: any[];
beforeEach(() => {
  world = new World();
  answers = [];
});
afterEach(() => {
  jest.restoreAllMocks();
  expect(JSON.stringify([world.lines, answers])).not.toContain(authOf('first'));
});

const places = (...names: string[]) => names.map((place) => target(place));
const group = (names: string[], change: Partial<TargetSpec> = {}) => {
  const { where: _where, ...shared } = target('any', change);
  return JSON.stringify([{ ...shared, id: undefined, where: names.map((place) => ({ place })) }]);
};

const invoke = (ResourceType: string, RequestType: string, ResourceProperties: object, ports = () => world.ports) => createHandler({
  batchPorts: ports,
  respond: async (_url, body) => { answers.push(JSON.parse(body)); },
  write: (line) => world.lines.push(JSON.parse(line)),
})({
  RequestType, ResourceType, ResourceProperties, ResponseURL: 'https://answer', StackId: 's', RequestId: 'r', LogicalResourceId: 'l', PhysicalResourceId: 'p',
} as unknown as CloudFormationCustomResourceEvent, { functionName: 'Publisher' });

const register = (targets: string, type = 'Create') => invoke(TargetResourceType.REGISTRATION, type, { targets });
const publish = (properties = {}, type = 'Create') => invoke(TargetResourceType.PUBLISH_RUN, type, { failDeploy: 'false', ...properties });
/** Has places take longer than any time-out, and counts those that end after CloudFormation has its answer. */
function hang(names: readonly string[]): { ended: () => number } {
  let ended = 0;
  const before = answers.length;
  const late = new AbortController();
  jest.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal);
  for (const name of names) {
    world.failures.set(name, async () => {
      setImmediate(() => {
        world.time = NOW + 3 * MINUTE;
        late.abort();
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (answers.length > before) ended++;
    });
  }
  return { ended: () => ended };
}

const denied = () => Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });

describe('the registration', () => {
  test('has the table say which targets there are, and answers', async () => {
    await register(group(['one', 'two']));
    expect([...world.store.items.values()].map(({ target: { where } }) => where)).toEqual([{ place: 'one' }, { place: 'two' }]);
    expect(answers).toEqual([{ Status: 'SUCCESS', Reason: 'done', PhysicalResourceId: 'p', StackId: 's', RequestId: 'r', LogicalResourceId: 'l' }]);
  });

  test('keeps what is known of a target that changes', async () => {
    await register(group(['one']));
    await publish();
    const { state } = [...world.store.items.values()][0];
    await register(group(['one'], { settings: { masked: false } }), 'Update');
    expect([...world.store.items.values()]).toMatchObject([{ target: { settings: { masked: false } }, state }]);
  });

  test.each(['blank', 'delete'] as const)('has a target that is gone lose its value by "%s"', async (removal) => {
    await register(group(['one', 'two'], { removal }));
    await register(group(['two'], { removal }), 'Update');
    expect(world.removed).toEqual([['one', removal]]);
    expect(world.logged('removed')).toMatchObject([{ target: 'fake place=one', removal }]);
    expect(world.store.items.size).toBe(1);
  });

  test('leaves what a target holds if nothing else was asked for', async () => {
    await register(group(['one']));
    await register('[]', 'Update');
    expect(world.removed).toEqual([]);
    expect(world.store.items.size).toBe(0);
  });

  test('waits for a publication that is under way, which would put the value back', async () => {
    await register(group(['one'], { removal: 'delete' }));
    await world.store.lease(places('one')[0].id, 'somebody', NOW, NOW + 5_000);
    await register('[]', 'Update');
    expect(world.time).toBeGreaterThan(NOW + 5_000);
    expect(world.removed).toHaveLength(1);
  });

  test('writes again what it took away when the deploy fails after that, and is rolled back', async () => {
    await register(group(['one'], { removal: 'delete' }));
    await publish();
    world.store.delete = async () => { throw new Error('no table'); };
    await register('[]', 'Update');
    expect(answers.at(-1)!.Reason).toContain('the targets could not be registered: Error: no table');
    expect([world.removed, world.holds.size]).toEqual([[['one', 'delete']], 0]);
    world.time += LEASE_MS + 1;
    await register(group(['one'], { removal: 'delete' }), 'Update');
    await publish();
    expect(world.holds.size).toBe(1);
  });

  test('does not wait for ever', async () => {
    await register(group(['one'], { removal: 'delete' }));
    await world.store.lease(places('one')[0].id, 'somebody', NOW, NOW + LEASE_MS);
    await register('[]', 'Update');
    expect(world.time).toBe(NOW + 30_000);
    expect(world.removed).toHaveLength(1);
  });

  test('does not fail the deploy when a vendor does not let go, and says so', async () => {
    await register(group(['one'], { removal: 'delete' }));
    world.failures.set('one', new VendorError('GitLab answered 401'));
    await register('[]', 'Update');
    expect(answers[1].Status).toBe('SUCCESS');
    expect(world.logged('what fake place=one holds could not be removed, and expires by itself')).toEqual([
      expect.objectContaining({ level: 'ERROR', cause: 'VendorError: GitLab answered 401' }),
    ]);
    expect(world.store.items.size).toBe(0);
  });

  test('does not log what a vendor that does not let go echoes of its token', async () => {
    await register(group(['one'], { removal: 'delete' }));
    world.failures.set('one', async ({ secret }: VendorPorts) => { throw new VendorError(`GitLab answered 401: no such token ${await secret({ secretArn: 'arn' })}`); });
    await register('[]', 'Update');
    expect(world.logged('what fake place=one holds could not be removed, and expires by itself')).toMatchObject([
      { cause: 'VendorError: GitLab answered 401: no such token …' },
    ]);
  });

  test('does not wait for a target whose record is gone', async () => {
    await register(group(['one'], { removal: 'delete' }));
    world.store.lease = async () => ({ kind: 'gone' });
    await register('[]', 'Update');
    expect(world.time).toBe(NOW);
  });

  test('says so when it knows no such kind, and goes on', async () => {
    await register(group(['one'], { kind: 'unheard-of', removal: 'blank' }));
    await register('[]', 'Update');
    expect(answers[1].Status).toBe('SUCCESS');
    expect(world.logged('what unheard-of place=one holds could not be removed, and expires by itself')).toMatchObject([
      { cause: expect.stringContaining('the publisher knows no targets of the kind \'unheard-of\'') },
    ]);
    expect(world.store.items.size).toBe(0);
  });

  test('answers in time, however long vendors take to let go, and ends when none is at work any more', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `place ${index}`);
    await register(group(names, { removal: 'delete' }));
    const { ended } = hang(names);
    await register('[]', 'Update');
    expect(answers[1].Status).toBe('SUCCESS');
    expect(world.store.items.size).toBe(0);
    expect(ended()).toBe(20);
    expect(world.lines.filter(({ cause }) => cause === 'Error: there was no time left')).toHaveLength(30);
  });

  test('has the queue see to targets that come back in a roll-back, which does not publish to them', async () => {
    await register(group(['one', 'two']));
    expect(world.messages).toEqual([]);
    await register(group(['one']), 'Update');
    expect(world.messages).toEqual([]);
    await register(group(['one', 'two']), 'Update');
    expect(world.messages).toMatchObject([{ message: { publish: 'target', target: places('two')[0].id }, visibleAt: NOW + 5 * MINUTE }]);
  });

  test('does not fail when the queue is away, which is needed for a roll-back only', async () => {
    world.sendFailure = new Error('SQS is away');
    await register(group(['one']), 'Update');
    expect(answers[0].Status).toBe('SUCCESS');
    expect(world.logged('new targets could not be passed on to the queue')).toMatchObject([{ cause: 'Error: SQS is away' }]);
  });

  test('refuses twins that only the deploy could see', async () => {
    await register(group(['one', 'one']));
    expect(answers).toMatchObject([{ Status: 'FAILED', Reason: expect.stringContaining('ConfigurationError: two targets are the same: fake place=one; name each once') }]);
  });

  test('waits until IAM knows the new role', async () => {
    const { list } = world.store;
    let left = 3;
    world.store.list = async () => {
      if (left-- > 0) throw denied();
      return list.call(world.store);
    };
    await register(group(['one']));
    expect(answers[0].Status).toBe('SUCCESS');
    expect(world.slept).toEqual([1000, 2000, 4000]);
  });

  test('does not wait for itself when it tries again, because IAM did not know its rights', async () => {
    await register(group(['one'], { removal: 'delete' }));
    const { delete: real } = world.store;
    let tries = 0;
    world.store.delete = async (id) => {
      if (tries++ === 0) throw denied();
      return real.call(world.store, id);
    };
    await register('[]', 'Update');
    expect(answers[1].Status).toBe('SUCCESS');
    expect([tries, world.store.items.size]).toEqual([2, 0]);
    expect(world.time).toBe(NOW + 1000);
  });

  test('says what went wrong', async () => {
    world.store.list = async () => { throw new Error('no table'); };
    await register(group(['one']));
    expect(answers).toMatchObject([{ Status: 'FAILED', Reason: 'the targets could not be registered: Error: no table' }]);
  });

  test('has nothing to do at the end: the publish run has removed them', async () => {
    await world.add(...places('one'));
    await register('[]', 'Delete');
    expect(answers[0].Status).toBe('SUCCESS');
    expect(world.store.items.size).toBe(1);
  });
});

describe('the publish run', () => {
  test('publishes to all, and reports each outcome', async () => {
    await world.add(...places('one', 'two', 'three'));
    world.failures.set('two', new VendorError('GitLab answered 404'));
    await publish();
    expect(answers).toMatchObject([{ Status: 'SUCCESS', Data: { Report: '2 published, 1 failed; fake place=two: VendorError: GitLab answered 404' } }]);
    expect([...world.holds.keys()]).toEqual(['one', 'three']);
  });

  test('leaves those that failed to the queue, which tries again soon', async () => {
    await world.add(...places('one'));
    world.failures.set('one', new VendorError('GitLab answered 500'));
    await publish();
    expect(world.messages).toMatchObject([{ message: { publish: 'target', target: places('one')[0].id }, visibleAt: NOW + 30_000 }]);
    world.failures.clear();
    await world.workAll();
    expect(world.holds.size).toBe(1);
  });

  test('fails the deploy if that was asked for', async () => {
    await world.add(...places('one', 'two'));
    world.failures.set('two', new VendorError('GitLab answered 404'));
    await publish({ failDeploy: 'true' });
    expect(answers).toMatchObject([{ Status: 'FAILED', Reason: '1 published, 1 failed; fake place=two: VendorError: GitLab answered 404' }]);
  });

  test('does not, if all went well', async () => {
    await world.add(...places('one'));
    await publish({ failDeploy: 'true' });
    await publish({ failDeploy: 'true' }, 'Update');
    expect(answers.map(({ Status, Data }) => [Status, Data.Report])).toEqual([['SUCCESS', '1 published'], ['SUCCESS', '1 up to date']]);
  });

  test('says afterwards how long the copies live, so that the alarms have something to look at', async () => {
    await world.add(...places('one'));
    await publish();
    expect(world.metric('TargetSecondsRemaining')).toEqual([12 * 3600]);
    world.failures.set('two', new Error('no'));
    await world.add(...places('two'));
    await publish({}, 'Update');
    expect(world.metric('TargetSecondsRemaining')).toEqual([12 * 3600, 0]);
  });

  test('leaves to the queue what a rate limit puts off, when its place is due', async () => {
    await world.add(...places('one'));
    world.failures.set('one', new RateLimitedError('wait', NOW + 5 * MINUTE));
    await publish({ failDeploy: 'true' });
    expect(answers).toMatchObject([{ Status: 'SUCCESS', Data: { Report: '1 put off by a rate limit' } }]);
    expect(world.messages).toMatchObject([{ visibleAt: NOW + 5 * MINUTE }]);
  });

  test('answers well inside the Lambda\'s time-out, whatever the targets take', async () => {
    await world.add(...places(...Array.from({ length: 100 }, (_, index) => `place ${index}`)));
    const { ports } = world;
    const slow = {
      ...ports,
      dockercfg: async () => {
        world.time += 3_000;
        return ports.dockercfg();
      },
    };
    await invoke(TargetResourceType.PUBLISH_RUN, 'Create', { failDeploy: 'false' }, () => slow);
    expect(world.time - NOW).toBeLessThan((PUBLISH_TIMEOUT_SECONDS - 30) * 1000);
    const [{ Data: { Report: report } }] = answers;
    expect(report).toMatch(/^\d+ published, \d+ left to the queue$/);
    await world.workAll();
    expect(world.holds.size).toBe(100);
  });

  test('answers in time, however long a vendor takes, and ends when none is at work any more', async () => {
    await world.add(...places('one', 'two'));
    const { ended } = hang(['two']);
    await publish();
    expect(answers).toMatchObject([{ Status: 'SUCCESS', Data: { Report: '1 published, 1 left to the queue' } }]);
    expect(world.messages).toMatchObject([{ message: { publish: 'target', target: places('two')[0].id }, visibleAt: NOW + 3 * MINUTE + 30_000 }]);
    expect(ended()).toBe(1);
  });

  test('a target that cannot be leased costs the others nothing', async () => {
    await world.add(...places('one', 'two'));
    const { lease } = world.store;
    world.store.lease = async (...args) => {
      if (args[0] === places('one')[0].id) throw new Error('throttled');
      return lease.apply(world.store, args);
    };
    await publish();
    expect(answers).toMatchObject([{ Status: 'SUCCESS', Data: { Report: '1 published, 1 failed; fake place=one: Error: throttled' } }]);
  });

  test('does not fail when the queue is away: the next refresh sees to all', async () => {
    await world.add(...places('one', 'two'));
    world.failures.set('two', new Error('no'));
    world.sendFailure = new Error('SQS is away');
    await publish();
    expect(answers).toMatchObject([{ Status: 'SUCCESS', Data: { Report: '1 published, 1 failed; fake place=two: Error: no' } }]);
    expect(world.logged('what was left could not be passed on to the queue')).toMatchObject([{ cause: 'Error: SQS is away' }]);
  });

  test('leaves to the queue what Secrets Manager had only an old version for', async () => {
    await world.add(...places('one'));
    await publish();
    world.current = dockercfg(NOW - 1, { [HOST]: 'older' });
    await publish({ failDeploy: 'true' }, 'Update');
    expect(answers[1]).toMatchObject({ Status: 'SUCCESS', Data: { Report: '1 left to the queue' } });
    expect(world.messages).toHaveLength(1);
  });

  test('waits until IAM knows the rights of a new target, and no longer than is promised', async () => {
    await world.add(...places('one'));
    let left = 2;
    const { ports } = world;
    const once = {
      ...ports,
      dockercfg: async () => {
        if (left-- > 0) throw denied();
        return ports.dockercfg();
      },
    };
    await invoke(TargetResourceType.PUBLISH_RUN, 'Create', { failDeploy: 'false' }, () => once);
    expect(answers).toMatchObject([{ Data: { Report: '1 published' } }]);

    left = Infinity;
    world.time = NOW + HOUR;
    await invoke(TargetResourceType.PUBLISH_RUN, 'Update', { failDeploy: 'false' }, () => once);
    expect(answers[1].Data.Report).toMatch(/failed; .*AccessDeniedException: not authorized/);
    expect(world.time - NOW - HOUR).toBeLessThanOrEqual(60_000);
  });

  test('keeps a long report within what CloudFormation takes', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `place ${index} ${'€'.repeat(50)}`);
    await world.add(...places(...names));
    for (const name of names) world.failures.set(name, new VendorError('GitLab answered 404'));
    await publish();
    expect(Buffer.byteLength(JSON.stringify(answers[0]))).toBeLessThan(4096);
    expect(answers[0].Data.Report).toMatch(/^60 failed; .*…$/);
  });

  test('removes all targets at the end, while the rights are there', async () => {
    await world.add(target('one', { removal: 'delete' }), target('two', { removal: 'blank' }), target('three'));
    await publish({}, 'Delete');
    expect(world.removed.sort()).toEqual([['one', 'delete'], ['two', 'blank']]);
    expect(world.store.items.size).toBe(0);
    expect(answers).toMatchObject([{ Status: 'SUCCESS' }]);
  });

  test('does not hold a deletion up when the table is away', async () => {
    world.store.list = async () => { throw new Error('no table'); };
    await publish({}, 'Delete');
    expect(answers).toMatchObject([{ Status: 'SUCCESS' }]);
    expect(world.logged('the targets could not be removed, and what they hold expires by itself')).toMatchObject([{ cause: 'Error: no table' }]);
  });

  test('says what went wrong', async () => {
    world.store.list = async () => { throw new Error('no table'); };
    await publish();
    expect(answers).toMatchObject([{ Status: 'FAILED', Reason: 'the targets could not be published to: Error: no table' }]);
  });
});

describe('the handler', () => {
  test('answers CloudFormation also when its environment is wrong, so that a deploy does not hang', async () => {
    await invoke(TargetResourceType.PUBLISH_RUN, 'Create', {}, () => { throw new Error('no environment'); });
    expect(answers).toMatchObject([{ Status: 'FAILED', Reason: 'Error: no environment' }]);
  });

  test.each([[{}], [null], [{ publish: 'all' }]])('refuses an event that is not its own: %j', async (event) => {
    const handler = createHandler({ batchPorts: () => world.ports, respond: async () => undefined, write: () => undefined });
    await expect(handler(event, { functionName: 'Publisher' })).rejects.toThrow('the publisher takes messages of its queue only; send {"publish":"all"} there');
  });

  test('works on the messages of its queue', async () => {
    const handler = createHandler({ batchPorts: () => world.ports, respond: async () => undefined, write: () => undefined });
    await expect(handler({ Records: [] }, { functionName: 'Publisher' })).resolves.toEqual({ batchItemFailures: [] });
  });
});

test('a target is counted by itself, but no more than twenty in an invocation', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `place ${index}`);
  await world.add(...places(...names));
  for (const name of names) world.failures.set(name, new Error('no'));
  await publish();
  const counted = world.lines.filter((line) => 'Target' in line && line._aws);
  expect(counted).toHaveLength(20);
  expect(counted[0]).toEqual({
    _aws: { Timestamp: NOW, CloudWatchMetrics: [{ Namespace: 'CdkEcrCi', Dimensions: [['FunctionName', 'Target']], Metrics: [{ Name: 'FailedTargets', Unit: 'Count' }] }] },
    FunctionName: 'Publisher',
    Target: 'fake place=place 0',
    FailedTargets: 1,
  });
});

test('a registry that a target asked for and that is not there counts as a failure of the target', async () => {
  await world.add(target('one', { hosts: [HOST, 'ghcr.io'] }));
  await publish();
  expect(world.logged('target was not published to')).toMatchObject([{ cause: 'the dockercfg has no valid entry for ghcr.io; the others were published' }]);
  expect(world.metric('FailedTargets')).toEqual([1]);
  expect(world.metric('PublishedTargets')).toEqual([1]);
});

test('a name of any characters and length can be a dimension of CloudWatch', async () => {
  const name = `Größe 😀 ${'x'.repeat(2000)}`;
  await world.add(...places(name));
  world.failures.set(name, new Error('no'));
  await publish();
  const [{ Target }] = world.lines.filter((line) => 'Target' in line && line._aws);
  expect(Target.slice(0, 23)).toBe('fake place=Gr??e ?? xxx');
  expect(Target).toHaveLength(1000);
});

test('credentials that never expire are reported as a year', async () => {
  world.current = { versionId: 'v', writtenAt: NOW, entries: new Map([['ghcr.io', { auth: authOf('never'), expiresAt: undefined }]]) };
  await world.add(...places('one'));
  await publish();
  expect(world.metric('TargetSecondsRemaining')).toEqual([365 * 24 * 3600]);
  expect(world.logged('published')).toEqual([{ level: 'INFO', message: 'published', target: 'fake place=one', id: expect.any(String) }]);
});
