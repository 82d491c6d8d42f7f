import { CONFIG_JSON, failureOf, NOW, payload, ports, spec } from './ports';
import { eksToken } from '../../../../lambda/publish/vendors/eks-token';
import { kubernetesSecret } from '../../../../lambda/publish/vendors/kubernetes-secret';
import { FakeKubernetes } from '../../../vendors/fake-kubernetes';

let cluster: FakeKubernetes;
beforeEach(async () => {
  cluster = await new FakeKubernetes().start();
  Object.assign(process.env, { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIAMADEUP', AWS_SECRET_ACCESS_KEY: 'made-up', AWS_SESSION_TOKEN: 'session' });
});
afterEach(async () => {
  await cluster.stop();
  for (const name of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) delete process.env[name];
});

const BY_TOKEN = { token: { secretArn: 'token' } };
const target = (where: object = {}, settings: object = {}) => (
  spec('kubernetes-secret', { endpoint: cluster.url, namespace: 'ci', secretName: 'ecr', ...where }, { ...BY_TOKEN, ...settings }));
const eksTarget = () => spec('kubernetes-secret', { endpoint: cluster.url, namespace: 'ci', secretName: 'ecr' }, {
  clusterName: 'my-cluster', certificateAuthorityData: Buffer.from(cluster.certificateAuthority).toString('base64'),
});
const given = (token = cluster.token) => ports(cluster.http(), { token });
const failure = async (where: object = {}, token = cluster.token) => (
  (await failureOf(kubernetesSecret, target(where), given(token), payload(), [cluster.token, token])).message);
const secret = () => cluster.namespaces.get('ci')!.get('ecr')!;
const textOf = ({ data }: { data: Record<string, string> }) => Buffer.from(data['.dockerconfigjson'], 'base64').toString();
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

test('a Secret that is not there is made, and kubelet can use it', async () => {
  expect(await kubernetesSecret.publish(target(), payload(), given())).toEqual({});
  expect(secret()).toMatchObject({ type: 'kubernetes.io/dockerconfigjson', labels: {}, annotations: {} });
  expect(textOf(secret())).toBe(CONFIG_JSON);
  expect(cluster.calls).toEqual(['PATCH /api/v1/namespaces/ci/secrets/ecr?fieldManager=cdk-ecr-ci&force=true']);
});

test('a Secret that is there gets the value, whoever wrote it last, and keeps what else it has', async () => {
  const theirs = cluster.add('ci', 'ecr', { labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: { note: 'ours' }, data: { '.dockerconfigjson': 'e30=', 'more': 'bW9yZQ==' } });
  const { uid } = theirs;
  await kubernetesSecret.publish(target(), payload(), given());
  expect(secret()).toMatchObject({ uid, labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: { note: 'ours' }, data: { more: 'bW9yZQ==' } });
  expect(textOf(secret())).toBe(CONFIG_JSON);
});

test('labels and annotations of the target are the Secret\'s, as long as the target has them', async () => {
  cluster.add('ci', 'ecr', { labels: { team: 'theirs', kept: 'yes' } });
  await kubernetesSecret.publish(target({}, { labels: { team: 'ours', more: 'x' }, annotations: { 'example.com/note': 'a note' } }), payload(), given());
  expect(secret()).toMatchObject({ labels: { team: 'ours', more: 'x', kept: 'yes' }, annotations: { 'example.com/note': 'a note' } });
  await kubernetesSecret.publish(target({}, { labels: { team: 'ours' } }), payload(), given());
  expect(secret()).toMatchObject({ labels: { team: 'ours', kept: 'yes' }, annotations: {} });
});

test('create is not needed where the Secret exists', async () => {
  await kubernetesSecret.publish(target(), payload(), given());
  cluster.verbs = ['patch'];
  await kubernetesSecret.publish(target(), payload({ text: '{}' }), given());
  expect(textOf(secret())).toBe('{}');
});

test('a publication whose answer was lost can be repeated', async () => {
  cluster.faults.push('done, but the answer is lost');
  await expect(kubernetesSecret.publish(target(), payload(), given())).rejects.toThrow('gave no answer');
  const { uid } = secret();
  await kubernetesSecret.publish(target(), payload(), given());
  expect(secret().uid).toBe(uid);
  expect(textOf(secret())).toBe(CONFIG_JSON);
});

test.each<[string, string, object]>([
  ['a token that expires', `${encoded({ alg: 'RS256' })}.${encoded({ exp: NOW / 1000 + 3600, sub: 'system:serviceaccount:ci:x' })}.signature`, { tokenExpiresAt: NOW + 3600_000 }],
  ['one that does not', `${encoded({ alg: 'RS256' })}.${encoded({ sub: 'system:serviceaccount:ci:x' })}.signature`, {}],
  ['one that is no JWT', 'opaque.but-with.dots', {}],
  ['one that has no parts', 'opaque', {}],
])('%s says when, if it does', async (_what, token, published) => {
  cluster.token = token;
  expect(await kubernetesSecret.publish(target(), payload(), given())).toEqual(published);
});

test('an EKS cluster is shown a request to STS that the role has signed', async () => {
  let shown = '';
  cluster.isToken = (token) => {
    shown = token;
    return true;
  };
  const { http, ...others } = given();
  let authority: string | undefined;
  const noting: typeof http = (request) => {
    authority = request.certificateAuthority;
    return http(request);
  };
  expect(await kubernetesSecret.publish(eksTarget(), payload(), { ...others, http: noting })).toEqual({});
  expect(authority).toBe(cluster.certificateAuthority);
  expect(shown).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  const url = new URL(Buffer.from(shown.slice('k8s-aws-v1.'.length), 'base64url').toString());
  expect(url.origin).toBe('https://sts.eu-west-1.amazonaws.com');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    'Action': 'GetCallerIdentity',
    'Version': '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAMADEUP/20260101/eu-west-1/sts/aws4_request',
    'X-Amz-Date': '20260101T000000Z',
    'X-Amz-Expires': '60',
    'X-Amz-Security-Token': 'session',
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
  });
});

