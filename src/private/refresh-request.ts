import type * as kms from 'aws-cdk-lib/aws-kms';
import type { EcrRequest, RefreshRequest, RegistryRequest, SecretFormat } from './contract';

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

/** What the schedule and the deploy send: the registries of a region that one principal asks for are one entry. */
export function refreshRequest(registries: RegistryDefinition[], urlSuffix: string, format: SecretFormat): RefreshRequest {
  const merged = new Map<string, RegistryRequest>();
  registries.forEach(({ request }, index) => {
    const key = request.kind === 'ecr' ? JSON.stringify([request.region, request.roleArn, request.hosts]) : String(index);
    const same = merged.get(key) as EcrRequest | undefined;
    merged.set(key, same ? { ...same, accounts: [...same.accounts, ...(request as EcrRequest).accounts] } : request);
  });
  return { registries: [...merged.values()], urlSuffix, ...format === 'config.json' ? {} : { format } };
}
