import { App, Stack } from 'aws-cdk-lib';
import { BitbucketSubject, CiIdentity, DockerAccess, EcrCi, OidcTrust } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'BitbucketPipelinesExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  identity: CiIdentity.role({
    roleName: 'myapp-bitbucket-pipelines',
    trust: OidcTrust.bitbucket({
      workspace: 'myuser',
      workspaceUuid: '11111111-2222-3333-4444-555555555555',
      repositoryUuid: '{aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee}',
      subjects: [BitbucketSubject.environment('{abababab-cdcd-efef-abab-cdcdcdcdcdcd}')],
    }),
  }),
  credentials: DockerAccess.NONE, // each run gets a password of its own
});
