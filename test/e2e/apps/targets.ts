import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { CiRepository, DockerCredentials, Target, TargetRemoval } from 'cdk-ecr-ci';

// Targets at a server of the test, with a token that the test has put into a secret.
const { GITLAB_URL, GITLAB_CA, TARGETS = '{}', FAIL_DEPLOY } = process.env;
const targets: Record<string, keyof typeof TargetRemoval> = JSON.parse(TARGETS);

const stack = new Stack(new App(), 'Targets');
const repository = new CiRepository(stack, 'App', { repositoryName: 'myuser/myapp', removalPolicy: RemovalPolicy.DESTROY });
const token = secretsmanager.Secret.fromSecretNameV2(stack, 'Token', 'gitlab-token');
const credentials = new DockerCredentials(stack, 'Credentials', {
  secretName: 'dockercfg',
  publishing: { failDeploy: FAIL_DEPLOY !== undefined },
  targets: Object.entries(targets).map(([project, removal]) => Target.gitlabVariable({
    project,
    token,
    url: GITLAB_URL,
    certificateAuthority: GITLAB_CA,
    removal: TargetRemoval[removal],
  })),
});
repository.grantPullPush(credentials);

new CfnOutput(stack, 'RepositoryUri', { value: repository.repositoryUri });
new CfnOutput(stack, 'RefreshFunction', { value: credentials.refreshFunction.functionName });
const { publisher } = credentials;
if (publisher) {
  // A message that fails is given up at once: its next attempts would take half an hour.
  const queue = publisher.queue.node.defaultChild as sqs.CfnQueue;
  queue.redrivePolicy = { deadLetterTargetArn: publisher.deadLetterQueue.queueArn, maxReceiveCount: 1 };
  new CfnOutput(stack, 'Queue', { value: publisher.queue.queueUrl });
  new CfnOutput(stack, 'DeadLetters', { value: publisher.deadLetterQueue.queueUrl });
  new CfnOutput(stack, 'Table', { value: publisher.table.tableName });
}
