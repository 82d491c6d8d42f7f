import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { EcrCi, GithubAuth, Target } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetGithubExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    Target.githubSecret({
      organization: 'my-org',
      auth: GithubAuth.app({
        clientId: 'Iv23liABCDEFGHIJKLMN',
        privateKey: secretsmanager.Secret.fromSecretNameV2(stack, 'GithubApp', 'github-app'),
      }),
    }),
  ],
});
