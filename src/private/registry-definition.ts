import type * as kms from 'aws-cdk-lib/aws-kms';
import type { RegistryRequest } from './contract';

/** A right that the refresher's role needs. */
export interface NeededRight {
  readonly actions: string[];
  readonly resource: string;
}

/** What a registry means to the credentials that have an entry for it. */
export interface RegistryDefinition {
  /** What the refresher is asked to do. */
  readonly request: RegistryRequest;
  /** What no other registry may be. */
  readonly identity: string;
  /** Whether the region is one that aws-cdk-lib does not know. */
  readonly isUnknownRegion: boolean;
  /** What the refresher's role has to be allowed. */
  readonly right: NeededRight;
  /** The key of the secret that has the login, if it is a customer's. */
  readonly key?: kms.IKey;
}
