import { CONFIG_JSON, failureOf, NOW, payload, ports, spec } from './ports';
import { RateLimitedError } from '../../../../lambda/publish/errors';
import type { VendorPorts } from '../../../../lambda/publish/vendor';
import { gitlabVariable } from '../../../../lambda/publish/vendors/gitlab-variable';
import { FakeGitlab } from '../../../vendors/fake-gitlab';

let gitlab: FakeGitlab;
beforeEach(async () => { gitlab = await new FakeGitlab().start(); });
afterEach(async () => gitlab.stop());

const SETTINGS = { token: { secretArn: 'token' }, protected: false, masked: true };
const project = (where: object = {}, settings: object = {}) => spec('gitlab-variable', { project: '42', key: 'DOCKER_AUTH_CONFIG', ...where }, { ...SETTINGS, ...settings });
const group = (where: object = {}) => spec('gitlab-variable', { group: 'my/group', key: 'DOCKER_AUTH_CONFIG', ...where }, SETTINGS);
const instance = () => spec('gitlab-variable', { url: gitlab.url, instance: 'true', key: 'DOCKER_AUTH_CONFIG' }, { ...SETTINGS, certificateAuthority: gitlab.certificateAuthority });
const given = (): VendorPorts => ports(gitlab.http('https://gitlab.com'), { token: gitlab.token });
const publish = (target = project(), sent = payload()) => gitlabVariable.publish(target, sent, given());
const failure = (target = project(), sent = payload()) => failureOf(gitlabVariable, target, given(), sent, [gitlab.token]);

describe('a variable that is not there is made', () => {
  test.each([
    ['projects/42', project()],
    ['groups/my/group', group()],
  ])('of %s, raw and masked, for every environment', async (owner, target) => {
    gitlab.add(owner);
    gitlab.variables.set(owner, []);
    await publish(target);
    expect(gitlab.variables.get(owner)).toEqual([{
      key: 'DOCKER_AUTH_CONFIG',
      value: CONFIG_JSON,
      protected: false,
      masked: true,
      hidden: false,
      raw: true,
      variable_type: 'env_var',
      environment_scope: '*',
      description: null,
    }]);
  });

  test('of an instance, which has no environments', async () => {
    gitlab.add('admin');
    await publish(instance());
    expect(gitlab.variables.get('admin')).toMatchObject([{ value: CONFIG_JSON, raw: true, masked: true }]);
    expect(gitlab.calls).toEqual([
      'GET /api/v4/admin/ci/variables/DOCKER_AUTH_CONFIG', 'POST /api/v4/admin/ci/variables', 'GET /api/v4/personal_access_tokens/self',
    ]);
  });

  test('as its options say', async () => {
    gitlab.add('projects/42');
    await publish(project({ environmentScope: 'review/*' }, { protected: true, masked: false }));
    expect(gitlab.variables.get('projects/42')).toMatchObject([{ protected: true, masked: false, raw: true, environment_scope: 'review/*' }]);
  });
});

describe('a variable that is there', () => {
  test('gets the value and nothing else: what its owner set stays', async () => {
    gitlab.add('projects/42', { protected: true, masked: true, raw: true, variable_type: 'file', description: 'of its owner' });
    await publish();
    expect(gitlab.variables.get('projects/42')).toEqual([{
      key: 'DOCKER_AUTH_CONFIG',
      value: CONFIG_JSON,
      protected: true,
      masked: true,
      hidden: false,
      raw: true,
      variable_type: 'file',
      environment_scope: '*',
      description: 'of its owner',
    }]);
    expect(gitlab.requests[1].body).toEqual({ value: CONFIG_JSON });
  });

  test('and hidden gets it too', async () => {
    gitlab.add('projects/42', { hidden: true, masked: true, raw: true });
    await publish();
    expect(gitlab.variables.get('projects/42')).toMatchObject([{ value: CONFIG_JSON, hidden: true }]);
  });

  test.each([['projects/42', project({ environmentScope: 'prod' })], ['groups/my/group', group({ environmentScope: 'prod' })]])(
    'in another environment of %s is another one, and stays', async (owner, target) => {
      gitlab.add(owner, { value: 'of staging', environment_scope: 'staging' });
      await publish(target);
      expect(gitlab.variables.get(owner)).toMatchObject([
        { value: 'of staging', environment_scope: 'staging' }, { value: CONFIG_JSON, environment_scope: 'prod' },
      ]);
    });
});

