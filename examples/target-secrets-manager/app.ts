import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { EcrCi, Target } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetSecretsManagerExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    Target.secretsManager({
      secretId: 'ci/dockercfg',
      region: 'us-east-2',
      assumeRole: iam.Role.fromRoleArn(stack, 'Writer', 'arn:aws:iam::444455556666:role/dockercfg-writer'),
    }),
  ],
});
