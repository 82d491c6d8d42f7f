import { App, Aws, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as eksModule from 'aws-cdk-lib/aws-eks';
import { Bench } from './fixtures';
import * as lib from '../../src';

let bench: Bench;
beforeEach(() => { bench = new Bench(); });

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const DATA = Buffer.from(PEM).toString('base64');
const ENDPOINT = 'https://kubernetes.example.com:6443';
const any = (options: Partial<lib.BearerTokenClusterOptions> = {}) =>
  lib.KubernetesCluster.bearerToken({ endpoint: ENDPOINT, token: bench.token, ...options });
const eks = (options: Partial<lib.EksClusterOptions> = {}) =>
  lib.KubernetesCluster.eks({ clusterName: 'my-cluster', endpoint: ENDPOINT, certificateAuthorityData: DATA, ...options });
const secret = (options: Partial<lib.KubernetesSecretOptions> = {}) => lib.Target.kubernetesSecret({ cluster: any(), ...options });
const token = { secretArn: { Ref: expect.stringMatching(/^Token/) } };

test('a cluster that knows a token', () => {
  expect(bench.problems(secret())).toEqual([]);
  expect(bench.bind(secret())).toEqual({
    kind: 'kubernetes-secret', where: { endpoint: ENDPOINT, namespace: 'default', secretName: 'ecr-credentials' }, settings: { token }, form: 'config.json',
  });
  const target = secret({ cluster: any({ tokenKey: 'k8s', certificateAuthority: PEM }), namespace: 'ci', secretName: 'ecr.main', removal: lib.TargetRemoval.DELETE, value: lib.TargetValue.configJson('ghcr.io') });
  expect(bench.problems(target)).toEqual([]);
  expect(bench.bind(target)).toEqual({
    kind: 'kubernetes-secret',
    where: { endpoint: ENDPOINT, namespace: 'ci', secretName: 'ecr.main' },
    settings: { token: { ...token, jsonKey: 'k8s' }, certificateAuthority: PEM },
    form: 'config.json',
    hosts: ['ghcr.io'],
    removal: 'delete',
  });
});

test('an EKS cluster that knows the publisher\'s role already', () => {
  expect(bench.problems(secret({ cluster: eks() }))).toEqual([]);
  expect(bench.bind(secret({ cluster: eks({ region: 'us-east-2' }) })).settings).toEqual({ clusterName: 'my-cluster', certificateAuthorityData: DATA, region: 'us-east-2' });
  expect(bench.bind(secret({ cluster: eks() })).settings).toEqual({ clusterName: 'my-cluster', certificateAuthorityData: DATA });
  Template.fromStack(bench.stack).resourceCountIs('AWS::EKS::AccessEntry', 0);
});

test('an EKS cluster that is told of the publisher\'s role, once for all namespaces', () => {
  bench.bind(secret({ cluster: eks({ accessGroups: ['ecr-credentials'] }) }));
  bench.bind(secret({ cluster: eks({ accessGroups: ['ecr-credentials', 'others'] }), namespace: 'ci' }));
  const [{ Properties }, ...more] = Object.values(Template.fromStack(bench.stack).findResources('AWS::EKS::AccessEntry'));
  expect(more).toEqual([]);
  expect(Properties).toEqual({
    ClusterName: 'my-cluster', KubernetesGroups: ['ecr-credentials', 'others'], PrincipalArn: { 'Fn::GetAtt': [expect.stringMatching(/^Role/), 'Arn'] }, Type: 'STANDARD',
  });
});

test('labels and annotations', () => {
  const labels = { 'app.kubernetes.io/managed-by': 'cdk-ecr-ci', 'empty': '' };
  const annotations = { 'example.com/note': 'anything: also a sentence.' };
  expect(bench.problems(secret({ labels, annotations }))).toEqual([]);
  expect(bench.bind(secret({ labels, annotations })).settings).toEqual({ token, labels, annotations });
});

describe('an EKS cluster of the app', () => {
  const imported = (change: Partial<eksModule.ClusterAttributes> = {}, stack = bench.stack) => eksModule.Cluster.fromClusterAttributes(stack, `Cluster${stack.node.children.length}`, {
    clusterName: 'my-cluster', clusterEndpoint: ENDPOINT, clusterCertificateAuthorityData: DATA, ...change,
  });

  test('is taken as it is', () => {
    const target = secret({ cluster: lib.KubernetesCluster.eksCluster(imported(), { accessGroups: ['ecr-credentials'] }) });
    expect(bench.problems(target)).toEqual([]);
    expect(bench.bind(target)).toMatchObject({ where: { endpoint: ENDPOINT }, settings: { clusterName: 'my-cluster', certificateAuthorityData: DATA } });
    expect(bench.bind(target).settings).not.toHaveProperty('region');
    Template.fromStack(bench.stack).resourceCountIs('AWS::EKS::AccessEntry', 1);
  });

  test('also in a stack of no known region', () => {
    const agnostic = new Bench({});
    const target = secret({ cluster: lib.KubernetesCluster.eksCluster(imported({}, agnostic.stack), { accessGroups: ['ecr-credentials'] }) });
    expect(agnostic.problems(target)).toEqual([]);
    const { settings } = agnostic.bind(lib.Target.kubernetesSecret({ cluster: lib.KubernetesCluster.eksCluster(imported({}, agnostic.stack)) }));
    expect(settings).toEqual({ clusterName: 'my-cluster', certificateAuthorityData: DATA });
  });

  test.each([
    [{ account: '111122223333', region: 'us-east-2' }],
    [{ account: '444455556666', region: 'eu-west-1' }],
  ])('in %j can have no access entry from here', (env) => {
    const cluster = imported({}, new Stack(bench.stack.node.root as App, 'Elsewhere', { env }));
    expect(bench.problems(secret({ cluster: lib.KubernetesCluster.eksCluster(cluster) }))).toEqual([]);
    expect(bench.problems(secret({ cluster: lib.KubernetesCluster.eksCluster(cluster, { accessGroups: ['ecr-credentials'] }) }))).toEqual([
      '\'targets[0].cluster.accessGroups\' must be left out for a cluster of another account or region than the stack\'s, got: ["ecr-credentials"]; '
      + 'make the access entry there, for \'credentials.publisher.role\'',
    ]);
  });

  test('is named as the deploy knows it', () => {
    const late = Lazy.string({ produce: () => 'us-east-2' });
    expect(bench.bind(secret({ cluster: eks({ region: late, accessGroups: ['x'] }) })).settings).toMatchObject({ region: 'us-east-2' });
    expect(bench.problems(secret({ cluster: eks({ region: Aws.REGION, accessGroups: ['x'] }) }))).toEqual([]);
  });
});

test('the access entry is made before the deploy publishes, and after the targets are registered', () => {
  const stack = new Stack(new App(), 'Whole', { env: { account: '111122223333', region: 'eu-west-1' } });
  const cluster = eks({ accessGroups: ['ecr-credentials'] });
  new lib.DockerCredentials(stack, 'Credentials', { targets: ['a', 'b'].map((namespace) => lib.Target.kubernetesSecret({ cluster, namespace })) });
  const template = Template.fromStack(stack);
  const [[entry, { Properties, DependsOn }], ...more] = Object.entries(template.findResources('AWS::EKS::AccessEntry'));
  expect(more).toEqual([]);
  expect(Properties.PrincipalArn).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^CredentialsPublisherRole/), 'Arn'] });
  expect(DependsOn).toEqual([expect.stringMatching(/^CredentialsPublisherRegistration/)]);
  template.hasResource('Custom::EcrCredentialsPublish', { DependsOn: Match.arrayWith([entry]) });
});

