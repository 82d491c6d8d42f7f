import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { CiRepository, CiUser } from 'cdk-ecr-ci';

// A user whose key is rotated, or not, as the test's environment says.
const stack = new Stack(new App(), 'KeyRotation');
const repository = new CiRepository(stack, 'App', { repositoryName: 'myuser/myapp', emptyOnDelete: true, removalPolicy: RemovalPolicy.DESTROY });
const user = new CiUser(stack, 'User', {
  userName: process.env.USER_NAME ?? 'ci',
  keyRotation: process.env.KEY_ROTATION === 'none' ? undefined : Duration.days(30),
});
repository.grantPullPush(user);
// Below what the construct takes, so by the escape hatch: a test cannot wait a day.
const rotate = user.keyRotationFunction?.node.defaultChild as lambda.CfnFunction | undefined;
rotate?.addPropertyOverride('Environment.Variables.GRACE_SECONDS', process.env.GRACE_SECONDS ?? '86400');
if (process.env.USER_ARN) rotate?.addPropertyOverride('Environment.Variables.USER_ARN', process.env.USER_ARN);
new CfnOutput(stack, 'SecretArn', { value: user.accessKeySecret.secretArn });
if (rotate) new CfnOutput(stack, 'FunctionName', { value: rotate.ref });
