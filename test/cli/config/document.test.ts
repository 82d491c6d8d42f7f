import * as fc from 'fast-check';
import { ConfigDocument } from '../../../cli/config/document';
import { authOf, HOST, OTHER_HOST } from '../fixtures';

const AUTHS = new Map([[HOST, authOf('new')]]);
const login = (text: string, auths: ReadonlyMap<string, string> = AUTHS): string => new ConfigDocument(text).login(auths).text;
const logout = (text: string, ...hosts: string[]): string => new ConfigDocument(text).logout(hosts).text;

/** Which keys Docker takes for a host: the host itself, or any key with that host in it. Written from its documents. */
function sameHost(key: string, host: string): boolean {
  const bare = key.trim().toLowerCase().replace(/^[^:/]+:\/\//, '');
  return bare === host || bare.startsWith(`${host}/`);
}

describe('login', () => {
  test('writes a new file as Docker does', () => {
    const text = `{\n\t"auths": {\n\t\t"${HOST}": {\n\t\t\t"auth": "${authOf('new')}"\n\t\t}\n\t}\n}`;
    expect(login('')).toBe(`${text}\n`);
    expect(login('{}')).toBe(text);
    expect(login(' \n')).toBe(`${text}\n`);
  });

  test('keeps the other keys, their order, big numbers, escapes and the layout', () => {
    const before = '{\n  "z": 12345678901234567890.10,\n  "auths": {\n    "ghcr.io": { "auth": "eDp5" }\n  },\n  "a": "\\u00e9"\n}\n';
    expect(login(before)).toBe(
      '{\n  "z": 12345678901234567890.10,\n  "auths": {\n    "ghcr.io": { "auth": "eDp5" },\n'
      + `    "${HOST}": {\n      "auth": "${authOf('new')}"\n    }\n  },\n  "a": "\\u00e9"\n}\n`);
  });

  test('keeps a file of one line on one line, and the line ends of Windows', () => {
    expect(login('{"a":1}')).toBe(`{"a":1,"auths":{"${HOST}":{"auth":"${authOf('new')}"}}}`);
    expect(login('{\r\n\t"a": 1\r\n}')).toBe(
      `{\r\n\t"a": 1,\r\n\t"auths": {\r\n\t\t"${HOST}": {\r\n\t\t\t"auth": "${authOf('new')}"\r\n\t\t}\r\n\t}\r\n}`);
  });

  test.each([`https://${HOST}`, `http://${HOST}`, `${HOST}/v1/`, `https://${HOST}/v2/`, HOST.toUpperCase(), `${HOST}/myuser/myapp`, HOST])('evicts the key %s', (key) => {
    const { text, removed } = new ConfigDocument(JSON.stringify({ auths: { 'ghcr.io': {}, [key]: { auth: authOf('old') } } })).login(AUTHS);
    expect(removed).toEqual([key]);
    expect(JSON.parse(text)).toEqual({ auths: { 'ghcr.io': {}, [HOST]: { auth: authOf('new') } } });
  });

  test('leaves hosts alone that only look alike', () => {
    const auths = { [`x${HOST}`]: {}, [`${HOST}.example.com`]: {}, [`${HOST}:5000`]: {}, [`example.com/${HOST}`]: {} };
    expect(JSON.parse(login(JSON.stringify({ auths })))).toEqual({ auths: { ...auths, [HOST]: { auth: authOf('new') } } });
  });

  test('takes several hosts, sorted, and replaces an "auths" of null', () => {
    const both = new Map([[OTHER_HOST, authOf('b')], [HOST, authOf('a')]]);
    expect(login('{"auths":null}', both)).toBe(`{"auths":{"${HOST}":{"auth":"${authOf('a')}"},"${OTHER_HOST}":{"auth":"${authOf('b')}"}}}`);
  });
});

describe('logout', () => {
  test('takes out the first, a middle, the last and every entry, and leaves valid JSON', () => {
    const text = '{"auths": {"a.example": {}, "b.example": {}, "c.example": {}}}';
    expect(logout(text, 'a.example')).toBe('{"auths": { "b.example": {}, "c.example": {}}}');
    expect(logout(text, 'https://b.example/v1/')).toBe('{"auths": {"a.example": {}, "c.example": {}}}');
    expect(logout(text, 'c.example')).toBe('{"auths": {"a.example": {}, "b.example": {}}}');
    expect(logout(text, 'a.example', 'b.example', 'c.example')).toBe('{"auths": {}}');
  });

  test('leaves a text without the host as it is', () => {
    for (const text of ['{ "auths" : { } }', '{}', '{"auths":{"ghcr.io":{}}}']) expect(logout(text, HOST)).toBe(text);
  });
});

describe('is refused', () => {
  test.each([
    ['{"auths"', 'is not JSON'], ['{"a":1,}', 'is not JSON'], ['{/* */}', 'is not JSON'], ['{} {}', 'is not JSON'], ['\ufeff{}', 'is not JSON'],
    ['['.repeat(99_999) + ']'.repeat(99_999), 'is not JSON'],
    ['[]', 'is no JSON object'], ['"text"', 'is no JSON object'], ['null', 'is no JSON object'],
    ['{"auths":[]}', 'has "auths" that is no object'], ['{"credHelpers":"x"}', 'has "credHelpers" that is no object'],
    ['{"auths":{},"auths":{}}', 'has the key "auths" twice'],
  ])('%.20s: it %s', (text, message) => {
    expect(() => new ConfigDocument(text)).toThrow(message);
  });

  test('without quoting what may be a credential', () => {
    expect(() => new ConfigDocument(`{"auths":{"${HOST}":{"auth":"c2VjcmV0"`)).toThrow(expect.objectContaining({ message: 'is not JSON' }));
  });
});

describe('tells', () => {
  const document = new ConfigDocument(JSON.stringify({
    auths: { [HOST]: { auth: 'YTpi' }, 'ghcr.io': { auth: '' }, 'quay.io': {}, 'docker.io': { auth: 1 }, 'bad': 1 },
    credHelpers: { [`https://${HOST}/`]: 'ecr-login', 'ghcr.io': '', 'quay.io': 1 },
    credsStore: 'desktop',
  }));

  test('the keys and their auth', () => {
    expect(document.keys).toEqual([HOST, 'ghcr.io', 'quay.io', 'docker.io', 'bad']);
    expect(['ghcr.io', 'quay.io', 'docker.io', 'bad', 'none', HOST].map((key) => document.auth(key))).toEqual([undefined, undefined, undefined, undefined, undefined, 'YTpi']);
  });

  test('which helper is asked first', () => {
    expect(document.shadow(HOST)).toEqual({ key: 'credHelpers', helper: 'ecr-login' });
    expect(document.shadow(OTHER_HOST)).toEqual({ key: 'credsStore', helper: 'desktop' });
    expect(document.shadow('ghcr.io')).toBeUndefined();
    expect(new ConfigDocument('{"credsStore":"","credHelpers":null}').shadow(HOST)).toBeUndefined();
    expect(new ConfigDocument('{}').shadow(HOST)).toBeUndefined();
  });
});

describe('for every config file', () => {
  /** White space that JSON allows between its tokens. */
  const space = fc.constantFrom('', '', ' ', '\n', '\n  ', '\n\t\t', '\r\n ');
  const number = fc.constantFrom('0', '-1.50', '1E400', '12345678901234567890123', '0.1e-7');
  const scalar = fc.oneof(number, fc.string({ maxLength: 6 }).map((text) => JSON.stringify(text)), fc.constantFrom('true', 'null', '"\\u0041\\/"'));
  const spaced = (value: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.tuple(space, value, space).map((parts) => parts.join(''));
  const objectOf = (keys: fc.Arbitrary<string>, values: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(fc.uniqueArray(fc.tuple(keys, spaced(values), space, space), { selector: ([key]) => key, maxLength: 5 }), space)
      .map(([members, empty]) => (members.length === 0 ? `{${empty}}` : `{${members.map(([key, value, a, b]) => `${a}${JSON.stringify(key)}${b}:${value}`).join(',')}}`));
  const value: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, objectOf(fc.string({ maxLength: 4 }), tie('any')), fc.array(spaced(tie('any')), { maxLength: 3 }).map((items) => `[${items.join(',')}]`)),
  })).any;
  const hostKey = fc.constantFrom(HOST, `https://${HOST}`, `${HOST}/v1/`, `HTTP://${HOST}/v2/`, ` ${HOST}`, OTHER_HOST, `https://${OTHER_HOST}/`, `${HOST}:443`, 'ghcr.io', 'https://index.docker.io/v1/', '', '/', 'https://');
  const auths = objectOf(hostKey, fc.oneof(value, fc.constant('{"auth":"b2xkOm9sZA=="}')));
  const others = objectOf(fc.string({ maxLength: 4 }).filter((key) => key !== 'auths' && key !== 'credHelpers'), value);
  /** Some members, with `auths` among them or not. */
  const config = fc.tuple(others, fc.option(auths), spaced(fc.constant(''))).map(([text, own, outer]) => {
    if (own === null) return `${outer}${text}${outer}`;
    const inner = text.slice(1, -1);
    return `${outer}{${inner}${inner.trim() === '' ? '' : ','}"auths":${own}}${outer}`;
  });
  /** Numbers as they are written, so that 1E400 and 12345678901234567890123 count. */
  const exact = (text: string): any => JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token.startsWith('"') ? token : JSON.stringify(`#${token}`))));

  const runs = { numRuns: 2000 };

  test('login changes the hosts\' entries and nothing else', () => {
    fc.assert(fc.property(config, (text) => {
      const before = exact(text);
      const { text: after, removed } = new ConfigDocument(text).login(AUTHS);
      const kept = Object.entries(before.auths ?? {}).filter(([key]) => !sameHost(key, HOST));
      expect(exact(after)).toEqual({ ...before, auths: { ...Object.fromEntries(kept), [HOST]: { auth: authOf('new') } } });
      expect(Object.keys(JSON.parse(after)).filter((key) => key !== 'auths')).toEqual(Object.keys(JSON.parse(text)).filter((key) => key !== 'auths'));
      expect(removed).toEqual(Object.keys(before.auths ?? {}).filter((key) => sameHost(key, HOST)));
    }), runs);
  });

  test('login twice is login once', () => {
    fc.assert(fc.property(config, (text) => { expect(login(login(text))).toBe(login(text)); }), runs);
  });

  test('logout after login gives what was there without the hosts\' entries, byte by byte if nothing was evicted', () => {
    fc.assert(fc.property(config, (text) => {
      const before = exact(text);
      const { text: loggedIn, removed } = new ConfigDocument(text).login(AUTHS);
      const after = logout(loggedIn, HOST);
      const kept = Object.entries(before.auths ?? {}).filter(([key]) => !sameHost(key, HOST));
      expect(exact(after)).toEqual({ ...before, auths: Object.fromEntries(kept) });
      if (removed.length === 0 && kept.length > 0) expect(after).toBe(text);
    }), runs);
  });
});
