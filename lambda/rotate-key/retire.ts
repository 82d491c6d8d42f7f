import { RotationError } from './errors';
import type { RotationPorts } from './ports';
import { look, type Situation } from './situation';

/** What a run did. */
export interface RetireReport {
  /** Ids of the keys that were made inactive. */
  readonly deactivated: readonly string[];
  /** Ids of the keys that were deleted. */
  readonly deleted: readonly string[];
  /** Seconds since the key in the secret was made. */
  readonly keyAgeSeconds: number;
}

/**
 * Retires the keys that the rotation replaced or lost: inactive after the grace, deleted after as long again.
 *
 * It keeps no state. A key is in its grace from the last change of the secret, which is never before its replacement
 * became current. While the secret holds no working key, nothing is retired: the old one may be all that is left.
 */
export async function retire(ports: RotationPorts): Promise<RetireReport> {
  const situation = await look(ports);
  const { currentKey, changedAt } = situation;
  if (!currentKey) throw new RotationError(`the secret holds no key of the user ${ports.user.name}: nothing is retired; rotate with "aws secretsmanager rotate-secret"`);
  if (!currentKey.active) throw new RotationError(`the key ${currentKey.id} in the secret is inactive: nothing is retired; rotate with "aws secretsmanager rotate-secret"`);

  const deactivated: string[] = [];
  const deleted: string[] = [];
  for (const key of situation.keys) {
    if (key.id === currentKey.id || !situation.record.owns(key) || isPending(key.id, situation)) continue;
    const graceBegan = Math.max(changedAt, currentKey.createdAt, key.createdAt);
    const graces = (ports.now() - graceBegan) / ports.graceMs;
    if (key.active && graces >= 1) {
      await ports.keys.deactivate(key.id);
      deactivated.push(key.id);
    } else if (!key.active && graces >= 2) {
      await ports.keys.remove(key.id);
      deleted.push(key.id);
    }
  }
  return { deactivated, deleted, keyAgeSeconds: ageInSeconds(currentKey.createdAt, ports.now()) };
}

/** Seconds since a key was made; never less than none, whatever the clocks say. */
export function ageInSeconds(createdAt: number, now: number): number {
  return Math.max(0, Math.floor((now - createdAt) / 1000));
}

/** Whether a rotation that is under way, or was interrupted, may still make the key current. */
function isPending(keyId: string, { stages, keyIds }: Situation): boolean {
  return [...keyIds].some(([versionId, id]) => id === keyId && stages.get(versionId)!.includes('AWSPENDING'));
}
