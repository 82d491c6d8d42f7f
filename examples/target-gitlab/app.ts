import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { EcrCi, Target } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetGitlabExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    Target.gitlabVariable({
      group: 'mygroup',
      token: secretsmanager.Secret.fromSecretNameV2(stack, 'GitlabToken', 'gitlab-token'),
    }),
  ],
});
