import fc from 'fast-check';
import { authOf, authsIn, CONFIG_JSON, HOST, HOUR, MINUTE, NOW, OTHER_HOST, version } from './fixtures';
import { decide, type Current, type Situation } from '../../../lambda/refresh/decide';
import { NEVER, type Entry } from '../../../lambda/shared/dockercfg/entry';
import { EXPIRY_HOST, readVersion } from '../../../lambda/shared/dockercfg/published';

const LOGIN_HOST = 'ghcr.io';
const fresh = (expiresAt = NOW + 12 * HOUR, auth = authOf('fresh')): Entry => ({ auth, expiresAt });
const old = (expiresAt: number | undefined, auth = authOf('old')): Entry => ({ auth, expiresAt });
const map = (entries: Record<string, Entry>) => new Map(Object.entries(entries));

/** What is there: written three hours ago by the refresher. */
function there(entries: Record<string, Entry>, change: Partial<Current> = {}): Current {
  return { own: true, entries: map(entries), writtenAt: NOW - 3 * HOUR, ...change };
}

function decideOn(change: Partial<Situation>) {
  return decide({ hosts: [HOST, OTHER_HOST], fetched: new Map(), contended: false, now: NOW, force: false, format: CONFIG_JSON, ...change });
}

test('writes the first value', () => {
  const { write, entries, full } = decideOn({ fetched: map({ [HOST]: fresh() }) });
  expect(write).toEqual(version({ [HOST]: authOf('fresh') }, NOW + 12 * HOUR));
  expect(entries).toEqual(map({ [HOST]: fresh() }));
  expect(full).toEqual([]);
});

test('writes a value that lives longer by more than a repeated delivery explains', () => {
  const at = (minutes: number) => decideOn({
    current: there({ [HOST]: old(NOW + 12 * HOUR - minutes * MINUTE) }), fetched: map({ [HOST]: fresh() }),
  });
  expect(at(10).write).toBeUndefined();
  expect(at(10).entries).toEqual(map({ [HOST]: old(NOW + 12 * HOUR - 10 * MINUTE) }));
  expect(at(10.1).write).toEqual(version({ [HOST]: authOf('fresh') }, NOW + 12 * HOUR));
});

describe('within ten minutes of a write', () => {
  const soon = { writtenAt: NOW - 10 * MINUTE + 1 };

  test('an entry that lives until any next run waits for it', () => {
    const current = there({ [HOST]: old(NOW + 6 * HOUR + 1) }, soon);
    expect(decideOn({ current, fetched: map({ [HOST]: fresh() }) }).write).toBeUndefined();
    expect(decideOn({ current: { ...current, writtenAt: NOW - 10 * MINUTE }, fetched: map({ [HOST]: fresh() }) }).write).toBeDefined();
  });

  test.each<[string, Record<string, Entry>, Record<string, Entry>]>([
    ['an entry that does not', { [HOST]: old(NOW + 6 * HOUR) }, { [HOST]: fresh() }],
    ['an entry that is missing', { [HOST]: old(NOW + 11 * HOUR) }, { [OTHER_HOST]: fresh() }],
    ['a login that was changed', { [HOST]: old(NOW + 11 * HOUR), [LOGIN_HOST]: old(NEVER) }, { [LOGIN_HOST]: fresh(NEVER) }],
    ['an entry that should not be there', { [HOST]: old(NOW + 11 * HOUR), 'removed.example': old(NOW + 11 * HOUR) }, { [HOST]: fresh() }],
  ])('%s does not', (_name, entries, fetched) => {
    expect(decideOn({ hosts: [HOST, OTHER_HOST, LOGIN_HOST], current: there(entries, soon), fetched: map(fetched) }).write).toBeDefined();
  });
});

test('a token that lives shorter does not take the place of one that lives longer', () => {
  const current = there({ [HOST]: old(NOW + 11 * HOUR), [OTHER_HOST]: old(NOW + HOUR) });
  expect(decideOn({ current, fetched: map({ [HOST]: fresh(NOW + HOUR) }) }).write).toBeUndefined();
  const { write, entries } = decideOn({ current, fetched: map({ [HOST]: fresh(NOW + 10 * HOUR), [OTHER_HOST]: fresh() }) });
  expect(entries).toEqual(map({ [HOST]: old(NOW + 11 * HOUR), [OTHER_HOST]: fresh() }));
  expect(authsIn(write!.value)).toMatchObject({ [HOST]: authOf('old'), [OTHER_HOST]: authOf('fresh') });
});

