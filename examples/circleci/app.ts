import { App, Stack } from 'aws-cdk-lib';
import { CiIdentity, CircleciSubject, DockerAccess, EcrCi, OidcTrust } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'CircleciExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  identity: CiIdentity.role({
    roleName: 'myapp-circleci',
    trust: OidcTrust.circleci({
      organizationId: '11111111-2222-3333-4444-555555555555',
      projectId: '66666666-7777-8888-9999-000000000000',
      subjects: [CircleciSubject.branch('github.com/myuser/myapp', 'main')],
    }),
  }),
  credentials: DockerAccess.NONE, // each run gets a password of its own
});
