import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { EcrCi, Target } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetHttpExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    Target.http({
      request: {
        method: 'PATCH',
        url: 'https://ci.example.com/api/repos/1/registries/111122223333.dkr.ecr.eu-west-1.amazonaws.com',
        headers: { Authorization: 'Bearer {{secret:token}}' },
        body: { username: '{{username}}', password: '{{password}}' },
      },
      secrets: { token: { secret: secretsmanager.Secret.fromSecretNameV2(stack, 'WoodpeckerToken', 'woodpecker-token') } },
    }),
  ],
});
