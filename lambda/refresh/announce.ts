import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { PublishMessage } from '../../src/private/target-contract';

/** A file of its own, so that its part of the SDK is loaded only where there are targets. */
const client = new SQSClient({
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
});

/** Secrets Manager gives the old version for a moment. */
const DELAY_SECONDS = 5;

/** Has the publisher see to all targets. */
export async function announce(queueUrl: string): Promise<void> {
  const message: PublishMessage = { publish: 'all' };
  await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message), DelaySeconds: DELAY_SECONDS }));
}