test('values that only the deploy knows are taken', () => {
  const late = Lazy.string({ produce: () => 'known later' });
  const cluster = eks({ clusterName: late, endpoint: late, certificateAuthorityData: late });
  expect(bench.problems(secret({ cluster, namespace: late, secretName: late }))).toEqual([]);
});

test('refuses what is none', () => {
  const cluster = any({ endpoint: 'http://kubernetes.example.com', certificateAuthority: 'x', tokenKey: '' });
  expect(bench.problems(secret({ cluster, namespace: 'CI', secretName: 'a_b', value: lib.TargetValue.password('A') }))).toEqual([
    expect.stringMatching(/^'targets\[0\]\.cluster\.tokenKey' must be a key/),
    expect.stringMatching(/^'targets\[0\]\.cluster\.certificateAuthority' must be/),
    expect.stringMatching(/^'targets\[0\]\.cluster\.endpoint' must be a URL that begins with https/),
    expect.stringMatching(/^'targets\[0\]\.namespace' must be the name of a namespace/),
    expect.stringMatching(/^'targets\[0\]\.secretName' must be the name of a Secret/),
    expect.stringMatching(/^'targets\[0\]\.value' must be a config\.json, got: 'password'/),
    expect.stringMatching(/value\.hosts\[0\]'/),
  ]);
  expect(bench.problems(secret({ cluster: eks({ clusterName: '-', accessGroups: [], certificateAuthorityData: PEM, region: 'Ireland' }) }))).toEqual([
    expect.stringMatching(/^'targets\[0\]\.cluster\.clusterName' must be the name of an EKS cluster/),
    expect.stringMatching(/^'targets\[0\]\.cluster\.certificateAuthorityData' must be one or more certificates in PEM, in Base64/),
    expect.stringMatching(/^'targets\[0\]\.cluster\.region' must be the name of a region/),
    expect.stringMatching(/^'targets\[0\]\.cluster\.accessGroups' must be at least one group/),
    expect.stringMatching(/^'targets\[0\]\.cluster\.accessGroups' must be left out for a cluster of another account or region/),
  ]);
  expect(bench.problems(secret({ cluster: eks({ accessGroups: ['system:masters', 'good', ''] }) }))).toEqual([
    expect.stringMatching(/^'targets\[0\]\.cluster\.accessGroups\[0\]' must be the name of a group, not beginning with system:, which EKS refuses, got: 'system:masters'/),
    expect.stringMatching(/^'targets\[0\]\.cluster\.accessGroups\[2\]'/),
  ]);
  const long = 'a'.repeat(64);
  expect(bench.problems(secret({ labels: { '-': 'x', 'a/b/c': 'x', [long]: 'x', 'ok': 'a b', 'Upper.Domain/ok': 'x' }, annotations: { ' ': 'x' } }))).toEqual([
    expect.stringMatching(/^'targets\[0\]\.labels\['-'\]' must be a key of at most 63/),
    expect.stringMatching(/labels\['a\/b\/c'\]' must be a key/),
    expect.stringMatching(/labels\['a{64}'\]' must be a key/),
    expect.stringMatching(/labels\['Upper\.Domain\/ok'\]' must be a key/),
    expect.stringMatching(/labels\['ok'\]' must be the value of a label: at most 63/),
    expect.stringMatching(/annotations\[' '\]' must be a key/),
  ]);
});