test('a forced run publishes what was fetched', () => {
  const current = there({ [HOST]: old(NOW + 12 * HOUR) }, { writtenAt: NOW });
  const { write, entries } = decideOn({ current, fetched: map({ [HOST]: fresh(NOW + 11 * HOUR) }), force: true });
  expect(write).toEqual(version({ [HOST]: authOf('fresh') }, NOW + 11 * HOUR));
  expect(entries).toEqual(map({ [HOST]: fresh(NOW + 11 * HOUR) }));
});

test('the entry of a host that is no longer asked for goes', () => {
  const current = there({ [HOST]: old(NOW + 12 * HOUR), 'removed.example': old(NOW + 12 * HOUR) });
  expect(decideOn({ current, fetched: map({ [HOST]: fresh() }) }).write).toEqual(version({ [HOST]: authOf('fresh') }, NOW + 12 * HOUR));
});

test('a host that failed keeps its valid entry, with the time that it expires', () => {
  const { write, entries } = decideOn({
    current: there({ [HOST]: old(NOW + 2 * HOUR), [OTHER_HOST]: old(NOW + 2 * HOUR, authOf('last good')) }), fetched: map({ [HOST]: fresh() }),
  });
  expect(write).toEqual(version({ [HOST]: authOf('fresh'), [OTHER_HOST]: authOf('last good') }, { [HOST]: NOW + 12 * HOUR, [OTHER_HOST]: NOW + 2 * HOUR }));
  expect(Object.keys(authsIn(write!.value))).toContain(EXPIRY_HOST);
  expect(entries).toEqual(map({ [HOST]: fresh(), [OTHER_HOST]: old(NOW + 2 * HOUR, authOf('last good')) }));
});

test('a host that fails when another one\'s entry has expired keeps its own, which lives on', () => {
  const current = there({ [HOST]: old(NOW + 9 * HOUR), [OTHER_HOST]: old(NOW - HOUR) });
  const { write } = decideOn({ current, fetched: map({ [OTHER_HOST]: fresh() }) });
  expect(authsIn(write!.value)).toMatchObject({ [HOST]: authOf('old'), [OTHER_HOST]: authOf('fresh') });
});

test('the expired entry of a host that failed is not published again', () => {
  const { write, entries } = decideOn({ current: there({ [HOST]: old(NOW + HOUR), [OTHER_HOST]: old(NOW) }), fetched: map({ [HOST]: fresh() }) });
  expect(write).toEqual(version({ [HOST]: authOf('fresh') }, NOW + 12 * HOUR));
  expect(entries).toEqual(map({ [HOST]: fresh() }));
});

test('an expired entry is not worth a version by itself, and readers are told not to count on it', () => {
  const current = there({ [HOST]: old(NOW + 12 * HOUR), [OTHER_HOST]: old(NOW) });
  expect(decideOn({ current, fetched: map({ [HOST]: fresh() }) })).toEqual({ entries: map({ [HOST]: old(NOW + 12 * HOUR) }), full: [] });
});

test('what was fetched is not published if it has expired', () => {
  expect(decideOn({ fetched: map({ [HOST]: fresh(NOW) }) })).toEqual({ entries: new Map(), full: [] });
});

test('a login never expires, and the last one is the best', () => {
  const current = there({ [HOST]: old(NOW + 2 * HOUR), [LOGIN_HOST]: old(NEVER) });
  const hosts = [HOST, LOGIN_HOST];
  const kept = decideOn({ hosts, current, fetched: map({ [HOST]: fresh() }) });
  expect(authsIn(kept.write!.value)).toEqual({ [HOST]: authOf('fresh'), [LOGIN_HOST]: authOf('old') });
  const changed = decideOn({ hosts, current, fetched: map({ [LOGIN_HOST]: fresh(NEVER) }) });
  expect(authsIn(changed.write!.value)).toMatchObject({ [HOST]: authOf('old'), [LOGIN_HOST]: authOf('fresh') });
  expect(decideOn({ hosts, current, fetched: map({ [LOGIN_HOST]: old(NEVER) }) }).write).toBeUndefined();
});

test.each([false, true])('writes nothing when every host failed, forced: %s', (force) => {
  expect(decideOn({ current: there({ [HOST]: old(NOW + HOUR), 'removed.example': old(NOW + HOUR) }), force })).toEqual({
    entries: map({ [HOST]: old(NOW + HOUR), 'removed.example': old(NOW + HOUR) }), full: [],
  });
  expect(decideOn({ force })).toEqual({ entries: new Map(), full: [] });
});

