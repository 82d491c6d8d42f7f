import { ProviderMissingError } from './errors';
import type { AudienceEvent, Result } from './event';
import type { IamProviders, Provider } from './iam-providers';
import { whyInUse } from './in-use';
import { OIDC_PROVIDER_ARN, type OidcAudienceProperties } from '../../src/private/contract';
import type { Clock } from '../shared/patience';

const NOT_OURS: Result = { kept: 'it was not added by this resource, or is gone' };

/**
 * Adds the audience unless the provider has it.
 *
 * The physical id keeps which it was, because nothing in IAM says who added an audience. A retry of a call that added
 * one but could not answer finds it there: then it is kept at the end, although it could go.
 */
export async function ensureAudience(event: AudienceEvent, iam: IamProviders): Promise<Result> {
  const { providerArn, audience } = event.ResourceProperties;
  const provider = await iam.find(providerArn);
  if (!provider) throw new ProviderMissingError(`the account has no OIDC provider ${providerArn}`);

  const added = addedId(event.ResourceProperties, provider);
  const data = { [OIDC_PROVIDER_ARN]: providerArn };
  if (provider.audiences.includes(audience)) {
    return { physicalResourceId: physicalId(event) === added ? added : `${providerArn}|${audience}|found`, data };
  }
  await iam.addAudience(providerArn, audience);
  return { physicalResourceId: added, data };
}

/** Removes the audience if this resource added it, to the provider that is still there, and nobody uses it. */
export async function releaseAudience(event: AudienceEvent, iam: IamProviders, clock: Clock): Promise<Result> {
  const { providerArn, audience } = event.ResourceProperties;
  const isOurs = async () => {
    const provider = await iam.find(providerArn);
    return provider !== undefined && physicalId(event) === addedId(event.ResourceProperties, provider);
  };
  if (!await isOurs()) return NOT_OURS;
  const use = await whyInUse(iam, clock, providerArn, audience);
  if (use) return { kept: use };
  if (!await isOurs()) return NOT_OURS; // looked up again, because that took a while
  await iam.removeAudience(providerArn, audience);
  return {};
}

/** The physical id of an audience that was added here: not the same after the provider was deleted and made again. */
function addedId({ providerArn, audience }: OidcAudienceProperties, provider: Provider): string {
  return `${providerArn}|${audience}|added|${provider.madeAt}`;
}

function physicalId(event: AudienceEvent): string | undefined {
  return event.RequestType === 'Create' ? undefined : event.PhysicalResourceId;
}
