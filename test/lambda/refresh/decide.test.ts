import fc from 'fast-check';
import { authOf, HOST, HOUR, NOW, OTHER_HOST, version } from './fixtures';
import { decide, readCurrent, type Situation } from '../../../lambda/refresh/decide';
import { parseDockercfg } from '../../../lambda/refresh/dockercfg';
import { expiryOf } from '../../../lambda/refresh/version-id';

const MINUTE = 60_000;

function situation(change: Partial<Situation>): Situation {
  return { fetched: new Map(), failed: [], now: NOW, force: false, ...change };
}

const fresh = (expiresAt = NOW + 12 * HOUR, auth = authOf('fresh')) => ({ auth, expiresAt });
const current = (auths: Record<string, string>, expiresAt: number) => ({ auths: new Map(Object.entries(auths)), expiresAt });

describe('reads the current version', () => {
  test('that the refresher wrote', () => {
    expect(readCurrent(version({ [HOST]: authOf('old') }, NOW + HOUR))).toEqual(current({ [HOST]: authOf('old') }, NOW + HOUR));
  });
  test('that was edited by hand as nothing', () => {
    const { value, versionId } = version({ [HOST]: authOf('old') }, NOW + HOUR);
    expect(readCurrent({ value, versionId: 'b7e3b1a2-6f43-4d55-9b8a-0f6c0b8d1c2e' })).toBeUndefined();
    expect(readCurrent({ value: `${value} `, versionId })).toBeUndefined();
  });
});

test('writes the first value, named after its expiry', () => {
  const { write, expiries } = decide(situation({ fetched: new Map([[HOST, fresh()]]) }));
  expect(write).toEqual(version({ [HOST]: authOf('fresh') }, NOW + 12 * HOUR));
  expect(expiries).toEqual(new Map([[HOST, NOW + 12 * HOUR]]));
});

test('writes a value that lives longer by more than a repeated delivery explains', () => {
  const at = (minutes: number) => decide(situation({
    current: current({ [HOST]: authOf('old') }, NOW + 12 * HOUR - minutes * MINUTE),
    fetched: new Map([[HOST, fresh()]]),
  }));
  expect(at(10).write).toBeUndefined();
  expect(at(10).expiries).toEqual(new Map([[HOST, NOW + 12 * HOUR - 10 * MINUTE]]));
  expect(at(10.1).write).toEqual(version({ [HOST]: authOf('fresh') }, NOW + 12 * HOUR));
});

test('does not write a value that lives shorter', () => {
  expect(decide(situation({
    current: current({ [HOST]: authOf('old') }, NOW + 12 * HOUR), fetched: new Map([[HOST, fresh(NOW + HOUR)]]),
  })).write).toBeUndefined();
});

test('writes when forced', () => {
  const { write, expiries } = decide(situation({
    current: current({ [HOST]: authOf('old') }, NOW + 12 * HOUR - MINUTE), fetched: new Map([[HOST, fresh()]]), force: true,
  }));
  expect(write).toEqual(version({ [HOST]: authOf('fresh') }, NOW + 12 * HOUR));
  expect(expiries).toEqual(new Map([[HOST, NOW + 12 * HOUR]]));
});

test('writes when the hosts are others', () => {
  const others: Record<string, string>[] = [{ [OTHER_HOST]: authOf('old') }, { [HOST]: authOf('old'), [OTHER_HOST]: authOf('old') }];
  for (const auths of others) {
    expect(decide(situation({ current: current(auths, NOW + 12 * HOUR), fetched: new Map([[HOST, fresh()]]) })).write)
      .toEqual(version({ [HOST]: authOf('fresh') }, NOW + 12 * HOUR));
  }
});

test('keeps the valid entry of a host that failed, and publishes the fresh one of another', () => {
  const { write, expiries } = decide(situation({
    current: current({ [HOST]: authOf('old'), [OTHER_HOST]: authOf('last good') }, NOW + 2 * HOUR),
    fetched: new Map([[HOST, fresh()]]),
    failed: [OTHER_HOST],
  }));
  expect(write).toEqual(version({ [HOST]: authOf('fresh'), [OTHER_HOST]: authOf('last good') }, NOW + 2 * HOUR));
  expect(expiries).toEqual(new Map([[HOST, NOW + 12 * HOUR], [OTHER_HOST, NOW + 2 * HOUR]]));
});

test('drops the expired entry of a host that failed', () => {
  const { write, expiries } = decide(situation({
    current: current({ [HOST]: authOf('old'), [OTHER_HOST]: authOf('expired') }, NOW),
    fetched: new Map([[HOST, fresh()]]),
    failed: [OTHER_HOST],
  }));
  expect(write).toEqual(version({ [HOST]: authOf('fresh') }, NOW + 12 * HOUR));
  expect(expiries).toEqual(new Map([[HOST, NOW + 12 * HOUR]]));
});

test.each([false, true])('writes nothing when every host failed, forced: %s', (force) => {
  expect(decide(situation({ current: current({ [HOST]: authOf('old') }, NOW + HOUR), failed: [HOST, OTHER_HOST], force })))
    .toEqual({ expiries: new Map([[HOST, NOW + HOUR]]) });
  expect(decide(situation({ failed: [HOST], force }))).toEqual({ expiries: new Map() });
});

test('whatever happens, what is written parses, holds no expired entry and loses no valid one', () => {
  const hosts = ['a.example', 'b.example', 'c.example'];
  const time = fc.integer({ min: -24 * 60, max: 24 * 60 }).map((minutes) => NOW + minutes * MINUTE);
  fc.assert(fc.property(
    fc.option(fc.record({ hosts: fc.subarray(hosts), expiresAt: time }), { nil: undefined }),
    fc.array(fc.constantFrom('ok', 'failed'), { minLength: 3, maxLength: 3 }),
    fc.integer({ min: 1, max: 720 }),
    fc.boolean(),
    (before, outcomes, minutes, force) => {
      const was = before && current(Object.fromEntries(before.hosts.map((host) => [host, authOf('old')])), before.expiresAt);
      const fetched = new Map(hosts.filter((_, i) => outcomes[i] === 'ok').map((host) => [host, fresh(NOW + minutes * MINUTE)]));
      const failed = hosts.filter((_, i) => outcomes[i] === 'failed');
      const { write } = decide(situation({ current: was, fetched, failed, force }));
      if (!write) return;
      const auths = parseDockercfg(write.value)!;
      expect(expiryOf(write.versionId, write.value)).toBeGreaterThan(NOW);
      for (const host of fetched.keys()) expect(auths.get(host)).toBe(authOf('fresh'));
      for (const host of failed) {
        expect(auths.get(host)).toBe(was && was.expiresAt > NOW ? was.auths.get(host) : undefined);
      }
    },
  ), { numRuns: 2000 });
});