test('a value is never in a URL', async () => {
  gitlab.add('projects/42');
  await publish();
  await publish();
  for (const { path, query } of gitlab.requests) expect(`${path}?${query}`).not.toContain('auths');
});

test('an answer that is lost costs nothing but another try', async () => {
  gitlab.add('projects/42');
  gitlab.faults.push(undefined, 'done, but the answer is lost');
  expect((await failure()).name).toBe('UnreachableError');
  await publish();
  expect(gitlab.variables.get('projects/42')).toMatchObject([{ value: CONFIG_JSON }]);
});

test('a variable that somebody else has just made is updated with the next try, and says so', async () => {
  gitlab.add('projects/42');
  gitlab.faults.push({ status: 404, body: { message: '404 Variable Not Found' } });
  gitlab.variables.get('projects/42')!.push({ ...gitlab.variables.get('projects/42')![0], key: 'DOCKER_AUTH_CONFIG', value: 'theirs', environment_scope: '*' } as any);
  expect((await failure()).message).toBe('GitLab answered 400 when asked to make the variable: {"key":["(DOCKER_AUTH_CONFIG) has already been taken"]}');
  await publish();
  expect(gitlab.variables.get('projects/42')).toMatchObject([{ value: CONFIG_JSON }]);
});

describe('the token', () => {
  test('says when it expires', async () => {
    gitlab.add('projects/42');
    await expect(publish()).resolves.toEqual({ tokenExpiresAt: Date.parse('2027-01-01') });
  });

  test.each([[null], ['not a date']])('need not expire: %j', async (expiry) => {
    gitlab.add('projects/42');
    gitlab.tokenExpiresAt = expiry;
    await expect(publish()).resolves.toEqual({});
  });

  test('whose expiry cannot be seen costs nothing but the warning', async () => {
    gitlab.add('projects/42');
    gitlab.faults.push(undefined, undefined, { status: 403, body: {} });
    await expect(publish()).resolves.toEqual({});
    gitlab.faults.push(undefined, undefined, 'connection reset');
    await expect(publish()).resolves.toEqual({});
    gitlab.faults.push(undefined, undefined, { status: 200, body: 'no json' });
    await expect(publish()).resolves.toEqual({});
    expect(gitlab.variables.get('projects/42')).toMatchObject([{ value: CONFIG_JSON }]);
  });
});

