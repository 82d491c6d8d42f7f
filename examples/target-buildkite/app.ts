import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { EcrCi, Target } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetBuildkiteExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    Target.buildkiteSecret({
      organization: 'my-org',
      clusterId: '42f1a7da-812d-4430-93d8-1cc7c33a6bcf',
      token: secretsmanager.Secret.fromSecretNameV2(stack, 'BuildkiteToken', 'buildkite-token'),
    }),
  ],
});
