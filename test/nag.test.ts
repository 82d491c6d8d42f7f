import { App, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as lib from '../src';
import { NAG_FINDINGS } from './docs/nag-findings';

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

test('it does find what has no reason', () => {
  const stack = new Stack(new App(), 'Stack');
  new kms.Key(stack, 'Key', { enableKeyRotation: false });
  expect(findings(stack)).toEqual(['AwsSolutions-KMS5 Key']);
});
