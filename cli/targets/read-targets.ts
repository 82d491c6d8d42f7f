import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { nameOf } from '../../lambda/publish/target-id';
import { TargetStore } from '../../lambda/publish/target-store';
import { clientConfig, type AwsOptions } from '../aws/config';
import { explain } from '../aws/errors';

/** How a target's copy of the dockercfg stands. */
export interface TargetCopy {
  /** What and where the target is. */
  readonly target: string;
  /** When the copy expires, in milliseconds since the epoch, `Infinity` if it does not; undefined if there never was one. */
  readonly expiresAt?: number;
  /** When it was published, in milliseconds since the epoch. */
  readonly publishedAt?: number;
  /** Why the last attempt failed; undefined if it did not. */
  readonly failure?: string;
  /** When the vendor's token expires, in milliseconds since the epoch; undefined if nobody knows. */
  readonly tokenExpiresAt?: number;
}

/**
 * Reads how the targets of a dockercfg stand.
 *
 * @param tableName of the table of the targets
 * @param region of the secret, where the table is
 * @throws CliError that says why that cannot be seen
 */
export async function readTargets(tableName: string, region: string | undefined, options: AwsOptions, env: NodeJS.ProcessEnv): Promise<TargetCopy[]> {
  const client = new DynamoDBClient(clientConfig({ ...options, region: options.region ?? region }, env));
  try {
    const found = await new TargetStore(client, tableName).list();
    return found.map(({ target, state: { expiresAt, publishedAt, failure, tokenExpiresAt } }) => (
      { target: nameOf(target), expiresAt, publishedAt, failure, tokenExpiresAt })).sort((a, b) => a.target.localeCompare(b.target));
  } catch (error) {
    throw explain(error, { what: `the targets in the table ${tableName} could not be seen`, action: 'dynamodb:Query' });
  }
}
