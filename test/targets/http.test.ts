import { Lazy, Token } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Bench } from './fixtures';
import * as lib from '../../src';

let bench: Bench;
beforeEach(() => { bench = new Bench(); });

const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const URL = 'https://ci.example.com/api/registries/1';
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const token = { secretArn: { Ref: expect.stringMatching(/^Token/) } };
const BODY = { value: '{{value}}' };
const request = (options: Partial<lib.HttpTargetOptions> = {}) => (
  lib.Target.http({ method: lib.HttpTargetMethod.POST, url: URL, body: lib.HttpBody.json(BODY), ...options }));
const problems = (options: Partial<lib.HttpTargetOptions>) => bench.problems(request(options));
const json = (value: unknown) => ({ body: lib.HttpBody.json(value) });

test('a request with the dockercfg', () => {
  expect(problems({})).toEqual([]);
  expect(bench.bind(request())).toEqual({
    kind: 'http', where: { method: 'POST', url: URL }, settings: { headers: {}, body: { json: BODY } }, form: 'config.json',
  });
});

test('every option', () => {
  const options: lib.HttpTargetOptions = {
    method: lib.HttpTargetMethod.PATCH,
    url: 'https://ci.example.com:8443/api/{{host}}/x?force=true',
    headers: { 'authorization': 'Bearer {{secret:token}}', 'x-ends': '{{expiresAt}}' },
    body: lib.HttpBody.json({ username: '{{username}}', password: '{{password}}', list: ['{{host}}', 1, true, null] }),
    acceptedStatuses: [200, 409],
    name: 'prod',
    value: lib.TargetValue.password(HOST),
    secrets: { token: lib.HttpSecret.of(bench.token, 'ci'), removing: lib.HttpSecret.of(bench.token) },
    removal: lib.TargetRemoval.DELETE,
    removeRequest: { method: lib.HttpTargetMethod.DELETE, url: 'https://ci.example.com/{{host}}', headers: { 'x-api-key': '{{secret:removing}}' }, acceptedStatuses: [204] },
    certificateAuthority: PEM,
  };
  const target = lib.Target.http(options);
  expect(bench.problems(target)).toEqual([]);
  expect(bench.bind(target)).toEqual({
    kind: 'http',
    where: { method: 'PATCH', url: `https://ci.example.com:8443/api/${HOST}/x?force=true`, name: 'prod' },
    settings: {
      headers: options.headers,
      body: { json: { username: '{{username}}', password: '{{password}}', list: ['{{host}}', 1, true, null] } },
      statuses: [200, 409],
      secrets: { token: { ...token, jsonKey: 'ci' }, removing: token },
      remove: { method: 'DELETE', url: 'https://ci.example.com/{{host}}', headers: { 'x-api-key': '{{secret:removing}}' }, statuses: [204] },
      certificateAuthority: PEM,
    },
    form: 'login',
    hosts: [HOST],
    removal: 'delete',
  });
});

test('a form, and a text', () => {
  const form = request({ body: lib.HttpBody.form({ value: '{{value}}' }) });
  const text = request({ body: lib.HttpBody.text('{{value}}') });
  const xml = request({ body: lib.HttpBody.text('<x>{{value}}</x>', 'application/xml'), value: lib.TargetValue.configJsonBase64() });
  for (const target of [form, text, xml]) expect(bench.problems(target)).toEqual([]);
  expect(bench.bind(form).settings.body).toEqual({ form: { value: '{{value}}' } });
  expect(bench.bind(text).settings.body).toEqual({ text: '{{value}}', contentType: 'text/plain; charset=utf-8' });
  expect(bench.bind(xml)).toMatchObject({ settings: { body: { text: '<x>{{value}}</x>', contentType: 'application/xml' } }, form: 'base64' });
});

