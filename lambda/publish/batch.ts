import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { publishTarget, type PublishPorts } from './publish-target';
import type { PublishQueue } from './queue';
import type { Telemetry } from './telemetry';
import { MOST_RECEIVES, type PublishMessage } from '../../src/private/target-contract';
import { mapBounded } from '../shared/bounded';
import { ConfigurationError, describe } from '../shared/errors';

/** How many messages of a batch are worked on at the same time: all of one, since each mostly waits for a vendor. */
const AT_ONCE = 10;

/** Seconds until a message that failed comes again, by how often it was received. */
const BACK_OFF_SECONDS = [30, 120, 480, 1200];

/** What the work on a batch needs of the world. */
export interface BatchPorts extends PublishPorts {
  readonly queue: PublishQueue;
  readonly telemetry: Telemetry;
}

/**
 * Works on the messages of a batch. One that fails comes again by itself, without the others.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function workOn({ Records }: SQSEvent, ports: BatchPorts): Promise<SQSBatchResponse> {
  const failed = await mapBounded(Records, AT_ONCE, async (record) => {
    const received = Number(record.attributes.ApproximateReceiveCount);
    if (await isDone(record, received, ports)) return [];
    const seconds = BACK_OFF_SECONDS[received - 1] ?? BACK_OFF_SECONDS[BACK_OFF_SECONDS.length - 1];
    // Without it the message comes again when the queue's own time is over.
    await ports.queue.putBack(record.receiptHandle, seconds).catch((error) => ports.telemetry.problem('a message could not be put back', error));
    return [{ itemIdentifier: record.messageId }];
  });
  return { batchItemFailures: failed.flat() };
}

async function isDone(record: SQSRecord, received: number, ports: BatchPorts): Promise<boolean> {
  const details: { messageId: string; id?: string } = { messageId: record.messageId };
  try {
    const message = parse(record.body);
    if (message.publish === 'target') {
      details.id = message.target;
      return await isSeenTo(message.target, received, ports);
    }
    await publishAll(ports);
    return true;
  } catch (error) {
    ports.telemetry.problem('a message failed', error, details);
    return false;
  }
}

async function isSeenTo(target: string, received: number, ports: BatchPorts): Promise<boolean> {
  const outcome = await publishTarget(target, ports);
  ports.telemetry.outcome(target, outcome);
  switch (outcome.kind) {
    case 'published': case 'unchanged': case 'gone': return true;
    case 'busy': case 'failed': return false;
    case 'later': {
      await ports.queue.send([{ message: { publish: 'target', target }, at: outcome.at }]);
      return true;
    }
    // What stays outdated was set back by a person: the fresher one is kept, and nobody need look at it.
    case 'outdated': return received >= MOST_RECEIVES;
  }
}

/** Sends a message for each target, and says how their copies stand. */
export async function publishAll({ store, queue, telemetry }: Pick<BatchPorts, 'store' | 'queue' | 'telemetry'>): Promise<void> {
  const targets = await store.list();
  telemetry.copies(targets);
  await queue.send(targets.map(({ target }) => ({ message: { publish: 'target', target: target.id } })));
}

function parse(body: string): PublishMessage {
  let message: Partial<PublishMessage> & { target?: unknown };
  try {
    message = Object(JSON.parse(body));
  } catch (error) {
    throw new ConfigurationError(`the message is no JSON: ${describe(error)}`);
  }
  if (message.publish === 'all') return { publish: 'all' };
  const { target } = message;
  if (message.publish === 'target' && typeof target === 'string') return { publish: 'target', target };
  throw new ConfigurationError('the message is none of the publisher\'s: {"publish":"all"} sees to every target');
}
