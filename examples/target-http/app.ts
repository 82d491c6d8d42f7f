import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { EcrCi, HttpBody, HttpSecret, HttpTargetMethod, Target } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetHttpExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    // Woodpecker's registry of a repository
    Target.http({
      method: HttpTargetMethod.PATCH,
      url: 'https://woodpecker.example.com/api/repos/42/registries/{{host}}',
      headers: { authorization: 'Bearer {{secret:token}}' },
      body: HttpBody.json({ username: '{{username}}', password: '{{password}}' }),
      secrets: { token: HttpSecret.of(secretsmanager.Secret.fromSecretNameV2(stack, 'Woodpecker', 'woodpecker-token')) },
    }),
  ],
});
