import type { IamProviders } from './iam-providers';
import { mayUse } from './trust';
import { OIDC_RELEASE_PATIENCE_SECONDS } from '../../src/private/contract';
import { patiently, type Clock } from '../shared/patience';

/**
 * Why a provider, or its audience, is in use: the roles of the account that trust it. Undefined if none does.
 *
 * IAM may list a role a while after it was deleted, such as those of the same stack: it is asked again before it is
 * believed.
 */
export async function whyInUse(iam: IamProviders, clock: Clock, providerArn: string, audience?: string): Promise<string | undefined> {
  const users = await patiently(
    async () => (await iam.roles()).filter(({ trustPolicy }) => mayUse(trustPolicy, providerArn, audience)),
    { seconds: OIDC_RELEASE_PATIENCE_SECONDS, mendsError: () => false, mendsResult: (roles) => roles.length > 0 },
    clock,
  );
  return users.length > 0 ? `it is trusted by ${users.map(({ arn }) => arn).join(', ')}` : undefined;
}
