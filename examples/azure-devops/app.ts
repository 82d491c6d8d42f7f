import { App, Stack } from 'aws-cdk-lib';
import { AzureDevOpsSubject, CiIdentity, DockerAccess, EcrCi, OidcTrust } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'AzureDevOpsExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  identity: CiIdentity.role({
    roleName: 'myapp-azure-devops',
    trust: OidcTrust.azureDevOps({
      organization: 'myorg',
      organizationId: '11111111-2222-3333-4444-555555555555',
      project: 'myapp',
      subjects: [AzureDevOpsSubject.serviceConnection('aws-push')],
    }),
  }),
  credentials: DockerAccess.NONE, // each run gets a password of its own
});