test('a value in a header, without a body', () => {
  const target = lib.Target.http({ method: lib.HttpTargetMethod.PUT, url: URL, headers: { 'x-value': '{{value}}' }, value: lib.TargetValue.password() });
  expect(bench.problems(target)).toEqual([]);
  expect(bench.bind(target)).toMatchObject({ settings: { headers: { 'x-value': '{{value}}' } }, form: 'password' });
});

test.each([
  ['{{password}}', undefined, 'login', undefined],
  ['{{value}} {{username}}', undefined, 'login', undefined],
  ['{{password}} {{host}}', lib.TargetValue.password('ghcr.io'), 'login', ['ghcr.io']],
  ['{{value}} {{host}}', lib.TargetValue.password(), 'password', undefined],
  ['{{value}} {{host}}', lib.TargetValue.configJson('ghcr.io'), 'config.json', ['ghcr.io']],
  ['{{value}}', lib.TargetValue.configJsonBase64(), 'base64', undefined],
])('%s of %j is sent as %s', (text, value, form, hosts) => {
  const target = request({ ...json(text), value });
  expect(bench.problems(target)).toEqual([]);
  expect(bench.bind(target)).toMatchObject({ form });
  expect(bench.bind(target).value).toBeUndefined();
  expect((bench.bind(target) as any).hosts).toEqual(hosts);
});

test('a URL without its host, where the dockercfg has one only, has it filled in later', () => {
  expect(bench.bind(request({ url: 'https://ci.example.com/{{host}}', ...json('{{password}}') })).where).toEqual({ method: 'POST', url: 'https://ci.example.com/{{host}}' });
});

test('the publisher may read the secrets, and nothing else', () => {
  const other = new secretsmanager.Secret(bench.stack, 'Other');
  const target = request({ ...json('{{value}}{{secret:a}}{{secret:b}}'), secrets: { a: lib.HttpSecret.of(bench.token), b: lib.HttpSecret.of(other) } });
  expect(bench.problems(target)).toEqual([]);
  bench.bind(target);
  const read = { Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], Effect: 'Allow' };
  expect(bench.statements()).toEqual([{ ...read, Resource: { Ref: expect.stringMatching(/^Token/) } }, { ...read, Resource: { Ref: expect.stringMatching(/^Other/) } }]);
});

test('values that only the deploy knows are taken', () => {
  const late = Lazy.string({ produce: () => '{{anything}}' });
  const options: Partial<lib.HttpTargetOptions> = {
    url: late,
    name: late,
    headers: { authorization: late },
    ...json({ a: [late], b: Lazy.any({ produce: () => ({}) }), c: Token.asNumber({ x: 1 }) }),
    certificateAuthority: late,
    secrets: { token: lib.HttpSecret.of(bench.token, late) },
  };
  expect(problems(options)).toEqual([]);
  expect(problems({ ...options, headers: {}, ...json({ b: Lazy.any({ produce: () => ({}) }) }), url: URL })).toEqual([]);
  const removeRequest = { method: lib.HttpTargetMethod.PUT, url: late, body: lib.HttpBody.form({ x: late }) };
  expect(problems({ body: lib.HttpBody.text(late, late), removal: lib.TargetRemoval.BLANK, removeRequest })).toEqual([]);
});

const KNOWN = '{{value}}, {{username}}, {{password}}, {{host}}, {{expiresAt}}';

