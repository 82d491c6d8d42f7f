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

const target = (where: object = {}, settings: object = { token: { secretArn: 'token' } }) => (
  spec('kubernetes-secret', { endpoint: cluster.url, namespace: 'ci', secretName: 'ecr', ...where }, settings));
const given = (token = cluster.token) => ports(cluster.http(), { token });
const failure = async (where: object = {}, token?: string) => (
  (await failureOf(kubernetesSecret, target(where), given(token), payload(), [cluster.token])).message);
const secret = () => cluster.namespaces.get('ci')!.get('ecr')!;
const MINE = { labels: { 'app.kubernetes.io/managed-by': 'cdk-ecr-ci' } };

test('a Secret that is not there is made, and kubelet can use it', async () => {
  await kubernetesSecret.publish(target(), payload(), given());
  expect(secret()).toMatchObject({ type: 'kubernetes.io/dockerconfigjson', metadata: { name: 'ecr', ...MINE } });
  expect(Buffer.from(secret().data['.dockerconfigjson'], 'base64').toString()).toBe(CONFIG_JSON);
  expect(cluster.calls).toEqual(['PATCH /api/v1/namespaces/ci/secrets/ecr?fieldManager=cdk-ecr-ci&force=true']);
});

test('a Secret that is there gets the value, whoever wrote it last, and keeps what else it has', async () => {
  cluster.namespaces.get('ci')!.set('ecr', {
    metadata: { name: 'ecr', uid: 'u', labels: { team: 'ours' } }, type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'e30=' }, manager: 'kubectl',
  });
  await kubernetesSecret.publish(target(), payload(), given());
  expect(secret()).toMatchObject({ metadata: { uid: 'u', labels: { team: 'ours', ...MINE.labels } }, manager: 'cdk-ecr-ci' });
});

test('create is not needed where the Secret exists', async () => {
  await kubernetesSecret.publish(target(), payload(), given());
  cluster.verbs = ['patch'];
  await kubernetesSecret.publish(target(), payload({ text: '{}' }), given());
  expect(secret().data['.dockerconfigjson']).toBe(Buffer.from('{}').toString('base64'));
});

test('an EKS cluster is shown a request to STS that the role has signed', async () => {
  let shown = '';
  cluster.isToken = (token) => {
    shown = token;
    return true;
  };
  const settings = { clusterName: 'my-cluster', certificateAuthorityData: Buffer.from(cluster.certificateAuthority).toString('base64') };
  const { http, ...others } = given();
  let authority: string | undefined;
  const noting: typeof http = (request) => {
    authority = request.certificateAuthority;
    return http(request);
  };
  await kubernetesSecret.publish(target({}, settings), payload(), { ...others, http: noting });
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

test('the STS of a cluster in another region, and in China, is that one', async () => {
  const hostOf = async (region: string) => {
    const token = await eksToken('c', region, given());
    return new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString()).host;
  };
  expect(await hostOf('us-gov-west-1')).toBe('sts.us-gov-west-1.amazonaws.com');
  expect(await hostOf('cn-north-1')).toBe('sts.cn-north-1.amazonaws.com.cn');
});

test('what the cluster refuses is said with what its Role lacks', async () => {
  expect(await failure({}, 'wrong')).toBe('Kubernetes answered 401 when asked to apply the Secret: Unauthorized: does the cluster know the token, or the publisher\'s role by an access entry?');
  expect(await failure({ namespace: 'none' })).toBe('Kubernetes answered 404 when asked to apply the Secret: namespaces "none" not found: is there a namespace none?');
  cluster.verbs = ['get', 'patch'];
  expect(await failure()).toBe('Kubernetes answered 403 when asked to apply the Secret: secrets "ecr" is forbidden: User "publisher" cannot create resource "secrets" in the namespace "ci": its Role needs the verbs get, patch and delete on the Secret ecr, and create on the Secrets of ci to make it');
  cluster.namespaces.get('ci')!.set('ecr', { metadata: { name: 'ecr', uid: 'u' }, type: 'Opaque', data: {} });
  expect(await failure()).toMatch(/^Kubernetes answered 422 .*field is immutable: a Secret ecr of another type is there, and the type cannot be changed: choose another name, or delete it$/);
  cluster.faults.push({ status: 429, headers: { 'retry-after': '1' } });
  expect(await failureOf(kubernetesSecret, target(), given())).toMatchObject({ name: 'RateLimitedError', retryAt: NOW + 1000 });
});

describe('a Secret that is removed', () => {
  test('is emptied or deleted, and need not be there', async () => {
    await kubernetesSecret.remove(target(), 'delete', given());
    await kubernetesSecret.publish(target(), payload(), given());
    await kubernetesSecret.remove(target(), 'blank', given());
    expect(Buffer.from(secret().data['.dockerconfigjson'], 'base64').toString()).toBe('{"auths":{}}');
    await kubernetesSecret.remove(target(), 'delete', given());
    expect(secret()).toBeUndefined();
  });

  test.each([
    [{ type: 'Opaque', metadata: { name: 'ecr', uid: 'u', ...MINE } }],
    [{ type: 'kubernetes.io/dockerconfigjson', metadata: { name: 'ecr', uid: 'u' } }],
  ])('stays if it is somebody else\'s: %j', async (theirs) => {
    cluster.namespaces.get('ci')!.set('ecr', { ...theirs, data: {} });
    for (const how of ['blank', 'delete'] as const) await expect(kubernetesSecret.remove(target(), how, given())).rejects.toThrow('so it is somebody else\'s and stays');
    expect(secret()).toMatchObject(theirs);
  });
});
