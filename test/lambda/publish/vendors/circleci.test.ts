import { CONFIG_JSON, failureOf, NOW, payload, ports, spec } from './ports';
import { circleciContext, circleciProject } from '../../../../lambda/publish/vendors/circleci';
import { FakeCircleci } from '../../../vendors/fake-circleci';

const CONTEXT = '42f1a7da-812d-4430-93d8-1cc7c33a6bcf';

let circleci: FakeCircleci;
beforeEach(async () => { circleci = await new FakeCircleci().start(); });
afterEach(async () => circleci.stop());

const settings = { token: { secretArn: 'token' } };
const context = (where: object = {}) => spec('circleci-context', { contextId: CONTEXT, variableName: 'DOCKER_AUTH_CONFIG', ...where }, settings);
const project = () => spec('circleci-project', { projectSlug: 'gh/my/app', variableName: 'DOCKER_AUTH_CONFIG' }, settings);
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

  test('is emptied or deleted, and need not be there', async () => {
    const variables = circleci.add(place, { DOCKER_AUTH_CONFIG: CONFIG_JSON, OTHER: 'other' });
    await vendor.remove(target(), 'blank', given());
    expect(variables.get('DOCKER_AUTH_CONFIG')).toBe('{"auths":{}}');
    await vendor.remove(target(), 'delete', given());
    await vendor.remove(target(), 'delete', given());
    expect([...variables]).toEqual([['OTHER', 'other']]);
    circleci.places.clear();
    await vendor.remove(target(), 'blank', given());
  });

  test('that is refused says why', async () => {
    const failure = async (token?: string) => (await failureOf(vendor, target(), given(token), payload(), [circleci.token])).message;
    expect(await failure()).toBe('CircleCI answered 404 when asked to write the variable: Not found.: is it there, and may the token\'s owner see it?');
    circleci.add(place);
    expect(await failure('wrong')).toBe('CircleCI answered 401 when asked to write the variable: You must log in first.: is the token valid? It has to be a personal one');
    circleci.restricted.add(place);
    expect(await failure()).toBe('CircleCI answered 403 when asked to write the variable: Permission denied.: the token\'s owner may not write there: a restricted context lets the members of its groups only');
    circleci.faults.push({ status: 429, headers: { 'retry-after': '7' } });
    expect(await failureOf(vendor, target(), given())).toMatchObject({ name: 'RateLimitedError', retryAt: NOW + 7_000 });
    expect((await failureOf(vendor, target(), given(), payload({ text: 'x'.repeat(32_001) }))).message)
      .toBe('a variable of CircleCI holds 32000 characters, and the value has 32001: send fewer registries');
  });
});

test('a server of one\'s own is asked', async () => {
  const variables = circleci.add(`context/${CONTEXT}`);
  await circleciContext.publish(context({ url: `${circleci.url}/` }), payload(), ports(circleci.http(), { token: circleci.token }));
  expect(variables.size).toBe(1);
});
