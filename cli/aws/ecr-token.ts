import { ECRClient, GetAuthorizationTokenCommand, type AuthorizationData } from '@aws-sdk/client-ecr';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { clientConfig, type AwsOptions } from './config';
import { explain } from './errors';
import { loginOf, type Login } from '../secret/dockercfg';
import { CliError } from '../shared/exit';
import { hostOf } from '../shared/host';

/** A token straight from ECR. */
export interface EcrToken extends Login {
  /** `base64(user:password)`. */
  readonly auth: string;
  readonly host: string;
  /** Milliseconds since the epoch; undefined if ECR does not say. */
  readonly expiresAt?: number;
}

/** Who asks ECR. */
export interface EcrOptions extends AwsOptions {
  /** @default - the SDK's chain */
  readonly credentials?: AwsCredentialIdentity;
}

/**
 * Asks ECR for tokens, with the rights of whoever asks.
 *
 * @param registryIds accounts; undefined for the one of the identity
 * @throws CliError if it gives none that can be used
 */
export async function ecrTokens(options: EcrOptions, env: NodeJS.ProcessEnv, registryIds?: string[]): Promise<EcrToken[]> {
  const { credentials } = options;
  const client = new ECRClient({ ...clientConfig(options, env), ...(credentials ? { credentials } : {}) });
  try {
    const answer = await client.send(new GetAuthorizationTokenCommand(registryIds ? { registryIds } : {}));
    const tokens = (answer.authorizationData ?? []).map(tokenOf);
    if (tokens.length === 0) throw new CliError('ECR gave no token: try again');
    return tokens;
  } catch (error) {
    throw explain(error, { what: 'ECR gave no token', action: 'ecr:GetAuthorizationToken' });
  }
}

function tokenOf({ authorizationToken: auth = '', expiresAt, proxyEndpoint = '' }: AuthorizationData): EcrToken {
  const login = loginOf(auth);
  const host = hostOf(proxyEndpoint);
  if (!login || host === '') throw new CliError('ECR gave a token without a password or a host: try again');
  return { ...login, auth, host, expiresAt: expiresAt?.getTime() };
}
