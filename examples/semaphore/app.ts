import { App, Stack } from 'aws-cdk-lib';
import { CiIdentity, DockerAccess, EcrCi, OidcTrust, SemaphoreSubject } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'SemaphoreExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  identity: CiIdentity.role({
    roleName: 'myapp-semaphore',
    trust: OidcTrust.semaphore({
      organization: 'myorg',
      projectId: '66666666-7777-8888-9999-000000000000',
      repository: 'myapp',
      subjects: [SemaphoreSubject.branch('main')],
    }),
  }),
  credentials: DockerAccess.NONE, // each run gets a password of its own
});
