import { Lazy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bench } from './fixtures';
import * as lib from '../../src';

let bench: Bench;
beforeEach(() => { bench = new Bench(); });

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const ENDPOINT = 'https://kubernetes.example.com:6443';
const any = (options: Partial<lib.BearerTokenClusterOptions> = {}) =>
  lib.KubernetesCluster.bearerToken({ endpoint: ENDPOINT, token: bench.token, ...options });
const eks = (options: Partial<lib.EksClusterOptions> = {}) =>
  lib.KubernetesCluster.eks({ clusterName: 'my-cluster', endpoint: ENDPOINT, certificateAuthorityData: 'QQ==', ...options });
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
  expect(bench.bind(secret({ cluster: eks({ region: 'us-east-2' }) })).settings).toEqual({ clusterName: 'my-cluster', certificateAuthorityData: 'QQ==', region: 'us-east-2' });
  expect(bench.bind(secret({ cluster: eks() })).settings).toEqual({ clusterName: 'my-cluster', certificateAuthorityData: 'QQ==' });
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

test('values that only the deploy knows are taken', () => {
  const late = Lazy.string({ produce: () => 'known later' });
  const cluster = eks({ clusterName: late, endpoint: late, certificateAuthorityData: late });
  expect(bench.problems(secret({ cluster, namespace: late, secretName: late }))).toEqual([]);
});

test('refuses what is none', () => {
  const cluster = any({ endpoint: 'http://kubernetes.example.com', certificateAuthority: 'x', tokenKey: '' });
  expect(bench.problems(secret({ cluster, namespace: 'CI', secretName: 'a_b', value: lib.TargetValue.password('A') }))).toEqual([
    expect.stringMatching(/^'targets\[0\]\.cluster\.tokenKey' must be a key/),
    expect.stringMatching(/^'targets\[0\]\.cluster\.endpoint' must be a URL that begins with https/),
    expect.stringMatching(/^'targets\[0\]\.cluster\.certificateAuthority' must be/),
    expect.stringMatching(/^'targets\[0\]\.namespace' must be the name of a namespace/),
    expect.stringMatching(/^'targets\[0\]\.secretName' must be the name of a Secret/),
    expect.stringMatching(/^'targets\[0\]\.value' must be a config\.json, got: 'password'/),
    expect.stringMatching(/value\.hosts\[0\]'/),
  ]);
  expect(bench.problems(secret({ cluster: eks({ clusterName: '-', accessGroups: [] }) }))).toEqual([
    expect.stringMatching(/^'targets\[0\]\.cluster\.clusterName' must be the name of an EKS cluster/),
    expect.stringMatching(/^'targets\[0\]\.cluster\.accessGroups' must be at least one group/),
  ]);
});