describe('what GitLab refuses is said with its status and reason', () => {
  beforeEach(() => gitlab.add('projects/42'));

  test.each<[string, () => void, string]>([
    ['no such project', () => gitlab.variables.clear(), 'GitLab answered 404 when asked to make the variable: 404 Project Not Found: is it there, and may the token see it?'],
    ['a role that is too low', () => gitlab.forbidden.add('projects/42'), 'GitLab answered 403 when asked to read the variable: 403 Forbidden: the token needs the scope api, and the role Maintainer for a project, Owner for a group, administrator for an instance'],
    ['a scope that is too small', () => { gitlab.scopes = ['read_api']; }, 'GitLab answered 403 when asked to read the variable: The request requires higher privileges than provided by the access token.: the token needs the scope api, and the role Maintainer for a project, Owner for a group, administrator for an instance'],
    ['a server error', () => gitlab.faults.push({ status: 502, body: '<html>bad gateway</html>', headers: { 'content-type': 'text/html' } }), 'GitLab answered 502 when asked to read the variable and a web page instead of JSON: is the URL right, and the token valid?'],
  ])('%s', async (_what, arrange, message) => {
    arrange();
    expect((await failure()).message).toBe(message);
  });

  test('a wrong token', async () => {
    const wrong = ports(gitlab.http('https://gitlab.com'), { token: 'wrong' });
    expect((await failureOf(gitlabVariable, project(), wrong)).message).toBe('GitLab answered 401 when asked to read the variable: 401 Unauthorized: is the token valid?');
  });

  test('a project that moved', async () => {
    gitlab.moved.set('projects/42', '4711');
    expect((await failure()).message).toMatch(/^GitLab answered 301 when asked to read the variable: a redirect to 127\.0\.0\.1:\d+, which is not followed; was it renamed or moved, or is the URL wrong\?$/);
  });

  test('a variable that is masked and not raw cannot hold JSON', async () => {
    gitlab.add('projects/42', { masked: true, raw: false, value: 'old-and-maskable' });
    expect((await failure()).message).toBe('GitLab answered 400 when asked to update the variable: it cannot mask such a value; let the variable be raw or not masked, or send TargetValue.configJsonBase64()');
    expect(gitlab.variables.get('projects/42')).toMatchObject([{ value: 'old-and-maskable' }]);
    await publish(project(), payload({ text: Buffer.from(CONFIG_JSON).toString('base64') }));
  });

  test('a value that an instance\'s variable cannot hold', async () => {
    gitlab.add('admin');
    const error = await failure(instance(), payload({ text: 'x'.repeat(10_001) }));
    expect(error).toMatchObject({ name: 'TooLargeError', message: 'an instance\'s variable of GitLab holds 10000 characters, and the value has 10001: send fewer registries' });
    expect(gitlab.requests).toEqual([]);
    await publish(instance(), payload({ text: 'x'.repeat(10_000) }));
  });

  test('a rate limit', async () => {
    gitlab.faults.push({ status: 429, headers: { 'retry-after': '30' } });
    const error = await failure();
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({ retryAt: NOW + 30_000, message: 'GitLab answered 429 when asked to read the variable: its rate limit is used up for 30 seconds' });
  });
});

test('a server below a path is asked there', async () => {
  const http = gitlab.http();
  gitlab.add('projects/42');
  const below = { ...given(), http: (request: any) => http({ ...request, url: request.url.replace('/gitlab/', '/') }) };
  await gitlabVariable.publish(project({ url: `${gitlab.url}/gitlab/` }), payload(), below);
  expect(gitlab.variables.get('projects/42')).toMatchObject([{ value: CONFIG_JSON }]);
});

describe('a target that is removed', () => {
  const remove = (how: 'blank' | 'delete', target = project()) => gitlabVariable.remove(target, how, given());

  test('has an empty dockercfg, and what its owner set', async () => {
    gitlab.add('projects/42', { masked: true, raw: true, protected: true });
    await remove('blank');
    expect(gitlab.variables.get('projects/42')).toMatchObject([{ value: '{"auths":{}}', masked: true, protected: true }]);
  });

  test('in a group does not empty the variable of another environment', async () => {
    gitlab.add('groups/my/group', { value: 'of staging', environment_scope: 'staging' });
    await remove('blank', group({ environmentScope: 'prod' }));
    expect(gitlab.variables.get('groups/my/group')).toMatchObject([{ value: 'of staging' }]);
  });

  test('is deleted, and no other', async () => {
    gitlab.add('projects/42', {}, { key: 'OTHER' });
    await remove('delete');
    expect(gitlab.variables.get('projects/42')).toMatchObject([{ key: 'OTHER' }]);
    await remove('delete');
  });

  test.each(['blank', 'delete'] as const)('but that is refused, says so: %s', async (how) => {
    gitlab.add('projects/42');
    gitlab.forbidden.add('projects/42');
    await expect(remove(how)).rejects.toThrow('GitLab answered 403');
  });
});
