import { randomUUID } from 'node:crypto';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { CONFIGURATION, PublishClients } from './clients';
import { readDockercfg } from './dockercfg-source';
import { createHandler } from './handler';
import { https } from './http';
import { Pace } from './pace';
import { PublishQueue } from './queue';
import { TargetStore } from './target-store';
import { TokenSecrets } from './token-secrets';
import { VENDORS } from './vendors';
import type { SecretFormat } from '../../src/private/contract';
import { PublishEnvironment } from '../../src/private/target-contract';
import { requireEnvironment } from '../shared/environment';
import { writeToStdout } from '../shared/log';
import { respond } from '../shared/respond';

// Kept between the invocations of a warm Lambda.
const dynamoDb = new DynamoDBClient({ ...CONFIGURATION, maxAttempts: 5 });
const sqs = new SQSClient({ ...CONFIGURATION, maxAttempts: 5 });
const aws = new PublishClients();
const secrets = new TokenSecrets(aws, Date.now);
const clock = { now: Date.now, sleep: (milliseconds: number) => sleepFor(milliseconds) };

const variable = (name: PublishEnvironment): string => requireEnvironment(process.env, name);

export const handler = createHandler({
  batchPorts: () => {
    const secretArn = variable(PublishEnvironment.SECRET_ARN);
    const format = variable(PublishEnvironment.SECRET_FORMAT) as SecretFormat;
    const table = variable(PublishEnvironment.TABLE_NAME);
    return {
      ...clock,
      store: new TargetStore(dynamoDb, table),
      pace: new Pace(dynamoDb, table, clock),
      queue: new PublishQueue(sqs, variable(PublishEnvironment.QUEUE_URL), Date.now),
      vendors: VENDORS,
      vendorPorts: { http: https, secret: (ref) => secrets.read(ref), aws, dockercfgArn: secretArn, now: Date.now },
      dockercfg: () => readDockercfg(aws.secretsManager(), secretArn, format),
      newOwner: randomUUID,
    };
  },
  respond,
  write: writeToStdout,
});
