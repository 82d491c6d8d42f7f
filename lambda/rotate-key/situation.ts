import { RotationError } from './errors';
import { parseKey } from './key-json';
import { KeyRecord } from './key-record';
import type { ListedKey, RotationPorts, SecretState } from './ports';

/** What a run sees of the user and the secret. */
export interface Situation {
  /** When the run began to look, in milliseconds since the epoch. */
  readonly since: number;
  /** The user's keys, the oldest first. */
  readonly keys: readonly ListedKey[];
  readonly record: KeyRecord;
  /** Labels of each version that has any. */
  readonly stages: ReadonlyMap<string, readonly string[]>;
  /** Id of the key in each version that has labels and a value; undefined if the value is no key. */
  readonly keyIds: ReadonlyMap<string, string | undefined>;
  /** The key that readers get, if the user has that key. */
  readonly currentKey?: ListedKey;
  /** When the secret was last changed in any way, in milliseconds since the epoch. */
  readonly changedAt: number;
}

/** Looks at the user and the secret. */
export async function look({ keys, secret, now }: Pick<RotationPorts, 'keys' | 'secret' | 'now'>): Promise<Situation> {
  const since = now();
  const listed = await keys.list();
  const record = new KeyRecord(await keys.tags());
  const { stages, changedAt } = await secret.describe();
  const keyIds = new Map<string, string | undefined>();
  for (const versionId of stages.keys()) {
    const value = await secret.read(versionId);
    if (value !== undefined) keyIds.set(versionId, parseKey(value)?.id);
  }
  const currentKeyId = keyIds.get(currentVersionOf(stages) ?? '');
  return {
    since,
    keys: [...listed].sort((a, b) => a.createdAt - b.createdAt),
    record,
    stages,
    keyIds,
    currentKey: listed.find(({ id }) => id === currentKeyId),
    changedAt,
  };
}

/** Id of the version that readers get. */
export function currentVersionOf(stages: SecretState['stages']): string | undefined {
  return [...stages].find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
}

/** Refuses to work on a version that is not, or no longer, the one that Secrets Manager rotates to. */
export function requireStaged({ stages }: Pick<SecretState, 'stages'>, versionId: string): void {
  const labels = stages.get(versionId) ?? [];
  if (labels.includes('AWSPENDING') || labels.includes('AWSCURRENT')) return;
  throw new RotationError(`the version ${versionId} is not being rotated to: it has no label AWSPENDING; start a rotation with "aws secretsmanager rotate-secret"`);
}
