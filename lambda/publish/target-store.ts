import {
  ConditionalCheckFailedException, DeleteItemCommand, GetItemCommand, paginateQuery, UpdateItemCommand, type AttributeValue, type DynamoDBClient,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Target } from './target-id';

/** What is known of a target's copy. */
export interface TargetState {
  /** Changes with what was sent and how. */
  readonly digest?: string;
  /** When the dockercfg was written that was sent, also if nobody knows whether it arrived; in milliseconds since the epoch. */
  readonly writtenAt?: number;
  /** When the copy expires, in milliseconds since the epoch; `Infinity` if it does not. */
  readonly expiresAt?: number;
  /** When it was sent, in milliseconds since the epoch. */
  readonly publishedAt?: number;
  /** When the vendor's token expires, in milliseconds since the epoch. */
  readonly tokenExpiresAt?: number;
  /** When the last attempt failed, in milliseconds since the epoch; undefined if it did not. */
  readonly failedAt?: number;
  /** Why it failed, in words that are safe to show. */
  readonly failure?: string;
  /** When it may be written to at the earliest: its place in a rate limit, or the end of a pause; in milliseconds since the epoch. */
  readonly placeAt?: number;
}

/** A target and what is known of its copy. */
export interface StoredTarget {
  readonly target: Target;
  readonly state: TargetState;
}

/** What became of the wish to have a target for oneself. */
export type Lease = (StoredTarget & { readonly kind: 'mine' }) | { readonly kind: 'busy' } | { readonly kind: 'gone' };

const PARTITION = 'target';
const NUMBERS = ['writtenAt', 'expiresAt', 'publishedAt', 'tokenExpiresAt', 'failedAt', 'placeAt'] as const;
const TEXTS = ['digest', 'failure'] as const;

/** What DynamoDB's numbers have in the place of infinity. */
const ENDLESS = Number.MAX_SAFE_INTEGER;

/** The table of the targets: what they are, what is known of their copies, and who is at work on them. */
export class TargetStore {
  public constructor(private readonly client: DynamoDBClient, private readonly tableName: string) {}

  /** All targets. */
  public async list(): Promise<StoredTarget[]> {
    const found: StoredTarget[] = [];
    const pages = paginateQuery({ client: this.client }, {
      TableName: this.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: PARTITION } },
      ConsistentRead: true,
    });
    for await (const { Items = [] } of pages) found.push(...Items.map(readItem));
    return found;
  }

  /** Adds a target or changes it; what is known of its copy stays. */
  public async put(target: Target): Promise<void> {
    await this.client.send(new UpdateItemCommand({
      TableName: this.tableName,
      Key: keyOf(target.id),
      UpdateExpression: 'SET spec = :spec',
      ExpressionAttributeValues: { ':spec': { S: JSON.stringify(target) } },
    }));
  }

  /** Has nobody rely on what a target held: it is written to again, whatever is sent. Nothing happens if it is gone. */
  public async doubt(id: string): Promise<void> {
    await this.updateIf(id, { UpdateExpression: 'REMOVE digest', ConditionExpression: 'attribute_exists(spec)' });
  }

  /** Removes a target, and what is known of it. */
  public async delete(id: string): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.tableName, Key: keyOf(id) }));
  }

  /**
   * Takes a target for oneself, unless somebody else has it: two who write to one target at once could leave the older
   * value there.
   *
   * @param owner a name that nobody else has
   * @param until when the lease ends by itself, in milliseconds since the epoch: not before its owner has certainly ended
   */
  public async lease(id: string, owner: string, now: number, until: number): Promise<Lease> {
    try {
      const { Attributes } = await this.client.send(new UpdateItemCommand({
        TableName: this.tableName,
        Key: keyOf(id),
        UpdateExpression: 'SET leaseOwner = :owner, leaseUntil = :until',
        ConditionExpression: 'attribute_exists(spec) AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now OR leaseOwner = :owner)',
        ExpressionAttributeValues: { ':owner': { S: owner }, ':until': { N: String(until) }, ':now': { N: String(now) } },
        ReturnValues: 'ALL_NEW',
      }));
      return { kind: 'mine', ...readItem(Attributes!) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const { Item } = await this.client.send(new GetItemCommand({ TableName: this.tableName, Key: keyOf(id), ConsistentRead: true }));
      return { kind: Item?.spec ? 'busy' : 'gone' };
    }
  }

  /** Gives a target back, with what is now known of it; nothing happens if the lease has ended meanwhile. */
  public async release(id: string, owner: string, state: TargetState): Promise<void> {
    // A number that is none, such as a date that a vendor wrote wrongly, would have DynamoDB refuse the rest as well.
    const isKnown = (name: keyof TargetState) => state[name] !== undefined && !Number.isNaN(state[name]);
    const kept = [...NUMBERS, ...TEXTS].filter(isKnown);
    const dropped = [...NUMBERS, ...TEXTS].filter((name) => !isKnown(name));
    const values = Object.fromEntries(kept.map((name) => [`:${name}`, attributeOf(state[name]!)]));
    const set = kept.length > 0 ? `SET ${kept.map((name) => `${name} = :${name}`).join(', ')} ` : '';
    await this.updateIf(id, {
      UpdateExpression: `${set}REMOVE ${[...dropped, 'leaseOwner', 'leaseUntil'].join(', ')}`,
      ConditionExpression: 'leaseOwner = :owner',
      ExpressionAttributeValues: { ...values, ':owner': { S: owner } },
    });
  }

  /** Changes a record if its condition is met; nothing happens if it is not. */
  private async updateIf(id: string, update: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>): Promise<void> {
    try {
      await this.client.send(new UpdateItemCommand({ TableName: this.tableName, Key: keyOf(id), ...update }));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}

function keyOf(id: string): Record<string, AttributeValue> {
  return { pk: { S: PARTITION }, sk: { S: id } };
}

function attributeOf(value: string | number): AttributeValue {
  return typeof value === 'string' ? { S: value } : { N: String(Math.min(value, ENDLESS)) };
}

function readItem(item: Record<string, AttributeValue>): StoredTarget {
  const texts = TEXTS.map((name) => [name, item[name]?.S]);
  const numbers = NUMBERS.map((name) => {
    const number = item[name]?.N === undefined ? undefined : Number(item[name].N);
    return [name, number === ENDLESS ? Number.POSITIVE_INFINITY : number];
  });
  return { target: JSON.parse(item.spec.S!) as Target, state: Object.fromEntries([...texts, ...numbers].filter(([, value]) => value !== undefined)) };
}
