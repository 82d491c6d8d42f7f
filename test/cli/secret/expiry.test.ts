import { expiryOfAuth, expiryOfHost, firstExpiry } from '../../../cli/secret/expiry';
import { version } from '../../lambda/refresh/fixtures';
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

test('a version that somebody else wrote is judged by its tokens', () => {
  expect(expiryOfHost(dated('other'), OTHER_HOST)).toBe(NOW + 2 * HOUR);
  expect(expiryOfHost(dated('other'), 'ghcr.io')).toBeUndefined();
  expect(firstExpiry(dated('other'))).toBe(NOW + HOUR);
  expect(firstExpiry({ ...dated('other'), auths: new Map([['ghcr.io', authOf('static')]]) })).toBeUndefined();
});

test.each(['', 'bm9jb2xvbg==', authOf('no base64 of JSON'), authOf(Buffer.from('[]').toString('base64')), authOf(Buffer.from('{"expiration":"soon"}').toString('base64'))])('%p says nothing', (auth) => {
  expect(expiryOfAuth(auth)).toBeUndefined();
});
