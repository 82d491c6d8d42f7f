import { App, Stack } from 'aws-cdk-lib';
import { CiIdentity, DockerAccess, EcrCi, GithubSubject, OidcTrust } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'GithubActionsExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  identity: CiIdentity.role({
    roleName: 'myapp-github-actions',
    trust: OidcTrust.github({
      owner: 'myuser',
      repository: 'myapp',
      subjects: [GithubSubject.branch('main'), GithubSubject.tag('v*')],
    }),
  }),
  credentials: DockerAccess.NONE, // each run gets a password of its own
});
