import { App, Stack } from 'aws-cdk-lib';
import { CiIdentity, DockerAccess, EcrCi, GitlabSubject, OidcTrust } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'GitlabCiExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  identity: CiIdentity.role({
    roleName: 'myapp-gitlab-ci',
    trust: OidcTrust.gitlab({
      project: 'mygroup/myapp',
      subjects: [GitlabSubject.branch('main'), GitlabSubject.tag('v*')],
    }),
  }),
  credentials: DockerAccess.NONE, // each run gets a password of its own
});
