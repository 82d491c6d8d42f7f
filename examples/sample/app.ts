import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { DockerAccess, DockerCredentials, EcrCi } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'EcrCiSample');

// The repository, an IAM user for the CI, and a dockercfg for the build that pushes.
const ci = new EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], credentials: DockerAccess.PULL_PUSH });

// A second dockercfg, for those who only pull.
const pullOnly = new DockerCredentials(stack, 'PullOnly');
ci.repository('myuser/myapp').grantPull(pullOnly);
new CfnOutput(stack, 'PullOnlySecretArn', { value: pullOnly.secret.secretArn });
