import { setTimeout as sleep } from 'node:timers/promises';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createHandler } from './handler';
import { SecretStore } from './secret-store';
import { RefreshEnvironment } from '../../src/private/contract';
import { requireEnvironment } from '../shared/environment';
import { writeToStdout } from '../shared/log';
import { respond } from '../shared/respond';

// Kept between the invocations of a warm Lambda.
const sdk = { maxAttempts: 5, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 } };
const secretsManager = new SecretsManagerClient(sdk);
const ecrClients = new Map<string, ECRClient>();

function ecr(region: string): ECRClient {
  const client = ecrClients.get(region) ?? new ECRClient({ ...sdk, region });
  ecrClients.set(region, client);
  return client;
}

export const handler = createHandler({
  refreshPorts: () => ({
    ecr,
    store: new SecretStore(secretsManager, requireEnvironment(process.env, RefreshEnvironment.SECRET_ARN)),
    now: Date.now,
  }),
  now: Date.now,
  sleep: (milliseconds) => sleep(milliseconds),
  respond,
  write: writeToStdout,
});
