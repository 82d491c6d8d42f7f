import fc from 'fast-check';
import { authOf, HOST } from './fixtures';
import { formatDockercfg, parseDockercfg } from '../../../lambda/refresh/dockercfg';

test('holds bare hosts with nothing but auth, sorted', () => {
  expect(formatDockercfg(new Map([['b.example', 'Mg=='], ['a.example', 'MQ==']])))
    .toBe('{"auths":{"a.example":{"auth":"MQ=="},"b.example":{"auth":"Mg=="}}}');
});

test('what is written is read back, whatever the hosts and passwords', () => {
  const auths = fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }).map((password) => authOf(password)));
  fc.assert(fc.property(auths, (entries) => {
    const map = new Map(Object.entries(entries));
    const text = formatDockercfg(map);
    expect(parseDockercfg(text)).toEqual(new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1))));
  }));
});

test.each([
  ['no JSON', 'hello'],
  ['truncated', `{"auths":{"${HOST}":{"auth":"QVdT`],
  ['empty', ''],
  ['null', 'null'],
  ['an array', '[]'],
  ['no auths', '{}'],
  ['auths that are a list', '{"auths":[]}'],
  ['an entry that is text', `{"auths":{"${HOST}":"QVdTOng="}}`],
  ['an entry without auth', `{"auths":{"${HOST}":{}}}`],
  ['an empty auth', `{"auths":{"${HOST}":{"auth":""}}}`],
  ['an auth that is a number', `{"auths":{"${HOST}":{"auth":1}}}`],
  ['a key of another program', '{"auths":{},"credsStore":"desktop"}'],
  ['other white space', '{ "auths": {} }'],
])('does not take %s for a dockercfg', (_name, text) => {
  expect(parseDockercfg(text)).toBeUndefined();
});

test('never throws, whatever the text', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    const auths = parseDockercfg(text);
    expect(auths === undefined || formatDockercfg(auths) === text).toBe(true);
  }));
});
