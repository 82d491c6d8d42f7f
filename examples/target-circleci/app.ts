import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { EcrCi, Target, TargetValue } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetCircleciExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    Target.circleciContext({
      contextId: '42f1a7da-812d-4430-93d8-1cc7c33a6bcf',
      variableName: 'ECR_PASSWORD',
      value: TargetValue.password(),
      token: secretsmanager.Secret.fromSecretNameV2(stack, 'CircleciToken', 'circleci-token'),
    }),
  ],
});
