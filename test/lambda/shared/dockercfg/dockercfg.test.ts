import fc from 'fast-check';
import { formatOf, type Format } from '../../../../lambda/shared/dockercfg/dockercfg';
import { authOf, HOST } from '../../refresh/fixtures';

const FORMATS: [string, Format, string][] = [
  ['config.json', formatOf('config.json', HOST), '{"auths":{"a.example":{"auth":"MQ=="},"b.example":{"auth":"Mg=="}}}'],
  ['dockercfg', formatOf('dockercfg', HOST), '{"a.example":{"auth":"MQ=="},"b.example":{"auth":"Mg=="}}'],
];

describe.each(FORMATS)('%s', (_name, format, text) => {
  test('holds bare hosts with nothing but auth, sorted', () => {
    expect(format.write(new Map([['b.example', 'Mg=='], ['a.example', 'MQ==']]))).toBe(text);
    expect(format.many).toBe(true);
  });

  test('what is written is read back, whatever the hosts and passwords', () => {
    const auths = fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }).map((password) => authOf(password)));
    fc.assert(fc.property(auths, (entries) => {
      const map = new Map(Object.entries(entries));
      expect(new Map([...format.read(format.write(map))!].sort())).toEqual(new Map([...map].sort()));
    }));
  });

  test('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (anything) => {
      const auths = format.read(anything);
      expect(auths === undefined || format.write(auths) === anything).toBe(true);
      expect(format.salvage(anything)).toBeInstanceOf(Map);
    }));
  });
});

describe('config.json', () => {
  const { read, salvage } = formatOf('config.json', HOST);

  test.each<[string, string, Record<string, string>]>([
    ['no JSON', 'hello', {}],
    ['truncated', `{"auths":{"${HOST}":{"auth":"QVdT`, {}],
    ['empty', '', {}],
    ['null', 'null', {}],
    ['an array', '[]', {}],
    ['no auths', '{}', {}],
    ['auths that are a list', '{"auths":[]}', {}],
    ['an entry that is text', `{"auths":{"${HOST}":"QVdTOng="}}`, {}],
    ['an entry without auth', `{"auths":{"${HOST}":{}}}`, {}],
    ['an empty auth', `{"auths":{"${HOST}":{"auth":""}}}`, {}],
    ['an auth that is a number', `{"auths":{"${HOST}":{"auth":1}}}`, {}],
    ['a key of another program', `{"auths":{"${HOST}":{"auth":"QVdTOng="}},"credsStore":"desktop"}`, { [HOST]: 'QVdTOng=' }],
    ['other white space', `{ "auths": {"${HOST}": {"auth": "QVdTOng=", "email": "x"}} }`, { [HOST]: 'QVdTOng=' }],
  ])('%s is not what the refresher wrote, and has the entries that a client finds', (_name, text, found) => {
    expect(read(text)).toBeUndefined();
    expect(Object.fromEntries(salvage(text))).toEqual(found);
  });
});

describe('password', () => {
  const format = formatOf('password', HOST);

  test('is the bare password of the one registry', () => {
    expect(format.many).toBe(false);
    expect(format.write(new Map([[HOST, authOf('pass:word')]]))).toBe('pass:word');
    expect(format.read('pass:word')).toEqual(new Map([[HOST, authOf('pass:word')]]));
  });

  test('nobody can tell whether what somebody else wrote is one', () => {
    expect(format.salvage('hello')).toEqual(new Map());
  });
});
