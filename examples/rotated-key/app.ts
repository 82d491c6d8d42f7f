import { App, Duration, Stack } from 'aws-cdk-lib';
import { CiIdentity, DockerAccess, EcrCi } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'RotatedKeyExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  // Two weeks to give the CI the new key, while the old one still works.
  identity: CiIdentity.user({ keyRotation: Duration.days(90), keyGrace: Duration.days(14) }),
  credentials: DockerAccess.NONE, // each run gets a password of its own
});
