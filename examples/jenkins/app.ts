import { App, Stack } from 'aws-cdk-lib';
import { CiIdentity, DockerAccess, EcrCi, JenkinsSubject, OidcTrust } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'JenkinsExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  identity: CiIdentity.role({
    roleName: 'myapp-jenkins',
    trust: OidcTrust.jenkins({
      url: 'https://jenkins.example.com',
      subjects: [JenkinsSubject.branch('myapp', 'main')],
    }),
  }),
  credentials: DockerAccess.NONE, // each run gets a password of its own
});
