import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { OidcResourceType, type OidcAudienceProperties, type OidcProviderProperties } from '../../src/private/contract';
import type { Outcome } from '../shared/custom-resource';

export type ProviderEvent = CloudFormationCustomResourceEvent<OidcProviderProperties>;
export type AudienceEvent = CloudFormationCustomResourceEvent<OidcAudienceProperties>;

/** Whether the event is for an audience; the others are for a provider. */
export function isForAudience(event: ProviderEvent | AudienceEvent): event is AudienceEvent {
  return event.ResourceType === OidcResourceType.AUDIENCE;
}

/** What became of a resource. */
export interface Result extends Outcome {
  /**
   * Why something was left that was to be removed.
   *
   * @default - nothing was
   */
  readonly kept?: string;
}
