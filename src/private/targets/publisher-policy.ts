import { Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  NETWORK_INTERFACE_ACTIONS, PUBLISH_QUEUE_ACTIONS, READ_KEY_ACTION, READ_SECRET_ACTION, TARGETS_TABLE_ACTIONS, WRITE_LOG_ACTIONS,
} from '../actions';

/** What the publisher does whatever the targets are. */
export interface PublisherPolicyProps {
  readonly role: iam.IRole;
  readonly logGroup: logs.ILogGroup;
  readonly table: dynamodb.ITable;
  readonly queue: sqs.IQueue;
  /** The secret with the dockercfg, and its key if it is a customer's. */
  readonly secret: secretsmanager.ISecret;
  readonly encryptionKey?: kms.IKey;
  readonly isInVpc: boolean;
}

/**
 * What the publisher's role needs whatever the targets are. It has no right in ECR.
 *
 * Not in the role itself: the policy of a key that also encrypts a target's token names the role, the dockercfg's secret
 * needs the key, and these rights need the secret.
 */
export class PublisherPolicy extends iam.Policy {
  public constructor(scope: Construct, id: string, { role, logGroup, table, queue, secret, encryptionKey, isInVpc }: PublisherPolicyProps) {
    const allow = (actions: string[], resource: string, conditions?: Record<string, unknown>) => (
      new iam.PolicyStatement({ actions, resources: [resource], conditions }));
    super(scope, id, {
      roles: [role],
      statements: [
        allow(WRITE_LOG_ACTIONS, logGroup.logGroupArn),
        allow([READ_SECRET_ACTION], secret.secretArn),
        allow(TARGETS_TABLE_ACTIONS, table.tableArn),
        allow(PUBLISH_QUEUE_ACTIONS, queue.queueArn),
        ...encryptionKey ? [allow([READ_KEY_ACTION], encryptionKey.keyArn, {
          StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(scope).region}.amazonaws.com` },
        })] : [],
        ...isInVpc ? [allow(NETWORK_INTERFACE_ACTIONS, '*')] : [],
      ],
    });
  }
}
