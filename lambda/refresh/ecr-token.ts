import { GetAuthorizationTokenCommand, type AuthorizationData, type ECRClient } from '@aws-sdk/client-ecr';
import { GetAuthorizationTokenCommand as GetPublicTokenCommand, type ECRPUBLICClient } from '@aws-sdk/client-ecr-public';
import { BadTokenError } from './errors';
import type { EcrSource } from './plan';
import type { Entry } from '../shared/dockercfg/entry';

/** What one call gave. */
export interface Fetched {
  readonly entry: Entry;
  /** How often the call was made until it succeeded. */
  readonly attempts?: number;
}

/**
 * Asks ECR for a token and checks all of the answer but whether the token is still valid.
 *
 * @param client of the registries' region, with the credentials of who asks
 * @param source what is asked for
 * @param abortSignal ends the call
 * @throws BadTokenError if the answer must not be published
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
 */
export async function getToken(client: ECRClient, source: EcrSource, abortSignal: AbortSignal): Promise<Fetched> {
  const answer = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal });
  const [data, ...more] = answer.authorizationData ?? [];
  if (!data || more.length > 0) throw new BadTokenError(`ECR answered with ${more.length + (data ? 1 : 0)} tokens instead of 1`);

  const entry = entryOf(data);
  const host = (data.proxyEndpoint ?? '').replace(/^https:\/\//, '');
  if (host !== source.endpoint) throw new BadTokenError(`ECR's token is for the host '${host}' instead of '${source.endpoint}'`);
  return { entry, attempts: answer.$metadata?.attempts };
}

/**
 * Asks ECR Public for a token and checks it in the same way; its answer names no host.
 *
 * @see https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_GetAuthorizationToken.html
 */
export async function getPublicToken(client: ECRPUBLICClient, abortSignal: AbortSignal): Promise<Fetched> {
  const answer = await client.send(new GetPublicTokenCommand({}), { abortSignal });
  if (!answer.authorizationData) throw new BadTokenError('ECR answered with 0 tokens instead of 1');
  return { entry: entryOf(answer.authorizationData), attempts: answer.$metadata?.attempts };
}

function entryOf(data: Pick<AuthorizationData, 'authorizationToken' | 'expiresAt'>): Entry {
  const auth = data.authorizationToken ?? '';
  const [user, ...password] = Buffer.from(auth, 'base64').toString('utf8').split(':');
  if (user !== 'AWS') throw new BadTokenError('ECR\'s token is not for the user AWS');
  if (password.join(':') === '') throw new BadTokenError('ECR\'s token has an empty password');

  const expiresAt = data.expiresAt?.getTime() ?? NaN;
  if (Number.isNaN(expiresAt)) throw new BadTokenError('ECR\'s token says no time of expiry');
  return { auth, expiresAt };
}
