import { setTimeout as sleep } from 'node:timers/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { createHandler } from './handler';
import { IamProviders } from './iam-providers';
import { writeToStdout } from '../shared/log';
import { respond } from '../shared/respond';

export const handler = createHandler({
  iam: new IamProviders(new IAMClient({ maxAttempts: 5, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 } })),
  now: Date.now,
  sleep: (milliseconds) => sleep(milliseconds),
  respond,
  write: writeToStdout,
});
