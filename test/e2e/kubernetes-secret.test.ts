import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { findKubernetes, KubeApiserver } from './kube-apiserver';
import { https } from '../../lambda/publish/http';
import { kubernetesSecret } from '../../lambda/publish/vendors/kubernetes-secret';
import { CONFIG_JSON, failureOf, payload, ports, spec } from '../lambda/publish/vendors/ports';
import { FakeKubernetes } from '../vendors/fake-kubernetes';

jest.setTimeout(180_000);

const programs = findKubernetes();
const RBAC = path.join(__dirname, '..', '..', 'examples', 'target-kubernetes', 'rbac.yaml');
const COLLECTIONS: Record<string, string> = {
  ServiceAccount: '/api/v1/namespaces/ci/serviceaccounts',
  Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/ci/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/ci/rolebindings',
};
const TOKEN = { token: { secretArn: 'token' } };
const SECRETS = '/api/v1/namespaces/ci/secrets';
const SECRET = `${SECRETS}/ecr-credentials`;

/** What both say to a publication, to compare them. */
interface Api {
  readonly url: string;
  readonly certificateAuthority: string;
}

if (typeof programs === 'string') {
  test.skip(`a Secret of a real Kubernetes API is kept fresh (skipped: ${programs}; CONTRIBUTING.md says how to build one)`, () => undefined);
} else {
  describe('a Secret of a real Kubernetes API', () => {
    let api: KubeApiserver;
    let token: string;
    let expiresAt: number;
    beforeAll(async () => {
      api = await KubeApiserver.start(programs);
      await api.create('/api/v1/namespaces', { metadata: { name: 'ci' } });
      // As the example says.
      for (const manifest of parseAllDocuments(readFileSync(RBAC, 'utf8')).map((document) => document.toJS())) {
        await api.create(COLLECTIONS[manifest.kind], manifest);
      }
      const { body } = await api.ask('POST', '/api/v1/namespaces/ci/serviceaccounts/ecr-credentials/token', { spec: { expirationSeconds: 3600 } });
      token = body.status.token;
      expiresAt = Date.parse(body.status.expirationTimestamp);
    });
    afterAll(async () => api?.stop());
    beforeEach(async () => {
      for (const { metadata } of (await api.ask('GET', SECRETS)).body.items) await api.ask('DELETE', `${SECRETS}/${metadata.name}`);
      await api.allow(['get', 'patch', 'delete'], ['create']);
    });

    const given = (shown = token) => ports((request) => https({ ...request, certificateAuthority: api.certificateAuthority }), { token: shown });
    const target = (where: object = {}, settings: object = {}) => spec('kubernetes-secret', {
      endpoint: api.url, namespace: 'ci', secretName: 'ecr-credentials', ...where,
    }, { ...TOKEN, ...settings });
    const current = async () => (await api.ask('GET', SECRET)).body;
    const text = async () => Buffer.from((await current()).data['.dockerconfigjson'], 'base64').toString();
    const failure = async (where: object = {}, shown = token) => (
      (await failureOf(kubernetesSecret, target(where), given(shown), payload(), [token])).message);
    const made = (change: object = {}) => ({
      apiVersion: 'v1', kind: 'Secret', metadata: { name: 'ecr-credentials' }, type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'e30=' }, ...change,
    });

    test('is made, updated and keeps what is not of the target', async () => {
      expect(await kubernetesSecret.publish(target({}, { labels: { team: 'ours' } }), payload(), given())).toEqual({ tokenExpiresAt: expiresAt });
      expect(await current()).toMatchObject({ type: 'kubernetes.io/dockerconfigjson', metadata: { labels: { team: 'ours' } } });
      expect(await text()).toBe(CONFIG_JSON);
      await api.ask('PATCH', SECRET, { metadata: { labels: { theirs: 'kept' } }, data: { more: 'bW9yZQ==' } }, { 'content-type': 'application/merge-patch+json' });
      await kubernetesSecret.publish(target(), payload({ text: '{"auths":{"x":{"auth":"eDp5"}}}' }), given());
      expect(await current()).toMatchObject({ metadata: { labels: { theirs: 'kept' } }, data: { more: 'bW9yZQ==' } });
      expect((await current()).metadata.labels).toEqual({ theirs: 'kept' });
      expect(await text()).toBe('{"auths":{"x":{"auth":"eDp5"}}}');
    });

    test('needs no right to create where it exists', async () => {
      await api.create(SECRETS, made());
      await api.allow(['patch'], []);
      await kubernetesSecret.publish(target(), payload(), given());
      expect(await text()).toBe(CONFIG_JSON);
    });

    test('is refused by name where the Role lacks a verb, or names another Secret', async () => {
      const forbidden = (verb: string, name = 'ecr-credentials') => new RegExp(
        `^Kubernetes answered 403 when asked to apply the Secret: secrets "${name}" is forbidden: User "system:serviceaccount:ci:ecr-credentials" cannot ${verb} resource "secrets" in API group `);
      await api.allow(['get', 'patch', 'delete'], []);
      expect(await failure()).toMatch(forbidden('create'));
      expect(await failure()).toMatch(/: let its Role create Secrets in ci, without resourceNames, or make the Secret yourself$/);
      expect(await failure({ secretName: 'other' })).toMatch(forbidden('patch', 'other'));
      expect(await failure({ secretName: 'other' })).toMatch(/: let its Role patch the Secret other$/);
      await kubernetesSecret.remove(target(), 'delete', given());
      expect((await current()).code).toBe(404);
    });

    test('is refused where the type is another, it is immutable, or the namespace is not there', async () => {
      await api.create(SECRETS, made({ type: 'Opaque' }));
      expect(await failure()).toMatch(/^Kubernetes answered 422 .*field is immutable: a Secret ecr-credentials of another type is there, and the type cannot be changed/);
      await api.ask('DELETE', SECRET);
      await api.create(SECRETS, made({ immutable: true }));
      expect(await failure()).toMatch(/^Kubernetes answered 422 .*: is the Secret marked as immutable\?$/);
      // The Role is of one namespace, and RBAC comes first.
      expect(await failure({ namespace: 'none' })).toMatch(/^Kubernetes answered 403 /);
    });

    test('is refused with a token that the cluster does not know', async () => {
      expect(await failure({}, 'wrong-token')).toBe('Kubernetes answered 401 when asked to apply the Secret: Unauthorized: has the token expired?');
    });

    test('that is removed is emptied and deleted, and need not be there', async () => {
      await kubernetesSecret.publish(target(), payload(), given());
      await kubernetesSecret.remove(target(), 'blank', given());
      expect(await text()).toBe('{"auths":{}}');
      await kubernetesSecret.remove(target(), 'delete', given());
      expect((await current()).code).toBe(404);
      for (const how of ['blank', 'delete'] as const) await kubernetesSecret.remove(target(), how, given());
      expect((await current()).code).toBe(404);
    });

    test('that somebody else made is emptied, and not deleted', async () => {
      await api.create(`${SECRETS}?fieldManager=helm`, made());
      await kubernetesSecret.publish(target(), payload(), given());
      await expect(kubernetesSecret.remove(target(), 'delete', given())).rejects.toThrow('the Secret was not made by cdk-ecr-ci, so it is not deleted');
      expect(await text()).toBe(CONFIG_JSON);
      await kubernetesSecret.remove(target(), 'blank', given());
      expect(await text()).toBe('{"auths":{}}');
      await api.ask('PATCH', SECRET, { data: { '.dockerconfigjson': 'e30=' } }, { 'content-type': 'application/merge-patch+json' });
      await expect(kubernetesSecret.remove(target(), 'blank', given())).rejects.toThrow('somebody else than cdk-ecr-ci, so it is not emptied');
      expect(await text()).toBe('{}');
    });

    test.each(['blank', 'delete'] as const)('that was replaced while it was removed stays: %s', async (how) => {
      await kubernetesSecret.publish(target(), payload(), given());
      const late = ports(async (request) => {
        if (request.method !== 'GET') {
          await api.ask('DELETE', SECRET);
          await api.create(SECRETS, made());
        }
        return https({ ...request, certificateAuthority: api.certificateAuthority });
      }, { token });
      await expect(kubernetesSecret.remove(target(), how, late)).rejects.toThrow(/(409|422) .*: somebody changed it at the same moment$/);
      expect(await text()).toBe('{}');
    });

    test('the fake of the other tests answers as it does', async () => {
      const fake = await new FakeKubernetes().start();
      try {
        const real = await answers(api, token, (change) => api.create(SECRETS, made(change)), () => api.allow(['get', 'patch', 'delete'], []));
        const faked = await answers(
          fake, fake.token, async (change) => { fake.add('ci', 'ecr-credentials', change); }, async () => { fake.verbs = ['get', 'patch', 'delete']; });
        expect(faked).toEqual(real);
      } finally {
        await fake.stop();
      }
    });
  });
}

