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
  /** Before that the vendor wants to be left alone. */
  readonly blockedUntil: number;
}

type Item = Record<string, AttributeValue>;

/**
 * Gives the writes of all who share a rate limit their places in time, however many Lambdas are at work.
 *
 * A write has its place once and keeps it, so that a thousand that wait do not ask again and again.
 */
export class Pace {
  private readonly turns = new Map<string, Promise<unknown>>();

  public constructor(private readonly client: DynamoDBClient, private readonly tableName: string, private readonly clock: Clock) {}

  /** When the next write may come, in milliseconds since the epoch; the place is taken. */
  public async reserve(limit: RateLimit): Promise<number> {
    const distance = HOUR_MS / limit.perHour;
    const { last } = await this.move(limit, ({ due, last: before, blockedUntil }, now) => {
      const at = Math.max(now, blockedUntil, before + limit.spacingMs, due - (limit.burst - 1) * distance);
      return { due: Math.max(due, at) + distance, last: at, blockedUntil };
    });
    return last;
  }

  /** Lets nobody write before a time, in milliseconds since the epoch, because the vendor said so. */
  public async block(limit: RateLimit, until: number): Promise<void> {
    await this.move(limit, (mark) => ({ ...mark, blockedUntil: Math.max(mark.blockedUntil, until) }));
  }

  /** Until when nobody may write, in milliseconds since the epoch, also those that have a place before. */
  public async blockedUntil(limit: RateLimit): Promise<number> {
    return markOf(await this.read(keyOf(limit))).blockedUntil;
  }

  /** Those of one Lambda take turns, so that they are in each other's way no more often than Lambdas are. */
  private move(limit: RateLimit, next: (mark: Mark, now: number) => Mark): Promise<Mark> {
    const work = () => this.compete(keyOf(limit), next);
    const turn = (this.turns.get(limit.key) ?? Promise.resolve()).then(work, work);
    this.turns.set(limit.key, turn);
    return turn;
  }

  private async compete(key: Item, next: (mark: Mark, now: number) => Mark): Promise<Mark> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const item = await this.read(key);
      const mark = next(markOf(item), this.clock.now());
      if (await this.write(key, mark, item)) return mark;
      await this.clock.sleep(Math.random() * LONGEST_PAUSE_MS);
    }
    throw new Error('too many targets asked for their place in the rate limit at once');
  }

  private async read(key: Item): Promise<Item | undefined> {
    return (await this.client.send(new GetItemCommand({ TableName: this.tableName, Key: key, ConsistentRead: true }))).Item;
  }

  /** Writes a mark, if nobody else has since it was read. */
  private async write(key: Item, { due, last, blockedUntil }: Mark, read: Item | undefined): Promise<boolean> {
    const condition = read
      ? {
        ConditionExpression: 'due = :due AND #last = :last AND blockedUntil = :until',
        ExpressionAttributeNames: { '#last': 'last' },
        ExpressionAttributeValues: { ':due': read.due, ':last': read.last, ':until': read.blockedUntil },
      }
      : { ConditionExpression: 'attribute_not_exists(pk)' };
    try {
      const values = { due: { N: String(due) }, last: { N: String(last) }, blockedUntil: { N: String(blockedUntil) } };
      await this.client.send(new PutItemCommand({ TableName: this.tableName, Item: { ...key, ...values }, ...condition }));
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return false;
    }
  }
}

function keyOf({ key }: RateLimit): Item {
  return { pk: { S: 'pace' }, sk: { S: digestOf(key) } };
}

function markOf(item: Item | undefined): Mark {
  const [due, last, blockedUntil] = [item?.due, item?.last, item?.blockedUntil].map((value) => Number(value?.N ?? 0));
  return { due, last, blockedUntil };
}
