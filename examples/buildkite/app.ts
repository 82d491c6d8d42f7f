import { App, Stack } from 'aws-cdk-lib';
import { BuildkiteSubject, CiIdentity, DockerAccess, EcrCi, OidcTrust } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'BuildkiteExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  identity: CiIdentity.role({
    roleName: 'myapp-buildkite',
    trust: OidcTrust.buildkite({
      organization: 'myorg',
      pipeline: 'myapp',
      subjects: [BuildkiteSubject.branch('main', { stepKey: 'push-image' })],
    }),
  }),
  credentials: DockerAccess.NONE, // each run gets a password of its own
});
