// Changes the registry of a repository at Woodpecker, and makes it if it is not there: two requests, one more than Target.http has.
const { GetSecretValueCommand, SecretsManagerClient } = require('@aws-sdk/client-secrets-manager');

const { REPOSITORY_ID, TOKEN_SECRET_ARN, WOODPECKER_URL } = process.env;
const secrets = new SecretsManagerClient({});
const read = async (id) => (await secrets.send(new GetSecretValueCommand({ SecretId: id }))).SecretString;

exports.handler = async ({ action, secretArn, hosts }) => {
  if (action !== 'publish') return;
  const token = (await read(TOKEN_SECRET_ARN)).trim();
  const { auths } = JSON.parse(await read(secretArn));
  const ask = (method, path, body) => fetch(`${WOODPECKER_URL}/api/repos/${REPOSITORY_ID}/registries${path}`, {
    method,
    headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
  });
  for (const address of hosts) {
    const [username, ...password] = Buffer.from(auths[address].auth, 'base64').toString().split(':');
    const registry = { address, username, password: password.join(':') };
    let answer = await ask('PATCH', `/${encodeURIComponent(address)}`, registry);
    if (answer.status === 404) answer = await ask('POST', '', registry);
    // Never with the answer's body, which may have the password.
    if (!answer.ok) throw new Error(`Woodpecker answered ${answer.status} for ${address}`);
  }
};
