import fc from 'fast-check';
import { CONFIG_JSON, failureOf, NOW, PASSWORD, payload, ports, spec } from './ports';
import { circleciContext, circleciProject } from '../../../../lambda/publish/vendors/circleci';
import { FakeCircleci } from '../../../vendors/fake-circleci';

const CONTEXT = '42f1a7da-812d-4430-93d8-1cc7c33a6bcf';

let circleci: FakeCircleci;
beforeEach(async () => { circleci = await new FakeCircleci().start(); });
afterEach(async () => circleci.stop());

const settings = { token: { secretArn: 'token' } };
const context = (where: object = {}) => spec('circleci-context', { contextId: CONTEXT, variableName: 'DOCKER_AUTH_CONFIG', ...where }, settings);
const project = (where: object = {}) => spec('circleci-project', { projectSlug: 'gh/my/app', variableName: 'DOCKER_AUTH_CONFIG', ...where }, settings);
const given = (token = circleci.token) => ports(circleci.http('https://circleci.com'), { token });

describe.each([
  ['a context', circleciContext, context, `context/${CONTEXT}`],
  ['a project', circleciProject, project, 'project/gh/my/app'],
])('a variable of %s', (_what, vendor, target, place) => {
  test('is made and updated by the same call, and no other is touched', async () => {
    const variables = circleci.add(place, { OTHER: 'other' });
    await vendor.publish(target(), payload(), given());
    await vendor.publish(target(), payload({ text: 'new' }), given());
    expect([...variables]).toEqual([['OTHER', 'other'], ['DOCKER_AUTH_CONFIG', 'new']]);
    expect(circleci.requests).toHaveLength(2);
  });

  test.each(['done, but the answer is lost' as const, { status: 502 }])('is there once after an answer that went wrong: %j', async (fault) => {
    const variables = circleci.add(place, { OTHER: 'other' });
    circleci.faults.push(fault);
    await failureOf(vendor, target(), given(), payload(), [circleci.token]);
    await vendor.publish(target(), payload({ text: 'new' }), given());
    expect([...variables]).toEqual([['OTHER', 'other'], ['DOCKER_AUTH_CONFIG', 'new']]);
  });

  test.each([200, 201])('is written if CircleCI says %s', async (status) => {
    circleci.faults.push({ status, body: {} });
    expect(await vendor.publish(target(), payload(), given())).toEqual({});
  });

  test('is emptied or deleted, and need not be there', async () => {
    const variables = circleci.add(place, { DOCKER_AUTH_CONFIG: CONFIG_JSON, OTHER: 'other' });
    await vendor.remove(target(), 'blank', given());
    expect(variables.get('DOCKER_AUTH_CONFIG')).toBe('{"auths":{}}');
    await vendor.remove(target(), 'delete', given());
    await vendor.remove(target(), 'delete', given());
    expect([...variables]).toEqual([['OTHER', 'other']]);
  });

  test('that is not there is not made to be emptied', async () => {
    const variables = circleci.add(place, { OTHER: 'other' });
    await vendor.remove(target(), 'blank', given());
    circleci.places.clear();
    await vendor.remove(target(), 'blank', given());
    await vendor.remove(target(), 'delete', given());
    expect([...variables]).toEqual([['OTHER', 'other']]);
    expect(circleci.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'DELETE']);
  });

  test('that is refused says why', async () => {
    const failure = async (token?: string) => (await failureOf(vendor, target(), given(token), payload(), [circleci.token])).message;
    expect(await failure()).toBe('CircleCI answered 404 when asked to write the variable: Not found.: is it there, and may the token\'s owner see it?');
    circleci.add(place);
    expect(await failure('wrong')).toBe('CircleCI answered 401 when asked to write the variable: You must log in first.: is the token valid? It has to be a personal one');
    circleci.restricted.add(place);
    expect(await failure()).toBe('CircleCI answered 403 when asked to write the variable: Permission denied.: the token\'s owner may not write there: a restricted context lets the members of its groups only');
    for (const header of ['retry-after', 'ratelimit-reset', 'x-ratelimit-reset']) {
      circleci.faults.push({ status: 429, headers: { [header]: '7' } });
      expect(await failureOf(vendor, target(), given())).toMatchObject({ name: 'RateLimitedError', retryAt: NOW + 7_000 });
    }
  });

  test('that CircleCI echoes is not quoted', async () => {
    circleci.add(place);
    await fc.assert(fc.asyncProperty(fc.string(), fc.constantFrom(CONFIG_JSON, PASSWORD, circleci.token), async (text, echo) => {
      circleci.faults.push({ status: 400, body: { message: `${text}${echo}${text}` } });
      expect((await failureOf(vendor, target(), given(), payload(), [circleci.token])).message).toMatch(/^CircleCI answered 400 when asked to write the variable/);
    }), { numRuns: 30 });
  });

  test('is asked for at its place only, and an error holds nothing that was sent', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'binary-ascii' }), async (name, variableName) => {
      circleci.requests.length = 0;
      const where = { contextId: name, projectSlug: `gh/my/${name.replaceAll('/', '')}`, variableName };
      await failureOf(vendor, target(where), given(), payload(), [circleci.token]);
      for (const { path } of circleci.requests) expect(path).toMatch(/^\/api\/v2\/(context\/[^/]+\/environment-variable\/[^/]+|project\/gh\/my\/[^/]+\/envvar)$/);
    }), { numRuns: 50 });
  });
});

