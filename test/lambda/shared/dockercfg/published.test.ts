import fc from 'fast-check';
import { formatOf } from '../../../../lambda/shared/dockercfg/dockercfg';
import { NEVER, type Entry } from '../../../../lambda/shared/dockercfg/entry';
import { EXPIRY_HOST, readVersion, roomFor, writeVersion } from '../../../../lambda/shared/dockercfg/published';
import { expiryOf } from '../../../../lambda/shared/dockercfg/version-id';
import { authOf, authsIn, CONFIG_JSON, HAND_WRITTEN_ID, HOST, HOUR, MINUTE, NOW, OTHER_HOST, version } from '../../refresh/fixtures';

const NONE = new Set<string>();
const entry = (expiresAt: number | undefined, auth = authOf('x')): Entry => ({ auth, expiresAt });

test('entries that expire together are told by the id of the version, and the value has nothing else', () => {
  const written = version({ [HOST]: authOf('a'), [OTHER_HOST]: authOf('b') }, { [HOST]: NOW, [OTHER_HOST]: NOW + MINUTE });
  expect(authsIn(written.value)).toEqual({ [HOST]: authOf('a'), [OTHER_HOST]: authOf('b') });
  expect(readVersion(written, CONFIG_JSON, NONE)).toEqual({
    own: true, entries: new Map([[HOST, entry(NOW, authOf('a'))], [OTHER_HOST, entry(NOW, authOf('b'))]]),
  });
});

test('entries that do not are told by an entry of a host that nobody can look up', () => {
  const written = version({ [HOST]: authOf('a'), [OTHER_HOST]: authOf('b') }, { [HOST]: NOW + 12 * HOUR, [OTHER_HOST]: NOW + HOUR });
  expect(authsIn(written.value)).toEqual({
    [HOST]: authOf('a'), [OTHER_HOST]: authOf('b'), [EXPIRY_HOST]: authOf('[39600,0]', 'expiry'),
  });
  expect(EXPIRY_HOST).toMatch(/\.invalid$/);
  expect(expiryOf(written.versionId, written.value)).toBe(NOW + HOUR);
  expect(readVersion(written, CONFIG_JSON, NONE)).toEqual({
    own: true, entries: new Map([[HOST, entry(NOW + 12 * HOUR, authOf('a'))], [OTHER_HOST, entry(NOW + HOUR, authOf('b'))]]),
  });
});

test('whatever the entries, each one\'s expiry is read back: never later than it is, and at most a minute and a second earlier', () => {
  const hosts = ['a.example', 'b.example', 'login.example', 'c.example'];
  const time = fc.option(fc.integer({ min: NOW, max: NOW + 13 * HOUR }), { nil: undefined });
  fc.assert(fc.property(fc.array(time, { minLength: 3, maxLength: 3 }), fc.subarray(hosts, { minLength: 1 }), (times, some) => {
    const all = new Map(hosts.map((host, index): [string, Entry] => [host, entry(host === 'login.example' ? NEVER : times[index % 3], authOf(host))]));
    const entries = new Map([...all].filter(([host]) => some.includes(host)));
    fc.pre([...entries.values()].some(({ expiresAt }) => expiresAt !== undefined));
    const read = readVersion(writeVersion(entries, CONFIG_JSON), CONFIG_JSON, new Set(['login.example']));
    expect(read.own).toBe(true);
    expect([...read.entries.keys()].sort()).toEqual([...entries.keys()].sort());
    for (const [host, { auth, expiresAt }] of entries) {
      const there = read.entries.get(host)!;
      expect(there.auth).toBe(auth);
      if (expiresAt === undefined || expiresAt === NEVER) {
        expect(there.expiresAt).toBe(expiresAt);
      } else {
        expect(there.expiresAt).toBeLessThanOrEqual(expiresAt);
        expect(there.expiresAt).toBeGreaterThanOrEqual(expiresAt - MINUTE - 2000);
      }
    }
  }), { numRuns: 1000 });
});

test('logins alone never expire', () => {
  const written = writeVersion(new Map([['ghcr.io', entry(NEVER)]]), CONFIG_JSON);
  expect(written.versionId).toMatch(/^dockercfg-9999999999-/);
  expect(readVersion(written, CONFIG_JSON, new Set(['ghcr.io'])).entries).toEqual(new Map([['ghcr.io', entry(NEVER)]]));
});

test('a login beside a token needs no record', () => {
  const entries = new Map([['ghcr.io', entry(NEVER)], [HOST, entry(NOW + HOUR)]]);
  expect(Object.keys(authsIn(writeVersion(entries, CONFIG_JSON).value))).toEqual([HOST, 'ghcr.io']);
});

test('a password has no room for a record', () => {
  const format = formatOf('password', HOST);
  const written = writeVersion(new Map([[HOST, entry(NOW + HOUR, authOf('secret'))]]), format);
  expect(written.value).toBe('secret');
  expect(readVersion(written, format, NONE)).toEqual({ own: true, entries: new Map([[HOST, entry(NOW + HOUR, authOf('secret'))]]) });
  expect(roomFor(new Map([[HOST, entry(NOW, authOf('x'.repeat(65_536)))]]), format)).toBe(true);
  expect(roomFor(new Map([[HOST, entry(NOW, authOf('x'.repeat(65_537)))]]), format)).toBe(false);
});

test('what somebody else wrote has entries that expire nobody knows when', () => {
  const { value, versionId } = version({ [HOST]: authOf('a'), [OTHER_HOST]: authOf('b') }, { [HOST]: NOW + 12 * HOUR, [OTHER_HOST]: NOW + HOUR });
  const expected = { own: false, entries: new Map([[HOST, entry(undefined, authOf('a'))], [OTHER_HOST, entry(undefined, authOf('b'))]]) };
  expect(readVersion({ value, versionId: HAND_WRITTEN_ID }, CONFIG_JSON, NONE)).toEqual(expected);
  expect(readVersion({ value: `${value} `, versionId }, CONFIG_JSON, NONE)).toEqual(expected);
});

test('a secret of another format is somebody else\'s', () => {
  const written = version({ [HOST]: authOf('a') }, NOW + HOUR);
  expect(readVersion(written, formatOf('dockercfg', HOST), NONE)).toEqual({ own: false, entries: new Map() });
});

test('there is room for 65,536 bytes, with the record that may become necessary', () => {
  const of = (length: number) => new Map([[HOST, entry(NOW, 'x'.repeat(length))]]);
  const rest = 65_536 - `{"auths":{"${HOST}":{"auth":""}}}`.length;
  const record = `,"${EXPIRY_HOST}":{"auth":"${authOf('[99999999]', 'expiry')}"}`.length;
  expect(roomFor(of(rest - record), CONFIG_JSON)).toBe(true);
  expect(roomFor(of(rest - record + 1), CONFIG_JSON)).toBe(false);
});
