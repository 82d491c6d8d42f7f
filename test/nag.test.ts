import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as lib from '../src';
import { NAG_FINDINGS, NAG_TARGET_FINDINGS } from './docs/nag-findings';

function findings(stack: Stack): string[] {
  (stack.node.root as App).synth(); // makes the user's policies
  const report = new AwsSolutionsChecks(stack.node.root).validateScope(stack);
  return report.violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => {
    const path = constructPath!.replace(/^Stack\//, '').replace(/\/Resource$/, '').replace(/(SchedulerRoleForTarget)-[0-9a-f]+/, '$1');
    return `${ruleName.replace(/[0-9A-F]{8}\.Arn/, '.Arn')} ${path}`;
  }));
}

test('cdk-nag AwsSolutions finds nothing that has no reason', () => {
  const stack = new Stack(new App(), 'Stack');
  new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'] });
  expect([...new Set(findings(stack))].sort()).toEqual(Object.keys(NAG_FINDINGS).sort());
});

test('nor with a key and every right', () => {
  const stack = new Stack(new App(), 'Stack');
  new lib.EcrCi(stack, 'Ci', {
    repositoryNames: ['myuser/myapp'], credentials: lib.DockerAccess.PULL_PUSH, encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
  });
  expect([...new Set(findings(stack))].sort()).toEqual(Object.keys(NAG_FINDINGS).sort());
});

test('nor with a role in the place of the user', () => {
  const stack = new Stack(new App(), 'Stack');
  const trust = lib.OidcTrust.github({ owner: 'myuser', repository: 'myapp', subjects: [lib.GithubSubject.branch('main')] });
  new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], identity: lib.CiIdentity.role({ trust }) });
  const expected = Object.keys(NAG_FINDINGS).filter((finding) => !finding.endsWith('AccessKeySecret')).map((finding) => finding.replace('Ci/User/', 'Ci/Role/'));
  expect([...new Set(findings(stack))].sort()).toEqual(expected.sort());
});

test('nor in providers that are adopted', () => {
  const stack = new Stack(new App(), 'Stack');
  new lib.AdoptingOidcProvider(stack, 'Github', { issuer: lib.GithubIssuer.GITHUB_COM.url, audiences: ['sts.amazonaws.com'] });
  expect(findings(stack)).toEqual([]);

  const removed = new Stack(new App(), 'Stack');
  new lib.AdoptingOidcProvider(removed, 'Gitlab', { issuer: 'https://gitlab.com', audiences: ['x'], removalPolicy: RemovalPolicy.DESTROY });
  // iam:ListRoles can only be allowed on the resource *
  expect(findings(removed)).toEqual([expect.stringMatching(/^AwsSolutions-IAM5\[Resource::\*\] Gitlab\/Issuer[0-9A-F]{8}\/Policy$/)]);
});

test('nor in what publishes to targets', () => {
  const stack = new Stack(new App(), 'Stack');
  const token = secretsmanager.Secret.fromSecretNameV2(stack, 'Token', 'token');
  new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], targets: [lib.Target.gitlabVariable({ project: '1', token })] });
  expect([...new Set(findings(stack))].sort()).toEqual(Object.keys({ ...NAG_FINDINGS, ...NAG_TARGET_FINDINGS }).sort());
});

test('a rotated key leaves nothing to say of its secret', () => {
  const stack = new Stack(new App(), 'Stack');
  new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], identity: lib.CiIdentity.user({ keyRotation: Duration.days(30) }) });
  const { 'AwsSolutions-SMG4 Ci/User/AccessKeySecret': _notRotated, ...reasons } = NAG_FINDINGS;
  expect([...new Set(findings(stack))].sort()).toEqual([
    ...Object.keys(reasons),
    'AwsSolutions-IAM5[Resource::<CiUserKeyRotationFunction.Arn>:*] SchedulerRoleForTarget/DefaultPolicy', // as the refresher's schedule
  ].sort());
});

test('it does find what has no reason', () => {
  const stack = new Stack(new App(), 'Stack');
  new kms.Key(stack, 'Key', { enableKeyRotation: false });
  expect(findings(stack)).toEqual(['AwsSolutions-KMS5 Key']);
});
