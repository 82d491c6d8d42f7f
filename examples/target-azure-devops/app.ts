import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { AzureDevopsAuth, EcrCi, Target } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetAzureDevopsExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    Target.azureDevopsServiceConnection({
      organization: 'myorg',
      project: 'myapp',
      connectionId: '0a1b2c3d-0000-1111-2222-333344445555',
      auth: AzureDevopsAuth.servicePrincipal({
        tenantId: '11111111-2222-3333-4444-555555555555',
        clientId: '66666666-7777-8888-9999-000000000000',
        clientSecret: secretsmanager.Secret.fromSecretNameV2(stack, 'AzureDevops', 'azure-devops'),
      }),
    }),
  ],
});
