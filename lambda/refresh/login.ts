import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Fetched } from './ecr-token';
import { BadLoginError } from './errors';
import type { LoginSource } from './plan';
import { NEVER } from '../shared/dockercfg/entry';

/**
 * Reads a registry's login from its secret.
 *
 * No error quotes what the secret holds, not even the names of its keys.
 *
 * @throws BadLoginError if the secret holds no such login
 */
export async function getLogin(client: SecretsManagerClient, source: LoginSource, abortSignal: AbortSignal): Promise<Fetched> {
  const answer = await client.send(new GetSecretValueCommand({ SecretId: source.secretArn }), { abortSignal });
  const login = parse(answer.SecretString ?? '');
  const [user, password] = [source.usernameKey, source.passwordKey].map((key) => {
    const value = Object.prototype.hasOwnProperty.call(login, key) ? login[key] : undefined;
    if (typeof value !== 'string' || value === '') throw new BadLoginError(`the registry's secret has no text for the key '${key}'`);
    return value;
  });
  if (user.includes(':')) throw new BadLoginError('the user\'s name in the registry\'s secret has a colon, which ends it in a dockercfg');
  const auth = Buffer.from(`${user}:${password}`).toString('base64');
  return { entry: { auth, expiresAt: NEVER }, attempts: answer.$metadata?.attempts };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // the parser's message quotes the secret
  }
  throw new BadLoginError('the registry\'s secret is no JSON object');
}
