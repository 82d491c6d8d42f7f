import { CONFIG_JSON, failureOf, payload, ports, spec } from './ports';
import { buildkiteSecret } from '../../../../lambda/publish/vendors/buildkite-secret';
import { FakeBuildkite } from '../../../vendors/fake-buildkite';

let buildkite: FakeBuildkite;
beforeEach(async () => { buildkite = await new FakeBuildkite().start(); });
afterEach(async () => buildkite.stop());

const target = (settings: object = {}) => spec('buildkite-secret', {
  organization: 'my-org', clusterId: '42f1a7da-812d-4430-93d8-1cc7c33a6bcf', key: 'DOCKER_AUTH_CONFIG',
}, { token: { secretArn: 'token' }, ...settings });
const given = (token = buildkite.token) => ports(buildkite.http('https://api.buildkite.com'), { token });
const failure = (token?: string, sent = payload()) => failureOf(buildkiteSecret, target(), given(token), sent, [buildkite.token]);

test('a secret is made, with its policy if one is given', async () => {
  await buildkiteSecret.publish(target({ policy: '- pipeline_slug: app' }), payload(), given());
  expect(buildkite.secrets).toEqual([{ id: 'secret-0', key: 'DOCKER_AUTH_CONFIG', value: CONFIG_JSON, policy: '- pipeline_slug: app' }]);
  buildkite.secrets.length = 0;
  await buildkiteSecret.publish(target(), payload(), given());
  expect(buildkite.secrets).toEqual([{ id: 'secret-0', key: 'DOCKER_AUTH_CONFIG', value: CONFIG_JSON }]);
});

test('a secret that is there gets the value and nothing else, on whatever page it is', async () => {
  buildkite.secrets.push(...Array.from({ length: 200 }, (_, index) => ({ id: `other-${index}`, key: `OTHER_${index}`, value: 'other' })));
  buildkite.secrets.push({ id: 'mine', key: 'DOCKER_AUTH_CONFIG', value: 'old', policy: 'of its owner', description: 'too' });
  await buildkiteSecret.publish(target({ policy: 'another' }), payload(), given());
  expect(buildkite.secrets.at(-1)).toEqual({ id: 'mine', key: 'DOCKER_AUTH_CONFIG', value: CONFIG_JSON, policy: 'of its owner', description: 'too' });
  expect(buildkite.secrets[0].value).toBe('other');
});

test('what Buildkite refuses is said with its status and reason', async () => {
  expect((await failure('wrong')).message).toMatch(/^Buildkite answered 401 when asked to list the secrets: .*: is the token valid\?$/);
  buildkite.scopes = ['read_secret_details'];
  expect((await failure()).message).toBe('Buildkite answered 403 when asked to make the secret: Forbidden - Your API token doesn\'t have the write_secrets scope: the token needs the scopes read_secret_details and write_secrets, and its owner has to maintain the cluster');
  buildkite.cluster = '/v2/organizations/other/clusters/other/secrets';
  expect((await failure()).message).toBe('Buildkite answered 404 when asked to list the secrets: No cluster found: are the organization and the cluster there, and may the token see them?');
  expect((await failure(undefined, payload({ text: 'x'.repeat(8192) }))).message).toBe('a secret of Buildkite holds 8191 bytes, and the value has 8192: send fewer registries');
});

test('a secret that is removed is emptied or deleted, and need not be there', async () => {
  buildkite.secrets.push({ id: 'mine', key: 'DOCKER_AUTH_CONFIG', value: 'old', policy: 'of its owner' }, { id: 'other', key: 'OTHER', value: 'other' });
  await buildkiteSecret.remove(target(), 'blank', given());
  expect(buildkite.secrets[0]).toMatchObject({ value: '{"auths":{}}', policy: 'of its owner' });
  await buildkiteSecret.remove(target(), 'delete', given());
  await buildkiteSecret.remove(target(), 'delete', given());
  expect(buildkite.secrets.map(({ id }) => id)).toEqual(['other']);
});
