import { Lazy } from 'aws-cdk-lib';
import { Bench } from './fixtures';
import * as lib from '../../src';

let bench: Bench;
beforeEach(() => { bench = new Bench(); });

const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const URL = 'https://ci.example.com/api/registries/1';
const REQUEST: lib.HttpTargetRequest = {
  method: 'PATCH',
  url: URL,
  headers: { Authorization: 'Bearer {{secret:token}}' },
  body: { username: '{{username}}', password: '{{password}}', list: [1, null, '{{host}}'] },
};
const http = (options: Partial<lib.HttpTargetOptions> = {}) =>
  lib.Target.http({ request: REQUEST, secrets: { token: { secret: bench.token } }, ...options });
const token = { secretArn: { Ref: expect.stringMatching(/^Token/) } };

test('by default a user and a password are sent', () => {
  expect(bench.problems(http())).toEqual([]);
  expect(bench.bind(http())).toEqual({ kind: 'http', where: { method: 'PATCH', url: URL }, settings: { request: REQUEST, secrets: { token } }, form: 'login' });
  expect(bench.statements()).toHaveLength(1);
});

test('every option', () => {
  const removeRequest = { method: 'DELETE', url: URL };
  const target = http({ removeRequest, removal: lib.TargetRemoval.DELETE, statuses: [200, 409], certificateAuthority: PEM, host: HOST, secrets: { token: { secret: bench.token, jsonKey: 'ci' } } });
  expect(bench.problems(target)).toEqual([]);
  expect(bench.bind(target)).toEqual({
    kind: 'http',
    where: { method: 'PATCH', url: URL },
    settings: { request: REQUEST, removeRequest, secrets: { token: { ...token, jsonKey: 'ci' } }, statuses: [200, 409], certificateAuthority: PEM },
    form: 'login',
    hosts: [HOST],
    removal: 'delete',
  });
});

test('a whole dockercfg, without secrets', () => {
  const request = { method: 'PUT', url: URL, body: '{{value}} {{expiresAt}}' };
  const target = lib.Target.http({ request, value: lib.TargetValue.configJson() });
  expect(bench.problems(target)).toEqual([]);
  expect(bench.bind(target)).toEqual({ kind: 'http', where: { method: 'PUT', url: URL }, settings: { request, secrets: {} }, form: 'config.json' });
});

test('values that only the deploy knows are taken', () => {
  const late = Lazy.string({ produce: () => 'known later' });
  expect(bench.problems(http({ request: { method: late, url: late, headers: { Authorization: late }, body: { a: late } }, host: late }))).toEqual([]);
});

test.each<[Partial<lib.HttpTargetOptions>, RegExp[]]>([
  [{ request: { ...REQUEST, method: 'GET' } }, [/^'targets\[0\]\.request\.method' must be one of POST, PUT, PATCH, DELETE, got: 'GET'/]],
  [{ request: { ...REQUEST, url: `${URL}?token={{secret:token}}` } }, [/^'targets\[0\]\.request\.url' must be without anything that is filled in, got: .*; put it into a header or the body: addresses end up in logs$/]],
  [{ request: { ...REQUEST, url: 'http://ci.example.com' } }, [/request\.url' must be a URL that begins with https/]],
  [{ request: { ...REQUEST, headers: { 'a b': 'c' } } }, [/^'targets\[0\]\.request\.headers' must be the names of headers, got: 'a b'/]],
  [{ request: { ...REQUEST, headers: { a: 'b\r\nc: d' } } }, [/request\.headers\.a' must be printable ASCII on one line/]],
  [{ request: { ...REQUEST, headers: { a: '{{secret:other}}' } } }, [/request\.headers\.a' must be one of \{\{value\}\}.*\{\{secret:token\}\}, got: '\{\{secret:other\}\}'/]],
  [{ request: { ...REQUEST, body: ['{{pasword}}'] } }, [/request\.body' must be one of \{\{value\}\} \{\{username\}\} \{\{password\}\} \{\{host\}\} \{\{expiresAt\}\} \{\{secret:token\}\}, got: '\{\{pasword\}\}'/]],
  [{ value: lib.TargetValue.configJson() }, [/request\.body' must be one of \{\{value\}\} \{\{host\}\} \{\{expiresAt\}\} .*got: '\{\{username\}\}'/, /got: '\{\{password\}\}'/]],
  [{ removal: lib.TargetRemoval.BLANK }, [/^'targets\[0\]\.removeRequest' must be given to blank or delete the value, got: undefined/]],
  [{ removeRequest: { method: 'X', url: URL } }, [/'targets\[0\]\.removeRequest\.method'/]],
  [{ host: 'A' }, [/'targets\[0\]\.host' must be the host of a registry/]],
  [{ host: HOST, value: lib.TargetValue.password('A'), request: { ...REQUEST, body: '' } }, [/'targets\[0\]\.host' must be left out with 'value'/, /value\.hosts/]],
  [{ statuses: [] }, [/'targets\[0\]\.statuses' must be statuses from 200 to 499/]],
  [{ statuses: [500] }, [/statuses/]],
  [{ certificateAuthority: 'x' }, [/certificateAuthority/]],
])('refuses %j', (options, problems) => {
  expect(bench.problems(http(options))).toEqual(problems.map((problem) => expect.stringMatching(problem)));
});

test('refuses names and keys of secrets that are none', () => {
  expect(bench.problems(http({ request: { ...REQUEST, headers: {} }, secrets: { 'a-b': { secret: bench.token, jsonKey: '' } } }))).toEqual([
    expect.stringMatching(/^'targets\[0\]\.secrets' must be called by letters, digits and _, got: 'a-b'/), expect.stringMatching(/secrets\.a-b\.jsonKey'/),
  ]);
});
