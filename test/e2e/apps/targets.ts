import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { CiRepository, DockerCredentials, Target, TargetRemoval } from 'cdk-ecr-ci';

// Targets at a server of the test, with tokens that the test has put into secrets.
const { GITLAB_URL, GITLAB_CA, PROJECTS = '', REMOVAL = 'LEAVE' } = process.env;
const stack = new Stack(new App(), 'Targets');
const repository = new CiRepository(stack, 'App', { repositoryName: 'myuser/myapp', removalPolicy: RemovalPolicy.DESTROY });
const token = secretsmanager.Secret.fromSecretNameV2(stack, 'Token', 'gitlab-token');
const credentials = new DockerCredentials(stack, 'Credentials', {
  secretName: 'dockercfg',
  targets: PROJECTS.split(',').filter(Boolean).map((project) => Target.gitlabVariable({
    project,
    token,
    url: GITLAB_URL,
    certificateAuthority: GITLAB_CA,
    removal: TargetRemoval[REMOVAL as keyof typeof TargetRemoval],
  })),
});
repository.grantPullPush(credentials);
