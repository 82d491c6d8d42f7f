import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { BitbucketAuth, EcrCi, Target, TargetValue } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetBitbucketExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    Target.bitbucketVariable({
      workspace: 'myworkspace',
      repository: 'myapp',
      key: 'ECR_PASSWORD',
      value: TargetValue.password(),
      auth: BitbucketAuth.accessToken(secretsmanager.Secret.fromSecretNameV2(stack, 'BitbucketToken', 'bitbucket-token')),
    }),
  ],
});
