import * as path from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { EcrCi, Target } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetFunctionExample');

const token = secretsmanager.Secret.fromSecretNameV2(stack, 'Woodpecker', 'woodpecker-token');
const handler = new lambda.Function(stack, 'Push', {
  runtime: lambda.Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: lambda.Code.fromAsset(path.join(__dirname, 'function')),
  timeout: Duration.seconds(30),
  environment: { WOODPECKER_URL: 'https://woodpecker.example.com', REPOSITORY_ID: '42', TOKEN_SECRET_ARN: token.secretArn },
});
token.grantRead(handler);

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [Target.function({ handler })],
});
