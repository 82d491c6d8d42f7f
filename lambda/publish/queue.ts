import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { PublishMessage } from '../../src/private/target-contract';
import { mapBounded } from '../shared/bounded';

/** Of SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MOST_IN_A_BATCH = 10;
const LONGEST_DELAY_SECONDS = 900;

const CALLS_AT_ONCE = 10;

/** A message and when it is to be received, in milliseconds since the epoch. */
export interface Delayed {
  readonly message: PublishMessage;
  /** A time that is too far away for SQS is as far as SQS takes it. */
  readonly at?: number;
}

/** The queue of what is to be published. */
export class PublishQueue {
  public constructor(private readonly client: SQSClient, private readonly queueUrl: string, private readonly now: () => number) {}

  /**
   * Sends messages.
   *
   * @throws Error if SQS did not take all of them; some may have been sent
   */
  public async send(messages: readonly Delayed[]): Promise<void> {
    const batches = Array.from({ length: Math.ceil(messages.length / MOST_IN_A_BATCH) },
      (_, index) => messages.slice(index * MOST_IN_A_BATCH, (index + 1) * MOST_IN_A_BATCH));
    await mapBounded(batches, CALLS_AT_ONCE, async (batch) => {
      const { Failed = [] } = await this.client.send(new SendMessageBatchCommand({
        QueueUrl: this.queueUrl,
        Entries: batch.map(({ message, at }, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(message),
          DelaySeconds: Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil(((at ?? 0) - this.now()) / 1000))),
        })),
      }));
      if (Failed.length > 0) throw new Error(`SQS did not take ${Failed.length} of ${batch.length} messages: ${Failed[0].Code}`);
    });
  }

  /** Has a message that was received come again after a while. */
  public async putBack(receiptHandle: string, seconds: number): Promise<void> {
    await this.client.send(new ChangeMessageVisibilityCommand({ QueueUrl: this.queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds }));
  }
}