test('a context\'s variable has a limit, and of a project\'s CircleCI says what it thinks', async () => {
  circleci.add(`context/${CONTEXT}`);
  const variables = circleci.add('project/gh/my/app');
  const long = payload({ text: 'x'.repeat(32_001) });
  expect((await failureOf(circleciContext, context(), given(), long)).message)
    .toBe('a variable of a context of CircleCI holds 32000 characters, and the value has 32001: send fewer registries');
  expect(circleci.requests).toEqual([]);
  await circleciContext.publish(context(), payload({ text: 'x'.repeat(32_000) }), given());
  await circleciProject.publish(project(), long, given());
  expect(variables.get('DOCKER_AUTH_CONFIG')).toHaveLength(32_001);
  circleci.faults.push({ status: 400, body: { message: 'Value is too long' } });
  expect((await failureOf(circleciProject, project(), given(), long)).message).toBe('CircleCI answered 400 when asked to write the variable: Value is too long');
});

test('a full context takes a new value of what is in it', async () => {
  const names = Array.from({ length: 99 }, (_, index): [string, string] => [`OTHER_${index}`, 'other']);
  const variables = circleci.add(`context/${CONTEXT}`, Object.fromEntries([...names, ['DOCKER_AUTH_CONFIG', 'old']]));
  await circleciContext.publish(context(), payload(), given());
  expect(variables.get('DOCKER_AUTH_CONFIG')).toBe(CONFIG_JSON);
  // It is looked for on all pages.
  await circleciContext.remove(context(), 'blank', given());
  expect(variables.get('DOCKER_AUTH_CONFIG')).toBe('{"auths":{}}');
  variables.delete('DOCKER_AUTH_CONFIG');
  variables.set('ONE_MORE', 'other');
  expect((await failureOf(circleciContext, context({ variableName: 'NEW' }), given())).message)
    .toBe('CircleCI answered 400 when asked to write the variable: A context has at most 100 variables.');
  await circleciContext.remove(context(), 'blank', given());
  expect(variables.size).toBe(100);
});

test.each(['circleci/43G3kM5RtfFE7v5sa4nWAU/44n9pujWcTnVZ2b5S8Fnat', 'bb/my-ws/my.app', 'github/my/.github'])('a project is asked by its slug %s', async (projectSlug) => {
  const variables = circleci.add(`project/${projectSlug}`);
  await circleciProject.publish(project({ projectSlug }), payload(), given());
  expect(circleci.calls).toEqual([`POST /api/v2/project/${projectSlug}/envvar`]);
  expect([...variables]).toEqual([['DOCKER_AUTH_CONFIG', CONFIG_JSON]]);
});

test('a mask that looks the same says nothing: the value is written', async () => {
  const variables = circleci.add('project/gh/my/app', { DOCKER_AUTH_CONFIG: `another that ends so${CONFIG_JSON.slice(-4)}` });
  await circleciProject.publish(project(), payload(), given());
  expect(variables.get('DOCKER_AUTH_CONFIG')).toBe(CONFIG_JSON);
});

test.each<[object, string]>([
  [{}, 'CircleCI answered without a list when asked to look for the variable'],
  [{ items: [], next_page_token: 'again' }, 'CircleCI named more than 50 pages of variables'],
])('a list that is none ends with its reason: %j', async (body, message) => {
  circleci.add(`context/${CONTEXT}`, { DOCKER_AUTH_CONFIG: 'old' });
  circleci.faults.push(...Array.from({ length: 60 }, () => ({ status: 200, body })));
  await expect(circleciContext.remove(context(), 'blank', given())).rejects.toThrow(message);
});

test('a server of one\'s own is asked', async () => {
  const variables = circleci.add(`context/${CONTEXT}`);
  await circleciContext.publish(context({ url: `${circleci.url}/` }), payload(), ports(circleci.http(), { token: circleci.token }));
  expect(variables.size).toBe(1);
});