/** Status and text of one answer after the other, without what is made up anew each time. */
async function answers(
  { url, certificateAuthority }: Api, token: string, make: (change: { immutable: boolean }) => Promise<void>, forbidCreation: () => Promise<void>,
): Promise<unknown[]> {
  const seen: unknown[] = [];
  const ask = async (method: 'GET' | 'PATCH' | 'DELETE', name: string, query: string, body?: object, shown = token) => {
    const { status, text } = await https({
      method,
      body,
      certificateAuthority,
      url: `${url}${SECRETS}/${name}${query}`,
      headers: { authorization: `Bearer ${shown}`, ...method === 'PATCH' ? { 'content-type': 'application/apply-patch+yaml' } : {} },
    });
    const { kind, message, reason, code, details, type, data, metadata } = JSON.parse(text);
    const shape = {
      kind,
      message,
      reason,
      code,
      type,
      data,
      causes: details?.causes,
      labels: metadata?.labels ?? {},
      managers: (metadata?.managedFields ?? []).map(({ manager, fieldsV1 }: any) => [manager, Object.keys(fieldsV1).sort()]),
    };
    seen.push([method, name, query, status, JSON.parse(JSON.stringify(shape).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|uid-\d+/g, 'UID'))]);
  };
  const MINE = '?fieldManager=cdk-ecr-ci&force=true';
  const NAME = 'ecr-credentials';
  const body = (change: object = {}, metadata: object = {}) => ({
    apiVersion: 'v1', kind: 'Secret', metadata: { name: NAME, ...metadata }, type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'e30=' }, ...change,
  });
  await ask('GET', NAME, '');
  await ask('PATCH', NAME, MINE, body({}, { uid: '11111111-2222-3333-4444-555555555555' }));
  await ask('PATCH', NAME, MINE, body({}, { labels: { team: 'ours' } }));
  await ask('PATCH', NAME, MINE, body());
  await ask('GET', NAME, '');
  await ask('PATCH', NAME, MINE, body({ type: 'Opaque' }));
  await ask('PATCH', NAME, MINE, body({ data: { '.dockerconfigjson': 'ew==' } }));
  await ask('PATCH', NAME, MINE, body({ nonsense: 1 }));
  await ask('PATCH', NAME, '?force=true', body());
  await ask('PATCH', NAME, '?fieldManager=other', body({ data: { '.dockerconfigjson': 'e30K' } }));
  await ask('PATCH', NAME, '?fieldManager=other&force=true', body({ data: { '.dockerconfigjson': 'e30K' } }));
  await ask('PATCH', NAME, MINE, body(), 'wrong');
  await ask('DELETE', NAME, '', { preconditions: { uid: '11111111-2222-3333-4444-555555555555' } });
  await ask('DELETE', NAME, '');
  await ask('DELETE', NAME, '');
  await make({ immutable: true });
  await ask('PATCH', NAME, MINE, body({ data: { '.dockerconfigjson': 'e30K' } }));
  await ask('DELETE', NAME, '');
  await forbidCreation();
  await ask('PATCH', NAME, MINE, body());
  return seen;
}
