// What one writes without this package: the SDK as it is installed, a token, and a secret that is overwritten with it.
const { ECRClient, GetAuthorizationTokenCommand } = require('@aws-sdk/client-ecr');
const { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } = require('@aws-sdk/client-secrets-manager');

const ecr = new ECRClient();
const secretsManager = new SecretsManagerClient();

exports.handler = async ({ readFirst }) => {
  const secret = { SecretId: process.env.SECRET_ARN };
  if (readFirst) await secretsManager.send(new GetSecretValueCommand(secret));
  const { authorizationData: [{ authorizationToken, proxyEndpoint }] } = await ecr.send(new GetAuthorizationTokenCommand());
  const host = proxyEndpoint.replace('https://', '');
  const dockercfg = JSON.stringify({ auths: { [host]: { auth: authorizationToken } } });
  await secretsManager.send(new PutSecretValueCommand({ ...secret, SecretString: dockercfg }));
};