test('the token is good for one cluster only', async () => {
  expect(await eksToken('one', undefined, given())).toBe(await eksToken('one', undefined, given()));
  expect(await eksToken('one', undefined, given())).not.toBe(await eksToken('other', undefined, given()));
});

test.each([
  ['us-east-1', 'sts.us-east-1.amazonaws.com'],
  ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
  ['eusc-de-east-1', 'sts.eusc-de-east-1.amazonaws.eu'],
])('the STS of a cluster in %s is %s', async (region, host) => {
  const token = await eksToken('c', region, given());
  expect(new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString()).host).toBe(host);
});

describe('what the cluster refuses is said with what to do', () => {
  test('a token that it does not know', async () => {
    const error = await failureOf(kubernetesSecret, target(), given('wrong-token'), payload(), ['wrong-token']);
    expect(error.name).toBe('VendorError');
    expect(error.message).toBe('Kubernetes answered 401 when asked to apply the Secret: Unauthorized: has the token expired?');
  });

  test('a role that it does not know, or not yet: a deploy waits for that', async () => {
    cluster.isToken = () => false;
    const error = await failureOf(kubernetesSecret, eksTarget(), given());
    expect(error.name).toBe('AccessDenied');
    expect(error.message).toBe('Kubernetes answered 401 when asked to apply the Secret: Unauthorized: has the cluster an access entry for the publisher\'s role?');
  });

  test('a missing right', async () => {
    const forbidden = (verb: string) => `Kubernetes answered 403 when asked to apply the Secret: secrets "ecr" is forbidden: User "system:serviceaccount:ci:ecr-credentials" cannot ${verb} resource "secrets" in API group "" in the namespace "ci"`;
    cluster.verbs = ['get', 'patch'];
    expect(await failure()).toBe(`${forbidden('create')}: let its Role create Secrets in ci, without resourceNames, or make the Secret yourself`);
    cluster.verbs = [];
    expect(await failure()).toBe(`${forbidden('patch')}: let its Role patch the Secret ecr`);
  });

  test('a namespace that is not there, or will not be', async () => {
    expect(await failure({ namespace: 'none' })).toBe('Kubernetes answered 404 when asked to apply the Secret: namespaces "none" not found: is there a namespace none?');
    cluster.terminating.add('ci');
    expect(await failure()).toBe('Kubernetes answered 403 when asked to apply the Secret: secrets "ecr" is forbidden: unable to create new content in namespace ci because it is being terminated');
  });

  test('a Secret of another type, or that cannot be changed', async () => {
    cluster.add('ci', 'ecr', { type: 'Opaque', data: {} });
    expect(await failure()).toBe('Kubernetes answered 422 when asked to apply the Secret: Secret "ecr" is invalid: type: Invalid value: "kubernetes.io/dockerconfigjson": field is immutable: '
      + 'a Secret ecr of another type is there, and the type cannot be changed: choose another name, or delete it');
    cluster.add('ci', 'ecr', { immutable: true });
    expect(await failure()).toBe('Kubernetes answered 422 when asked to apply the Secret: Secret "ecr" is invalid: data: Forbidden: field is immutable when `immutable` is set: is the Secret marked as immutable?');
  });

  test('what is wrong otherwise, in its own words', async () => {
    expect((await failureOf(kubernetesSecret, target(), given(), payload({ text: '{' }))).message).toBe(
      'Kubernetes answered 422 when asked to apply the Secret: Secret "ecr" is invalid: data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": unexpected end of JSON input');
    cluster.faults.push({ status: 422, body: { kind: 'Status', message: 'no', reason: 'Invalid' } });
    expect(await failure()).toBe('Kubernetes answered 422 when asked to apply the Secret: no');
    cluster.faults.push({ status: 409, body: { kind: 'Status', message: 'Operation cannot be fulfilled', reason: 'Conflict' } });
    expect(await failure()).toBe('Kubernetes answered 409 when asked to apply the Secret: Operation cannot be fulfilled: somebody changed it at the same moment');
    cluster.faults.push({ status: 503, body: 'upstream connect error' });
    expect(await failure()).toBe('Kubernetes answered 503 when asked to apply the Secret');
  });

  test('that it has too much to do', async () => {
    cluster.faults.push({ status: 429, headers: { 'retry-after': '1' } });
    expect(await failureOf(kubernetesSecret, target(), given())).toMatchObject({ name: 'RateLimitedError', retryAt: NOW + 1000 });
  });

  test('that it is something else, such as a proxy with a login page', async () => {
    cluster.faults.push({ status: 302, headers: { location: 'https://login.example.com/x' } });
    expect(await failure()).toBe('Kubernetes answered 302 when asked to apply the Secret: a redirect to login.example.com, which is not followed; was it renamed or moved, or is the URL wrong?');
    cluster.faults.push({ status: 403, headers: { 'content-type': 'text/html' }, body: '<html>' });
    expect(await failure()).toBe('Kubernetes answered 403 when asked to apply the Secret and a web page instead of JSON: is the URL right, and the token valid?');
  });
});

