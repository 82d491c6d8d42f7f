import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { DockerAccess, DockerCredentials, EcrCi } from 'cdk-ecr-ci';

// What an image build needs: a repository, its build cache, a dockercfg that may push and one that may only pull.
const stack = new Stack(new App(), 'BuildCache');
const ci = new EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], buildCache: true, credentials: DockerAccess.PULL_PUSH });

const pullOnly = new DockerCredentials(stack, 'PullOnly');
for (const repository of [...ci.repositories, ...ci.buildCaches]) repository.grantPull(pullOnly);
pullOnly.grantRead(ci.user!);
new CfnOutput(stack, 'PullOnlySecretArn', { value: pullOnly.secret.secretArn });
