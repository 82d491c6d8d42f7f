import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { EcrCi, Target } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetFunctionExample');

// Brings the dockercfg to where nothing else does. The event says which secret holds it.
const bring = new lambda.Function(stack, 'Bring', {
  runtime: lambda.Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: lambda.Code.fromInline(`
    const { SecretsManagerClient, GetSecretValueCommand } = require('@aws-sdk/client-secrets-manager');
    exports.handler = async ({ action, secretArn }) => {
      if (action !== 'publish') return;
      const { SecretString } = await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: secretArn }));
      // Send it where it has to be.
      if (!JSON.parse(SecretString).auths) throw new Error('it is no dockercfg');
    };
  `),
});

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    Target.function(bring),
  ],
});