describe('a Secret that is removed', () => {
  test('is emptied or deleted, and need not be there', async () => {
    for (const how of ['blank', 'delete'] as const) await kubernetesSecret.remove(target(), how, given());
    expect(secret()).toBeUndefined();
    await kubernetesSecret.publish(target({}, { labels: { team: 'ours' } }), payload(), given());
    await kubernetesSecret.remove(target({}, { labels: { team: 'ours' } }), 'blank', given());
    expect(textOf(secret())).toBe('{"auths":{}}');
    expect(secret().labels).toEqual({ team: 'ours' });
    await kubernetesSecret.remove(target(), 'delete', given());
    expect(secret()).toBeUndefined();
  });

  test('is deleted also if others changed it, and not emptied then', async () => {
    await kubernetesSecret.publish(target(), payload(), given());
    secret().owners.get('cdk-ecr-ci')!.delete('f:data/f:.dockerconfigjson');
    secret().owners.set('kubectl-edit', new Set(['f:data/f:.dockerconfigjson', 'f:metadata/f:labels/f:x']));
    await expect(kubernetesSecret.remove(target(), 'blank', given())).rejects.toThrow('the Secret was last written by somebody else than cdk-ecr-ci, so it is not emptied');
    expect(textOf(secret())).toBe(CONFIG_JSON);
    await kubernetesSecret.remove(target(), 'delete', given());
    expect(secret()).toBeUndefined();
  });

  test('is emptied also if somebody else made it, and not deleted', async () => {
    cluster.add('ci', 'ecr');
    await kubernetesSecret.publish(target(), payload(), given());
    await expect(kubernetesSecret.remove(target(), 'delete', given())).rejects.toThrow('the Secret was not made by cdk-ecr-ci, so it is not deleted');
    await kubernetesSecret.remove(target(), 'blank', given());
    expect(textOf(secret())).toBe('{"auths":{}}');
  });

  test.each<[string, (fake: FakeKubernetes) => unknown]>([
    ['of another type', (fake) => fake.add('ci', 'ecr', { type: 'Opaque', manager: 'cdk-ecr-ci' })],
    ['somebody else\'s', (fake) => fake.add('ci', 'ecr')],
    ['shown without its managers', (fake) => { fake.add('ci', 'ecr').owners = new Map(); }],
  ])('stays if it is %s', async (_what, make) => {
    make(cluster);
    for (const how of ['blank', 'delete'] as const) {
      await expect(kubernetesSecret.remove(target(), how, given())).rejects.toThrow(/so it is (somebody else's and stays|not deleted|not emptied)$/);
    }
    expect(textOf(secret())).toBe('{}');
  });

  test.each<[object]>([[{}], [{ managedFields: [{ manager: 'cdk-ecr-ci' }] }], [{ managedFields: [{ manager: 'cdk-ecr-ci', fieldsV1: { 'f:metadata': {} } }] }]])('stays if the cluster does not say whose it is: %j', async (metadata) => {
    const answer = { status: 200, body: { kind: 'Secret', type: 'kubernetes.io/dockerconfigjson', metadata: { uid: 'u', ...metadata } } };
    cluster.faults.push(answer, answer);
    for (const how of ['blank', 'delete'] as const) await expect(kubernetesSecret.remove(target(), how, given())).rejects.toThrow(/so it is not (deleted|emptied)$/);
    expect(cluster.calls).toEqual(['GET /api/v1/namespaces/ci/secrets/ecr', 'GET /api/v1/namespaces/ci/secrets/ecr']);
  });

  test.each(['blank', 'delete'] as const)('stays if another one is there by then: %s', async (how) => {
    await kubernetesSecret.publish(target(), payload(), given());
    const { http, ...others } = given();
    const late: typeof http = async (request) => {
      if (request.method !== 'GET') cluster.add('ci', 'ecr', { manager: 'somebody' });
      return http(request);
    };
    await expect(kubernetesSecret.remove(target(), how, { ...others, http: late })).rejects.toThrow('somebody changed it at the same moment');
    expect(textOf(secret())).toBe('{}');
  });

  test('is not made anew to be emptied', async () => {
    await kubernetesSecret.publish(target(), payload(), given());
    const { http, ...others } = given();
    const late: typeof http = async (request) => {
      if (request.method !== 'GET') cluster.namespaces.get('ci')!.clear();
      return http(request);
    };
    await expect(kubernetesSecret.remove(target(), 'blank', { ...others, http: late })).rejects.toThrow(/409 .*somebody changed it at the same moment/);
    expect(secret()).toBeUndefined();
  });

  test('stays if the right is missing', async () => {
    await kubernetesSecret.publish(target(), payload(), given());
    cluster.verbs = ['patch'];
    await expect(kubernetesSecret.remove(target(), 'delete', given())).rejects.toThrow(/403 when asked to read the Secret.*let its Role get the Secret ecr$/);
    cluster.verbs = ['get', 'patch'];
    await expect(kubernetesSecret.remove(target(), 'delete', given())).rejects.toThrow(/403 when asked to delete the Secret.*let its Role delete the Secret ecr$/);
  });

  test('and whose cluster answers with something else fails', async () => {
    cluster.faults.push({ status: 200, body: 'hello' });
    await expect(kubernetesSecret.remove(target(), 'delete', given())).rejects.toThrow('Kubernetes answered with something else than JSON when asked to read the Secret');
  });
});
