import { setTimeout as sleep } from 'node:timers/promises';
import { Clients } from './clients';
import { createHandler } from './handler';
import { SecretStore } from './secret-store';
import { RefreshEnvironment } from '../../src/private/contract';
import { requireEnvironment } from '../shared/environment';
import { writeToStdout } from '../shared/log';
import { respond } from '../shared/respond';

// Kept between the invocations of a warm Lambda.
const clients = new Clients(process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'cdk-ecr-ci');

export const handler = createHandler({
  refreshPorts: () => {
    const secretArn = requireEnvironment(process.env, RefreshEnvironment.SECRET_ARN);
    const [, partition, , , account] = secretArn.split(':');
    return {
      clients,
      store: new SecretStore(clients.secretsManager, secretArn),
      home: { partition, account },
      now: Date.now,
    };
  },
  announce: async () => {
    const queueUrl = process.env[RefreshEnvironment.TARGETS_QUEUE_URL];
    if (!queueUrl) return;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only who has targets loads that part of the SDK
    const { announce } = require('./announce') as typeof import('./announce');
    await announce(queueUrl);
  },
  now: Date.now,
  sleep: (milliseconds) => sleep(milliseconds),
  respond,
  write: writeToStdout,
});
