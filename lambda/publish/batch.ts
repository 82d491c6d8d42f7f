import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { publishTarget, type Outcome, type PublishPorts } from './publish-target';
import type { PublishQueue } from './queue';
import type { Telemetry } from './telemetry';
import type { PublishMessage } from '../../src/private/target-contract';
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
    if (await isDone(record, ports)) return [];
    const received = Number(record.attributes.ApproximateReceiveCount);
    const seconds = BACK_OFF_SECONDS[received - 1] ?? BACK_OFF_SECONDS[BACK_OFF_SECONDS.length - 1];
    // Without it the message comes again when the queue's own time is over.
    await ports.queue.putBack(record.receiptHandle, seconds).catch((error) => ports.telemetry.problem('a message could not be put back', error));
    return [{ itemIdentifier: record.messageId }];
  });
  return { batchItemFailures: failed.flat() };
}

async function isDone(record: SQSRecord, ports: BatchPorts): Promise<boolean> {
  try {
    const message = parse(record.body);
    if (message.publish === 'all') await publishAll(ports);
    else if (message.notBefore !== undefined && message.notBefore > ports.now()) await ports.queue.send([{ message, at: message.notBefore }]);
    else return await isSeenTo(message.target, await publishTarget(message.target, message.notBefore !== undefined, ports), ports);
    return true;
  } catch (error) {
    ports.telemetry.problem('a message failed', error);
    return false;
  }
}

async function isSeenTo(target: string, outcome: Outcome, { queue, telemetry }: BatchPorts): Promise<boolean> {
  telemetry.outcome(target, outcome);
  if (outcome.kind === 'later') {
    const { at, reserved } = outcome;
    await queue.send([{ message: { publish: 'target', target, ...reserved ? { notBefore: at } : {} }, at }]);
  }
  return outcome.kind !== 'failed' && outcome.kind !== 'busy';
}

/** Sends a message for each target, and says how their copies stand. */
export async function publishAll({ store, queue, telemetry }: Pick<BatchPorts, 'store' | 'queue' | 'telemetry'>): Promise<void> {
  const targets = await store.list();
  telemetry.copies(targets);
  await queue.send(targets.map(({ target }) => ({ message: { publish: 'target', target: target.id } })));
}

function parse(body: string): PublishMessage {
  let message: Partial<PublishMessage> & { target?: unknown; notBefore?: unknown };
  try {
    message = Object(JSON.parse(body));
  } catch (error) {
    throw new ConfigurationError(`the message is no JSON: ${describe(error)}`);
  }
  if (message.publish === 'all') return { publish: 'all' };
  const { target, notBefore } = message;
  if (message.publish === 'target' && typeof target === 'string' && (notBefore === undefined || typeof notBefore === 'number')) {
    return { publish: 'target', target, ...notBefore === undefined ? {} : { notBefore } };
  }
  throw new ConfigurationError('the message is none of the publisher\'s: {"publish":"all"} sees to every target');
}
