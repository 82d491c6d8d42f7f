import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as lib from '../src';

/** Every finding of cdk-nag that is left, and why it is. Users meet the same: docs/permissions.md tells them. */
const REASONS: Record<string, string> = {
  'AwsSolutions-IAM5[Resource::*] Ci/Credentials/Role/DefaultPolicy': 'ecr:GetAuthorizationToken can only be allowed on the resource *',
  'AwsSolutions-IAM5[Resource::*] Ci/User/DefaultPolicy': 'ecr:GetAuthorizationToken can only be allowed on the resource *',
  'AwsSolutions-IAM5[Resource::<CiCredentialsFunction.Arn>:*] SchedulerRoleForTarget/DefaultPolicy': 'aws-cdk-lib lets a schedule invoke the function and its versions',
  'AwsSolutions-SMG4 Ci/Credentials/Secret': 'the refresher renews the value every three hours; Secrets Manager\'s own rotation is not used for it',
  'AwsSolutions-SMG4 Ci/User/AccessKeySecret': 'the access key is not rotated; prefer an identity without a key where the CI can have one',
};

function findings(stack: Stack): string[] {
  const report = new AwsSolutionsChecks(stack.node.root).validateScope(stack);
  return report.violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => {
    const path = constructPath!.replace(/^Stack\//, '').replace(/\/Resource$/, '').replace(/(SchedulerRoleForTarget)-[0-9a-f]+/, '$1');
    return `${ruleName.replace(/[0-9A-F]{8}\.Arn/, '.Arn')} ${path}`;
  }));
}

test('cdk-nag AwsSolutions finds nothing that has no reason', () => {
  const stack = new Stack(new App(), 'Stack');
  new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'] });
  expect([...new Set(findings(stack))].sort()).toEqual(Object.keys(REASONS).sort());
});

test('nor with a key and every right', () => {
  const stack = new Stack(new App(), 'Stack');
  new lib.EcrCi(stack, 'Ci', {
    repositoryNames: ['myuser/myapp'], credentials: lib.DockerAccess.PULL_PUSH, encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
  });
  expect([...new Set(findings(stack))].sort()).toEqual(Object.keys(REASONS).sort());
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

test('nor with a role in the place of the user', () => {
  const stack = new Stack(new App(), 'Stack');
  const trust = lib.OidcTrust.github({ owner: 'myuser', repository: 'myapp', subjects: [lib.GithubSubject.branch('main')] });
  new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], identity: lib.CiIdentity.role({ trust }) });
  const expected = Object.keys(REASONS).filter((finding) => !finding.endsWith('AccessKeySecret')).map((finding) => finding.replace('Ci/User/', 'Ci/Role/'));
  expect([...new Set(findings(stack))].sort()).toEqual(expected.sort());
});

test('it does find what has no reason', () => {
  const stack = new Stack(new App(), 'Stack');
  new kms.Key(stack, 'Key', { enableKeyRotation: false });
  expect(findings(stack)).toEqual(['AwsSolutions-KMS5 Key']);
});