describe('refuses', () => {
  test.each<[string, Partial<lib.HttpTargetOptions>, string[]]>([
    ['to delete what it publishes', { method: lib.HttpTargetMethod.DELETE }, ['\'targets[0].method\' must be POST, PUT or PATCH, got: \'DELETE\' (6 characters); use DELETE in \'removeRequest\'']],
    ['a URL without TLS', { url: 'http://ci.example.com' }, ['\'targets[0].url\' must be a URL that begins with https://, without user and fragment, got: \'http://ci.example.com\' (21 characters); write it such as \'https://ci.example.com/api/registries/1\'']],
    ['a URL with a password, and does not show it', { url: 'https://me:hunter2@ci.example.com' }, ['\'targets[0].url\' must be a URL that begins with https://, without user and fragment, got: \'https://…@ci.example.com\' (24 characters); write it such as \'https://ci.example.com/api/registries/1\'']],
    ['a host that is filled in for the server', { url: 'https://{{host}}/v1', value: lib.TargetValue.password(HOST) }, ['\'targets[0].url\' must be a URL that begins with https://, without user and fragment, got: \'https://{{host}}/v1\' (19 characters); write it such as \'https://ci.example.com/api/registries/1\'']],
    ['a credential in the URL', { url: `${URL}?x={{value}}&y={{password}}` }, [
      '\'targets[0].url\' must be without anything filled in but {{host}}, because it is shown in logs, got: \'{{value}}\' (9 characters); put it into a header or the body',
      '\'targets[0].url\' must be without anything filled in but {{host}}, because it is shown in logs, got: \'{{password}}\' (12 characters); put it into a header or the body',
    ]],
    ['a secret in the URL', { url: `${URL}/{{secret:token}}`, ...json('{{value}}{{secret:token}}'), secrets: { token: undefined as never } }, [
      '\'targets[0].url\' must be without anything filled in but {{host}}, because it is shown in logs, got: \'{{secret:token}}\' (16 characters); put it into a header or the body',
    ]],
    ['a token in the query', { url: `${URL}?a=1&access_token=hunter2` }, ['\'targets[0].url\' must be without credentials, because it is shown in logs, got: \'access_token\' (12 characters); put it into a header, as {{secret:NAME}}']],
    ['an unknown placeholder in the URL', { url: `${URL}/{{hots}}` }, [`'targets[0].url' must be one of ${KNOWN}, got: '{{hots}}' (8 characters); mend the name, or name the secret in 'secrets'`]],
    ['unknown placeholders', { headers: { 'x-a': '{{ value }}' }, ...json({ a: ['{{value}}', { b: '{{secret:token}}' }] }) }, [
      `'targets[0].headers.x-a' must be one of ${KNOWN}, got: '{{ value }}' (11 characters); mend the name, or name the secret in 'secrets'`,
      `'targets[0].body.a[1].b' must be one of ${KNOWN}, got: '{{secret:token}}' (16 characters); mend the name, or name the secret in 'secrets'`,
    ]],
    ['a reference that CloudFormation would put a secret in for', { body: lib.HttpBody.form({ x: '{{value}}{{resolve:secretsmanager:ci}}' }) }, [`'targets[0].body.x' must be one of ${KNOWN}, got: '{{resolve:secretsmanager:ci}}' (29 characters); mend the name, or name the secret in 'secrets'`]],
    ['a placeholder that is not closed', { body: lib.HttpBody.text('{{value}} {{password}') }, ['\'targets[0].body\' must be closed by }} and a name in between, got: \'{{\' (2 characters); write it such as {{value}}']],
    ['a placeholder in a name', json({ '{{host}}': '{{value}}' }), ['\'targets[0].body.{{host}}\' must be named as it is: only texts are filled in, got: \'{{host}}\' (8 characters); take the placeholder out of the name']],
    ['what is no JSON', json({ a: '{{value}}', b: undefined, c: NaN, d: new Date(0), e: () => 1 }), [
      '\'targets[0].body.b\' must be JSON, got: \'undefined\' (9 characters); write a text, a number, a boolean, null, a list or an object',
      '\'targets[0].body.c\' must be JSON, got: \'NaN\' (3 characters); write a text, a number, a boolean, null, a list or an object',
      expect.stringMatching(/^'targets\[0\]\.body\.d' must be JSON, got: 'Thu Jan 01 1970/),
      expect.stringMatching(/^'targets\[0\]\.body\.e' must be JSON/),
    ]],
    ['JSON that is written as a text', { body: lib.HttpBody.text('{"x": "{{value}}"}') }, ['\'targets[0].body\' must be no JSON written as a text, whose quotes would be wrong, got: \'{"x": "{{value}}"}\' (18 characters); use HttpBody.json()']],
    ['a list that is written as a text', { body: lib.HttpBody.text(' ["{{value}}"]') }, [expect.stringMatching(/^'targets\[0\]\.body' must be no JSON written as a text/)]],
    ['a content type with a line break', { body: lib.HttpBody.text('{{value}}', 'text/plain\r\nx: y') }, [expect.stringMatching(/^'targets\[0\]\.body\.contentType' must be a content type, got: .*; leave it out for text\/plain$/s)]],
    ['a request that publishes nothing', json({ a: 'b' }), ['\'targets[0]\' must be a request with {{value}} or {{password}} in its body or in a header, got: []; say where the credentials go']],
    ['a user without a password', json('{{username}}'), ['\'targets[0]\' must be a request with {{value}} or {{password}} in its body or in a header, got: ["username"]; say where the credentials go']],
    ['names that are no headers', { headers: { 'x y': '1', 'Content-Length': '2', 'x-a': '1', 'X-A': '2' } }, [
      '\'targets[0].headers.x y\' must be the name of a header, got: \'x y\' (3 characters); write it such as \'authorization\'',
      '\'targets[0].headers.Content-Length\' must be another header: the client sets this one, got: \'Content-Length\' (14 characters); leave it out',
      '\'targets[0].headers.X-A\' must be another header than \'x-a\', got: \'X-A\' (3 characters); name each header once',
    ]],
    ['a header with a line break', { headers: { 'x-a': 'b\nc: d' } }, [expect.stringMatching(/^'targets\[0\]\.headers\.x-a' must be one line of characters that a header takes, got: 'b\nc: d'/)]],
    ['a credential that stands in the template, and does not show it', { headers: { 'Authorization': 'Bearer hunter2', 'x-api-key': 'hunter2\n', 'Cookie': '{{host}}' }, value: lib.TargetValue.password(HOST) }, [
      '\'targets[0].headers.Authorization\' must be filled in with a secret: what stands here is in the template, got: \'…\' (1 characters); write it such as \'Bearer {{secret:token}}\', and name the secret in \'secrets\'',
      '\'targets[0].headers.x-api-key\' must be one line of characters that a header takes, got: \'…\' (1 characters); take the line break out',
      '\'targets[0].headers.x-api-key\' must be filled in with a secret: what stands here is in the template, got: \'…\' (1 characters); write it such as \'Bearer {{secret:token}}\', and name the secret in \'secrets\'',
      '\'targets[0].headers.Cookie\' must be filled in with a secret: what stands here is in the template, got: \'…\' (1 characters); write it such as \'Bearer {{secret:token}}\', and name the secret in \'secrets\'',
    ]],
    ['no statuses', { acceptedStatuses: [] }, ['\'targets[0].acceptedStatuses\' must be some of 200 to 299 and 400 to 499 but 429, got: []; leave it out for 200 to 299']],
    ['a name that is none', { name: 'a\nb' }, [expect.stringMatching(/^'targets\[0\]\.name' must be 1 to 100 characters/)]],
    ['an authority that is none', { certificateAuthority: 'ca.pem' }, [expect.stringMatching(/^'targets\[0\]\.certificateAuthority' must be one or more certificates in PEM/)]],
    ['a dockercfg for a password', { ...json('{{password}}'), value: lib.TargetValue.configJson() }, ['\'targets[0].value\' must be TargetValue.password() for a request with {{username}} or {{password}}, got: \'config.json\' (11 characters); name the registry in it, or leave it out']],
    ['the host of all registries', json('{{value}}{{host}}'), ['\'targets[0].value\' must be of one registry for a request with {{host}}, got: undefined; name the registry, such as TargetValue.configJson(\'ghcr.io\')']],
    ['the host of two registries', { ...json('{{value}}{{host}}'), value: lib.TargetValue.configJson('ghcr.io', 'quay.io') }, ['\'targets[0].value\' must be of one registry for a request with {{host}}, got: ["ghcr.io","quay.io"]; name the registry, such as TargetValue.configJson(\'ghcr.io\')']],
    ['a registry that is none', { value: lib.TargetValue.configJson('A') }, [expect.stringMatching(/^'targets\[0\]\.value\.hosts\[0\]' must be the host of a registry/)]],
    ['to remove without a request', { removal: lib.TargetRemoval.BLANK }, ['\'targets[0].removal\' must be BLANK or DELETE with \'removeRequest\', and only then, got: \'blank\' (5 characters); say what is sent, or leave both out']],
    ['a request that is never sent', { removeRequest: { method: lib.HttpTargetMethod.DELETE, url: URL } }, ['\'targets[0].removal\' must be BLANK or DELETE with \'removeRequest\', and only then, got: \'leave\' (5 characters); say what is sent, or leave both out']],
    ['the host of all registries when it is removed', {
      removal: lib.TargetRemoval.DELETE, removeRequest: { method: lib.HttpTargetMethod.DELETE, url: `${URL}/{{host}}` }, value: lib.TargetValue.configJson(),
    }, ['\'targets[0].value\' must be of one registry for a \'removeRequest\' with {{host}}, got: undefined; name the registry']],
    ['what is not there when it is removed', { removal: lib.TargetRemoval.BLANK, removeRequest: { method: lib.HttpTargetMethod.PUT, url: `${URL}/{{host}}`, ...json(['{{value}}', '{{expiresAt}}', '{{nothing}}']) } }, [
      `'targets[0].removeRequest.body[2]' must be one of ${KNOWN}, got: '{{nothing}}' (11 characters); mend the name, or name the secret in 'secrets'`,
      '\'targets[0].removeRequest\' must be filled in with {{secret:NAME}} and {{host}} only, got: \'{{value}}\' (9 characters); write what is to stand there instead',
      '\'targets[0].removeRequest\' must be filled in with {{secret:NAME}} and {{host}} only, got: \'{{expiresAt}}\' (13 characters); write what is to stand there instead',
      '\'targets[0].value\' must be of one registry for a \'removeRequest\' with {{host}}, got: undefined; name the registry',
    ]],
  ])('%s', (_what, options, expected) => {
    const secrets = options.secrets && { token: lib.HttpSecret.of(bench.token) };
    expect(problems({ ...options, secrets })).toEqual(expected);
  });

  test.each([199, 300, 307, 429, 500, 200.5])('status %d as a success', (status) => {
    expect(problems({ acceptedStatuses: [200, status] })).toEqual([expect.stringMatching(/^'targets\[0\]\.acceptedStatuses' must be some of/)]);
  });

  test('secrets that nothing asks for, and that have no name', () => {
    const secrets = { 'token': lib.HttpSecret.of(bench.token), 'a b': lib.HttpSecret.of(bench.token, '') };
    expect(problems({ secrets, ...json('{{value}}{{secret:a b}}') })).toEqual([
      '\'targets[0].secrets.token\' must be used as {{secret:token}}, got: \'token\' (5 characters); leave it out',
      '\'targets[0].secrets.a b\' must be named by letters, digits, _ and -, got: \'a b\' (3 characters); choose another name',
      '\'targets[0].secrets.a b\' must be a key of the secret\'s JSON, got: \'\' (0 characters); leave it out if the secret\'s whole value is meant',
    ]);
  });
});

test('a secret that only the removal asks for is used', () => {
  expect(problems({
    secrets: { token: lib.HttpSecret.of(bench.token) },
    removal: lib.TargetRemoval.DELETE,
    removeRequest: { method: lib.HttpTargetMethod.DELETE, url: URL, headers: { authorization: '{{secret:token}}' } },
  })).toEqual([]);
});
