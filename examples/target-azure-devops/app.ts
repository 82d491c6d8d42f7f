import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { AzureDevOpsAuth, EcrCi, Target } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetAzureDevopsExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    Target.azureDevOpsServiceConnection({
      organization: 'my-org',
      endpointId: '42f1a7da-812d-4430-93d8-1cc7c33a6bcf',
      auth: AzureDevOpsAuth.personalAccessToken(secretsmanager.Secret.fromSecretNameV2(stack, 'AzureToken', 'azure-devops-token')),
    }),
  ],
});