describe('a login, when others have written since it was fetched', () => {
  const logins = { hosts: [LOGIN_HOST], fetched: map({ [LOGIN_HOST]: fresh(NEVER) }), contended: true };

  test('does not replace the one that is there, which may be the later one', () => {
    expect(decideOn({ ...logins, current: there({ [LOGIN_HOST]: old(NEVER) }) }).write).toBeUndefined();
    const { write } = decideOn({ ...logins, current: there({}, { own: false }), previous: there({ [LOGIN_HOST]: old(NEVER) }) });
    expect(authsIn(write!.value)).toEqual({ [LOGIN_HOST]: authOf('old') });
  });

  test('is published when forced, and where there is none', () => {
    expect(decideOn({ ...logins, current: there({ [LOGIN_HOST]: old(NEVER) }), force: true }).write).toBeDefined();
    expect(decideOn({ ...logins, current: there({ [LOGIN_HOST]: old(NOW + HOUR) }) }).write).toBeDefined();
  });
});

describe('what somebody else wrote', () => {
  const foreign = (entries: Record<string, Entry>): Current => there(entries, { own: false });
  const before = (entries: Record<string, Entry>) => ({ own: true, entries: map(entries) });

  test('is replaced by what was fetched', () => {
    const current = foreign({ [HOST]: old(undefined), 'docker.io': old(undefined) });
    expect(decideOn({ current, fetched: map({ [HOST]: fresh() }) }).write).toEqual(version({ [HOST]: authOf('fresh') }, NOW + 12 * HOUR));
  });

  test('stays for a host that failed, until there is something fresh', () => {
    const { write } = decideOn({ current: foreign({ [HOST]: old(undefined), [OTHER_HOST]: old(undefined, authOf('theirs')) }), fetched: map({ [HOST]: fresh() }) });
    expect(authsIn(write!.value)).toMatchObject({ [HOST]: authOf('fresh'), [OTHER_HOST]: authOf('theirs') });
    const next = { ...readVersion(write!, CONFIG_JSON, new Set()), writtenAt: NOW };
    expect(next.entries.get(OTHER_HOST)).toEqual(old(undefined, authOf('theirs')));
    expect(decideOn({ current: next, fetched: map({ [HOST]: fresh() }), now: NOW + MINUTE }).write).toBeUndefined();
    const last = decideOn({ current: next, fetched: map({ [HOST]: fresh(), [OTHER_HOST]: fresh() }), now: NOW + MINUTE });
    expect(last.write).toEqual(version({ [HOST]: authOf('fresh'), [OTHER_HOST]: authOf('fresh') }, NOW + 12 * HOUR));
  });

  test('makes place for what the refresher had written while that is valid', () => {
    const previous = before({ [HOST]: old(NOW + HOUR, authOf('own')), [OTHER_HOST]: old(NOW, authOf('own')) });
    const { write, entries } = decideOn({ current: foreign({}), previous });
    expect(write).toEqual(version({ [HOST]: authOf('own') }, NOW + HOUR));
    expect(entries).toEqual(map({ [HOST]: old(NOW + HOUR, authOf('own')) }));
    expect(decideOn({ current: foreign({ [HOST]: old(undefined, authOf('own')) }), previous }).write).toBeUndefined();
    expect(decideOn({ current: foreign({ [HOST]: old(undefined, authOf('theirs')) }), previous }).write).toEqual(write);
  });

  test('is dropped where it is a copy of what the refresher had written, and that has expired', () => {
    const current = foreign({ [HOST]: old(undefined, authOf('own')), [OTHER_HOST]: old(undefined, authOf('theirs')) });
    const { write } = decideOn({
      current, previous: before({ [HOST]: old(NOW, authOf('own')), [OTHER_HOST]: old(NOW, authOf('own')) }), hosts: [HOST, OTHER_HOST, LOGIN_HOST], fetched: map({ [LOGIN_HOST]: fresh(NEVER) }),
    });
    expect(authsIn(write!.value)).toMatchObject({ [OTHER_HOST]: authOf('theirs'), [LOGIN_HOST]: authOf('fresh') });
    expect(Object.keys(authsIn(write!.value))).not.toContain(HOST);
  });

  test('stays if there is nothing else', () => {
    expect(decideOn({ current: foreign({ [HOST]: old(undefined) }), previous: before({ [HOST]: old(undefined, authOf('other')) }) })).toEqual({
      entries: map({ [HOST]: old(undefined) }), full: [],
    });
    expect(decideOn({ current: foreign({}) }).write).toBeUndefined();
  });
});

