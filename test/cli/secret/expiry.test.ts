import { expiryOfAuth, expiryOfHost, firstExpiry } from '../../../cli/secret/expiry';
import { formatOf } from '../../../lambda/shared/dockercfg/dockercfg';
import { writeVersion } from '../../../lambda/shared/dockercfg/published';
import { CONFIG_JSON, version } from '../../lambda/refresh/fixtures';
import { authOf, ecrAuth, HOST, HOUR, NOW, OTHER_HOST } from '../fixtures';

const auths = { [HOST]: ecrAuth(NOW + HOUR), [OTHER_HOST]: ecrAuth(NOW + 2 * HOUR), 'ghcr.io': authOf('static') };
const dated = (versionId?: string) => {
  const written = version(auths, NOW + HOUR / 2);
  return { value: written.value, versionId: versionId ?? written.versionId, auths: new Map(Object.entries(auths)) };
};

test('the refresher\'s word goes before the token\'s', () => {
  expect(expiryOfHost(dated(), OTHER_HOST)).toBe(NOW + HOUR / 2);
  expect(firstExpiry(dated())).toBe(NOW + HOUR / 2);
});

test('entries that expire apart have each its own end, and a login that is not of ECR has none', () => {
  const login = Buffer.from('me:password').toString('base64');
  const logins = { [HOST]: authOf('a'), [OTHER_HOST]: authOf('b'), 'ghcr.io': login };
  const written = version(logins, { [HOST]: NOW + HOUR, [OTHER_HOST]: NOW + 5 * HOUR, 'ghcr.io': Infinity });
  const apart = { ...written, auths: new Map(Object.entries(logins)) };
  expect([HOST, OTHER_HOST, 'ghcr.io'].map((host) => expiryOfHost(apart, host))).toEqual([NOW + HOUR, NOW + 5 * HOUR, Infinity]);
  expect(firstExpiry(apart)).toBe(NOW + HOUR);
  const together = { ...version(logins, { [HOST]: NOW + HOUR, [OTHER_HOST]: NOW + HOUR, 'ghcr.io': Infinity }), auths: apart.auths };
  expect([OTHER_HOST, 'ghcr.io'].map((host) => expiryOfHost(together, host))).toEqual([NOW + HOUR, Infinity]);
});

test('an entry that the refresher kept without knowing its end is judged by its token', () => {
  const kept = { [HOST]: ecrAuth(NOW + 2 * HOUR), [OTHER_HOST]: authOf('b') };
  const written = writeVersion(new Map([
    [HOST, { auth: kept[HOST], expiresAt: undefined }], [OTHER_HOST, { auth: kept[OTHER_HOST], expiresAt: NOW + HOUR }],
  ]), CONFIG_JSON);
  expect(expiryOfHost({ ...written, auths: new Map(Object.entries(kept)) }, HOST)).toBe(NOW + 2 * HOUR);
});

test('the other form of a dockercfg says it too', () => {
  const entries = new Map([[HOST, { auth: authOf('a'), expiresAt: NOW + HOUR }]]);
  const written = writeVersion(entries, formatOf('dockercfg', HOST));
  expect(expiryOfHost({ ...written, auths: new Map([[HOST, authOf('a')]]) }, HOST)).toBe(NOW + HOUR);
});

test('a version that somebody else wrote is judged by its tokens', () => {
  expect(expiryOfHost(dated('other'), OTHER_HOST)).toBe(NOW + 2 * HOUR);
  expect(expiryOfHost(dated('other'), 'ghcr.io')).toBeUndefined();
  expect(firstExpiry(dated('other'))).toBe(NOW + HOUR);
  expect(firstExpiry({ ...dated('other'), auths: new Map([['ghcr.io', authOf('static')]]) })).toBeUndefined();
});

test.each(['', 'bm9jb2xvbg==', authOf('no base64 of JSON'), authOf(Buffer.from('[]').toString('base64')), authOf(Buffer.from('{"expiration":"soon"}').toString('base64'))])('%p says nothing', (auth) => {
  expect(expiryOfAuth(auth)).toBeUndefined();
});
