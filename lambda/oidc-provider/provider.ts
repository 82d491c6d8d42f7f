import type { ProviderEvent, Result } from './event';
import type { IamProviders } from './iam-providers';
import { whyInUse } from './in-use';
import { OIDC_PROVIDER_ARN, OidcMakerTag } from '../../src/private/contract';
import type { Clock } from '../shared/patience';

const NOT_OURS: Result = { kept: 'it was not made by this resource, or is gone' };

/** Makes the provider if there is none; one that is there is left as it is. */
export async function ensureProvider(event: ProviderEvent, iam: IamProviders): Promise<Result> {
  const { issuer, providerArn } = event.ResourceProperties;
  if (!await iam.find(providerArn)) await iam.make(issuer, makerTags(event));
  return { physicalResourceId: providerArn, data: { [OIDC_PROVIDER_ARN]: providerArn } };
}

/**
 * Deletes the provider if this resource made it and nobody uses it.
 *
 * Its tags say who made it: they came with it in one step, so neither a retry nor a provider that was deleted and made
 * again by somebody else can be mistaken.
 */
export async function releaseProvider(event: ProviderEvent, iam: IamProviders, clock: Clock): Promise<Result> {
  const { providerArn } = event.ResourceProperties;
  const findOurs = async () => {
    const provider = await iam.find(providerArn);
    return provider && Object.entries(makerTags(event)).every(([key, value]) => provider.tags.get(key) === value) ? provider : undefined;
  };
  if (!await findOurs()) return NOT_OURS;
  const use = await whyInUse(iam, clock, providerArn);
  if (use) return { kept: use };
  // Looked up again, because that took a while. The resource's own audiences are gone: what is left was added by others.
  const provider = await findOurs();
  if (!provider) return NOT_OURS;
  if (provider.audiences.length > 0) return { kept: `it has the audiences ${provider.audiences.join(', ')}` };
  await iam.remove(providerArn);
  return {};
}

function makerTags({ StackId, LogicalResourceId }: ProviderEvent): Record<OidcMakerTag, string> {
  return { [OidcMakerTag.STACK]: StackId, [OidcMakerTag.LOGICAL_ID]: LogicalResourceId };
}
