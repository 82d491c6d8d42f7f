import { App, Duration, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as lib from '../src';

/** Every finding of cdk-nag that is left, and why it is. Users meet the same: docs/permissions.md tells them. */
const REASONS: Record<string, string> = {
  'AwsSolutions-IAM5[Resource::*] Ci/Credentials/Role/DefaultPolicy': 'ecr:GetAuthorizationToken can only be allowed on the resource *',
  'AwsSolutions-IAM5[Resource::*] Ci/User/DefaultPolicy': 'ecr:GetAuthorizationToken can only be allowed on the resource *',
  'AwsSolutions-IAM5[Resource::<CiCredentialsFunction.Arn>:*] SchedulerRoleForTarget/DefaultPolicy': 'aws-cdk-lib lets a schedule invoke the function and its versions',
  'AwsSolutions-SMG4 Ci/Credentials/Secret': 'the refresher renews the value every three hours; Secrets Manager\'s own rotation is not used for it',
  'AwsSolutions-SMG4 Ci/User/AccessKeySecret': 'the access key is not rotated unless \'keyRotation\' is given; prefer an identity without a key where the CI can have one',
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

test('a rotated key leaves nothing to say of its secret', () => {
  const stack = new Stack(new App(), 'Stack');
  new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], identity: lib.CiIdentity.user({ keyRotation: Duration.days(30) }) });
  const { 'AwsSolutions-SMG4 Ci/User/AccessKeySecret': _notRotated, ...reasons } = REASONS;
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
