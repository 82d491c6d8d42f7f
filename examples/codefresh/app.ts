import { App, Stack } from 'aws-cdk-lib';
import { CiIdentity, CodefreshSubject, DockerAccess, EcrCi, OidcTrust } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'CodefreshExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  identity: CiIdentity.role({
    roleName: 'myapp-codefresh',
    trust: OidcTrust.codefresh({
      accountId: '5f30ebd30312313ae7f17948',
      pipelineId: '64de5cd47626b3ca134e760a',
      subjects: [CodefreshSubject.push('https://github.com/myuser/myapp', 'main')],
    }),
  }),
  credentials: DockerAccess.NONE, // each run gets a password of its own
});
