import { GetAuthorizationTokenCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { BadTokenError } from './errors';
import type { RegistryRequest } from '../../src/private/contract';

/** A token as ECR gave it, checked. */
export interface EcrToken {
  /** `base64(AWS:password)`, as a dockercfg holds it. */
  readonly auth: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Asks ECR for a token and checks it strictly.
 *
 * @param client of the registry's region
 * @param registry the hosts that the token is for
 * @param now milliseconds since the epoch
 * @param abortSignal ends the call
 * @throws BadTokenError if the answer must not be published
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
 */
export async function getToken(client: ECRClient, registry: RegistryRequest, now: () => number, abortSignal: AbortSignal): Promise<EcrToken> {
  const answer = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal });
  const [data, ...more] = answer.authorizationData ?? [];
  if (!data || more.length > 0) throw new BadTokenError(`ECR answered with ${more.length + (data ? 1 : 0)} tokens instead of 1`);

  const auth = data.authorizationToken ?? '';
  const [user, ...password] = Buffer.from(auth, 'base64').toString('utf8').split(':');
  if (user !== 'AWS') throw new BadTokenError('ECR\'s token is not for the user AWS');
  if (password.join(':') === '') throw new BadTokenError('ECR\'s token has an empty password');

  const expiresAt = data.expiresAt?.getTime() ?? NaN;
  if (Number.isNaN(expiresAt)) throw new BadTokenError('ECR\'s token says no time of expiry');
  if (expiresAt <= now()) throw new BadTokenError(`ECR's token expired at ${new Date(expiresAt).toISOString()}`);

  const host = (data.proxyEndpoint ?? '').replace(/^https:\/\//, '');
  if (!registry.hosts.includes(host)) throw new BadTokenError(`ECR's token is for the host '${host}'`);
  return { auth, expiresAt };
}
