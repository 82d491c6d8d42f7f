import fc from 'fast-check';
import { authOf, dockercfg, HOST, HOUR, NOW, OTHER_HOST, target } from './world';
import { NothingToPublishError } from '../../../lambda/publish/errors';
import { select } from '../../../lambda/publish/payload';

const both = dockercfg(NOW, { [OTHER_HOST]: 'other', [HOST]: 'one' });
const one = dockercfg(NOW, { [HOST]: 'one' });

describe('what is sent', () => {
  test('the whole dockercfg, minified, with auth and nothing else, which is all that Docker takes in DOCKER_AUTH_CONFIG', () => {
    const text = `{"auths":{"${HOST}":{"auth":"${authOf('one')}"},"${OTHER_HOST}":{"auth":"${authOf('other')}"}}}`;
    expect(select(target('a'), both, NOW).payload).toEqual({ text, hosts: [OTHER_HOST, HOST], expiresAt: NOW + 12 * HOUR, versionId: both.versionId });
  });

  test('only the registries that the target names', () => {
    expect(JSON.parse(select(target('a', { hosts: [HOST] }), both, NOW).payload.text)).toEqual({ auths: { [HOST]: { auth: authOf('one') } } });
  });

  test('in Base64 without line breaks', () => {
    const { text } = select(target('a', { form: 'base64' }), both, NOW).payload;
    expect(text).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(Buffer.from(text, 'base64').toString()).toBe(select(target('a'), both, NOW).payload.text);
  });

  test('a password, with colons in it', () => {
    expect(select(target('a', { form: 'password' }), dockercfg(NOW, { [HOST]: 'a:b:c' }), NOW).payload.text).toBe('a:b:c');
  });

  test('a user and a password', () => {
    expect(select(target('a', { form: 'login', hosts: [HOST] }), both, NOW).payload)
      .toMatchObject({ text: 'one', login: { host: HOST, username: 'AWS', password: 'one' }, hosts: [HOST] });
  });

  test('Docker Hub\'s entry by any of its names', () => {
    const hub = dockercfg(NOW, { 'https://index.docker.io/v1/': 'hub', [HOST]: 'one' });
    expect(select(target('a', { form: 'login', hosts: ['docker.io', 'index.docker.io'] }), hub, NOW).payload.login).toMatchObject({ password: 'hub' });
    for (const name of ['docker.io', 'index.docker.io', 'registry-1.docker.io']) {
      expect(JSON.parse(select(target('a', { hosts: [name] }), hub, NOW).payload.text)).toEqual({ auths: { 'https://index.docker.io/v1/': { auth: authOf('hub') } } });
    }
  });
});

describe('an entry that is missing or no longer valid', () => {
  const expired = new Map([...both.entries].map(([host, entry]) => [host, host === HOST ? { ...entry, expiresAt: NOW } : entry]));

  test('is not sent, and costs the others nothing', () => {
    const { payload, missing } = select(target('a'), { ...both, entries: expired }, NOW);
    expect(payload.hosts).toEqual([OTHER_HOST]);
    expect(missing).toEqual([HOST]);
  });

  test('is named if it was asked for', () => {
    expect(select(target('a', { hosts: [HOST, 'ghcr.io'] }), one, NOW).missing).toEqual(['ghcr.io']);
  });

  test.each([
    [target('a', { hosts: ['ghcr.io'] }), 'the dockercfg has no valid entry for ghcr.io'],
    [target('a', { form: 'password', hosts: ['ghcr.io'] }), 'the dockercfg has no valid entry for ghcr.io'],
  ])('leaves nothing to publish', (wanted, message) => {
    expect(() => select(wanted, one, NOW)).toThrow(new NothingToPublishError(message));
  });

  test('an empty dockercfg has nothing for anybody', () => {
    expect(() => select(target('a'), { ...one, entries: new Map() }, NOW)).toThrow('the dockercfg has no valid entry for any registry');
  });
});

test.each(['password', 'login'] as const)('a target that takes one %s does not guess which of several', (form) => {
  expect(() => select(target('a', { form }), both, NOW)).toThrow('the target takes one registry, and the dockercfg has 2: name the host of one of them');
});

test('an entry that does not expire is valid for ever, and says so', () => {
  const login = { ...one, entries: new Map([[HOST, { auth: authOf('one'), expiresAt: undefined }]]) };
  expect(select(target('a'), login, NOW + 1000 * HOUR).payload.expiresAt).toBe(Infinity);
});

test('whatever the passwords and hosts are, what is sent is what was there', () => {
  const entry = fc.tuple(fc.domain(), fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== ''));
  fc.assert(fc.property(fc.uniqueArray(entry, { selector: ([host]) => host, minLength: 1, maxLength: 5 }), (entries) => {
    const { text } = select(target('a'), dockercfg(NOW, Object.fromEntries(entries)), NOW).payload;
    expect(text).not.toMatch(/\s/);
    const sent = Object.entries<{ auth: string }>(JSON.parse(text).auths).map(([host, { auth }]) => [host, Buffer.from(auth, 'base64').toString()]);
    expect(new Map(sent as [string, string][])).toEqual(new Map(entries.map(([host, password]) => [host, `AWS:${password}`])));
  }));
});

test('the digest changes with what is sent and how, and with nothing else', () => {
  const digest = (change = {}, from = one) => select(target('a', change), from, NOW).digest;
  expect(digest()).toBe(digest({}, { ...one, versionId: 'another', writtenAt: NOW + 1 }));
  expect(new Set([digest(), digest({ settings: { a: 1 } }), digest({ form: 'base64' }), digest({}, both)]).size).toBe(4);
});
