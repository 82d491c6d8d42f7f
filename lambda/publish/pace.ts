import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { digestOf } from './target-id';
import type { RateLimit } from './vendor';
import type { Clock } from '../shared/patience';

const HOUR_MS = 3600_000;

/** How often another one may be quicker before this one gives up, for its message to come again. */
const MOST_ROUNDS = 25;
const LONGEST_PAUSE_MS = 200;

interface Mark {
  /** When the next write would come if all had kept the long run's distance. */
  readonly due: number;
  /** When the last write was given its place. */
  readonly last: number;
}

/**
 * Gives the writes of all who share a rate limit their places in time, however many Lambdas are at work.
 *
 * A write has its place once and keeps it, so that a thousand that wait do not ask again and again.
 */
export class Pace {
  public constructor(private readonly client: DynamoDBClient, private readonly tableName: string, private readonly clock: Clock) {}

  /** When the next write may come, in milliseconds since the epoch; the place is taken. */
  public async reserve(limit: RateLimit): Promise<number> {
    const distance = HOUR_MS / limit.perHour;
    return this.move(limit, ({ due, last }, now) => {
      const at = Math.max(now, last + limit.spacingMs, due - (limit.burst - 1) * distance);
      return { due: Math.max(due, at) + distance, last: at };
    });
  }

  /** Lets nobody write before a time, in milliseconds since the epoch, because the vendor said so. */
  public async block(limit: RateLimit, until: number): Promise<void> {
    await this.move(limit, ({ due, last }) => ({ due, last: Math.max(last, until - limit.spacingMs) }));
  }

  private async move(limit: RateLimit, next: (mark: Mark, now: number) => Mark): Promise<number> {
    const key = { pk: { S: 'pace' }, sk: { S: digestOf(limit.key) } };
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const { Item } = await this.client.send(new GetItemCommand({ TableName: this.tableName, Key: key, ConsistentRead: true }));
      const mark = next(readMark(Item), this.clock.now());
      if (await this.write(key, mark, Item)) return mark.last;
      await this.clock.sleep(Math.random() * LONGEST_PAUSE_MS);
    }
    throw new Error('too many targets asked for their place in the rate limit at once');
  }

  /** Writes a mark, if nobody else has since it was read. */
  private async write(key: Record<string, AttributeValue>, { due, last }: Mark, read: Record<string, AttributeValue> | undefined): Promise<boolean> {
    const condition = read
      ? {
        ConditionExpression: 'due = :due AND #last = :last',
        ExpressionAttributeNames: { '#last': 'last' },
        ExpressionAttributeValues: { ':due': read.due, ':last': read.last },
      }
      : { ConditionExpression: 'attribute_not_exists(pk)' };
    try {
      const Item = { ...key, due: { N: String(due) }, last: { N: String(last) } };
      await this.client.send(new PutItemCommand({ TableName: this.tableName, Item, ...condition }));
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return false;
    }
  }
}

function readMark(item: Record<string, AttributeValue> | undefined): Mark {
  return { due: Number(item?.due.N ?? 0), last: Number(item?.last.N ?? 0) };
}
