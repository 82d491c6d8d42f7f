import fc from 'fast-check';
import { NEVER } from '../../../../lambda/shared/dockercfg/entry';
import { expiryOf, versionIdOf } from '../../../../lambda/shared/dockercfg/version-id';
import { NOW } from '../../refresh/fixtures';

test('says when the first entry expires, to the second and never later than it does', () => {
  fc.assert(fc.property(fc.string(), fc.integer({ min: 0, max: 9_999_999_998_999 }), (value, expiresAt) => {
    expect(expiryOf(versionIdOf(value, expiresAt), value)).toBe(Math.floor(expiresAt / 1000) * 1000);
  }));
});

test('is a client request token: 32 to 64 characters', () => {
  fc.assert(fc.property(fc.string(), fc.integer({ min: 0, max: 9_999_999_999_999 }), (value, expiresAt) => {
    expect(versionIdOf(value, expiresAt)).toMatch(/^[a-z0-9-]{32,64}$/);
  }));
});

test('is the same for the same value, so that a repeated write is a no-op, and another for another', () => {
  expect(versionIdOf('a', NOW)).toBe(versionIdOf('a', NOW));
  expect(versionIdOf('a', NOW)).not.toBe(versionIdOf('b', NOW));
  expect(versionIdOf('a', NOW)).not.toBe(versionIdOf('a', NOW + 1000));
});

test('says that logins never expire', () => {
  expect(versionIdOf('a', NEVER)).toMatch(/^[a-z0-9-]{32,64}$/);
  expect(expiryOf(versionIdOf('a', NEVER), 'a')).toBe(NEVER);
});

test('says nothing of a version that somebody else wrote', () => {
  expect(expiryOf('b7e3b1a2-6f43-4d55-9b8a-0f6c0b8d1c2e', 'a')).toBeUndefined();
  expect(expiryOf('', 'a')).toBeUndefined();
});

test('says nothing of a value that is not the one it was made for', () => {
  expect(expiryOf(versionIdOf('a', NOW), 'b')).toBeUndefined();
});