test('a secret without a value gets what the refresher had written, while that is valid', () => {
  expect(decideOn({ previous: there({ [HOST]: old(NOW + HOUR) }) }).write).toEqual(version({ [HOST]: authOf('old') }, NOW + HOUR));
});

describe('when there is no room for all', () => {
  const hosts = ['c.example', 'a.example', 'b.example'];
  const large = (letter: string, size = 30_000) => fresh(NOW + 12 * HOUR, letter.repeat(size));

  test('the first have a place, and the others fail by name', () => {
    const { write, full } = decideOn({ hosts, fetched: map({ 'a.example': large('a'), 'b.example': large('b'), 'c.example': large('c') }) });
    expect(full).toEqual(['b.example']);
    expect(Object.keys(authsIn(write!.value))).toEqual(['a.example', 'c.example']);
  });

  test('nothing that is there makes place for something new', () => {
    const current = there({ 'a.example': old(NOW + HOUR, 'A'.repeat(30_000)), 'b.example': old(NOW + HOUR, 'B'.repeat(30_000)) });
    const { write, full } = decideOn({ hosts, current, fetched: map({ 'a.example': large('a'), 'b.example': large('b'), 'c.example': large('c') }) });
    expect(full).toEqual(['c.example']);
    expect(write).toEqual(version({ 'a.example': 'a'.repeat(30_000), 'b.example': 'b'.repeat(30_000) }, NOW + 12 * HOUR));
  });

  test('a token that has grown too large leaves the one that is there', () => {
    const current = there({ 'a.example': old(NOW + HOUR, 'A'.repeat(30_000)), 'b.example': old(NOW + HOUR, 'B'.repeat(30_000)) });
    const { write, full } = decideOn({ hosts, current, fetched: map({ 'a.example': large('a', 36_000), 'b.example': large('b') }) });
    expect(full).toEqual(['a.example']);
    expect(authsIn(write!.value)).toMatchObject({ 'a.example': 'A'.repeat(30_000), 'b.example': 'b'.repeat(30_000) });
  });
});

test('whatever happens, what is written parses, holds no expired entry and loses no valid one', () => {
  const hosts = ['a.example', 'b.example', 'c.example'];
  const time = fc.integer({ min: -24 * 60, max: 24 * 60 }).map((minutes) => NOW + minutes * MINUTE);
  const entries = (name: string) => fc.dictionary(fc.constantFrom(...hosts, 'removed.example'), time)
    .map((times) => map(Object.fromEntries(Object.entries(times).map(([host, expiresAt]) => [host, old(expiresAt, authOf(name))]))));
  const current = fc.record({ own: fc.boolean(), entries: entries('current'), writtenAt: time })
    .map((value) => (value.own ? value : { ...value, entries: new Map([...value.entries].map(([host, { auth }]) => [host, old(undefined, auth)])) }));
  fc.assert(fc.property(
    fc.option(current, { nil: undefined }),
    fc.option(fc.record({ own: fc.constant(true), entries: entries('previous') }), { nil: undefined }),
    entries('fetched'),
    fc.boolean(),
    (before, previous, all, force) => {
      const fetched = new Map([...all].filter(([host]) => hosts.includes(host)));
      const { write } = decideOn({ hosts, current: before, previous, fetched, force });
      if (!write) return;
      const after = readVersion(write, CONFIG_JSON, new Set());
      expect(after.own).toBe(true);
      expect(after.entries.size).toBeGreaterThan(0);
      for (const [host, { auth, expiresAt }] of after.entries) {
        expect(hosts).toContain(host);
        expect(expiresAt === undefined ? before!.entries.get(host)!.auth : expiresAt > NOW).toBeTruthy();
        if (auth === authOf('fetched')) expect(fetched.get(host)!.expiresAt! - expiresAt!).toBeLessThanOrEqual(MINUTE);
      }
      for (const host of hosts) {
        const was = before?.entries.get(host);
        const is = after.entries.get(host);
        if (was?.expiresAt !== undefined && was.expiresAt > NOW) {
          expect(is).toBeDefined();
          if (!force) expect(is!.expiresAt!).toBeGreaterThanOrEqual(was.expiresAt - MINUTE);
        }
        if (was && was.expiresAt === undefined) expect(is).toBeDefined();
        if ((fetched.get(host)?.expiresAt ?? 0) > NOW) expect(is).toBeDefined();
      }
    },
  ), { numRuns: 3000 });
});
