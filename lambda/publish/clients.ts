import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentityProvider } from '@aws-sdk/types';

/** A call that gets no answer is given up and made again: by default the SDK only warns, and waits on. */
export const CONFIGURATION = { maxAttempts: 3, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true } };

/** A function is waited for, and not called a second time while it may still run. */
const INVOKING = { maxAttempts: 1, requestHandler: { ...CONFIGURATION.requestHandler, requestTimeout: 60_000 } };

/** Where a client of AWS is used, and as whom. */
export interface Place {
  /** @default - the publisher's own region */
  readonly region?: string;
  /** @default - the publisher's own role */
  readonly credentials?: AwsCredentialIdentityProvider;
}

/** Clients of AWS's services for targets in AWS, kept between the invocations of a warm Lambda. */
export class PublishClients {
  public readonly secretsManager = kept((place) => new SecretsManagerClient({ ...CONFIGURATION, ...place }));
  public readonly ssm = kept((place) => new SSMClient({ ...CONFIGURATION, ...place }));
  public readonly lambda = kept((place) => new LambdaClient({ ...INVOKING, ...place }));
  public readonly sts = kept((place) => new STSClient({ ...CONFIGURATION, ...place }));
}

/** Makes a client once a region, and a new one for each set of credentials. */
function kept<T>(make: (place: Place) => T): (place?: Place) => T {
  const clients = new Map<string | undefined, T>();
  return (place = {}) => {
    if (place.credentials) return make(place);
    const client = clients.get(place.region) ?? make(place);
    clients.set(place.region, client);
    return client;
  };
}
