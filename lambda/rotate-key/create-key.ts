import { BusyError, ForeignKeyError, RotationError } from './errors';
import { formatKey } from './key-json';
import { intentOf, keyTag } from './key-record';
import { look, requireStaged, type RotationPorts, type Situation } from './situation';
import type { ListedKey } from './user-keys';
import { KEY_UNDERWAY_SECONDS } from '../../src/private/key-rotation-contract';

const PAUSE_MS = 5_000;

/**
 * The step createSecret: makes a key and puts it into the version that is rotated to.
 *
 * It may be killed or lose an answer anywhere and be run again, also twice at once:
 * 1. that a key is about to be made is recorded before it is made, and taken back if IAM refuses, so a key that was lost
 *    on the way can be told from somebody else's;
 * 2. IAM lets a user have two keys, and Secrets Manager lets a version have one value;
 * 3. a key that is made and not in the secret yet is left alone until the run that made it must have ended.
 *
 * @param first whether it is the key that is made at deploy, for which no rotation is under way
 */
export async function createKey(versionId: string, ports: RotationPorts, first = false): Promise<void> {
  const { keys, secret, now } = ports;
  const situation = await makeRoom(versionId, ports, first);
  await tidy(situation, ports);
  if (situation.keyIds.has(versionId)) return; // an earlier attempt put it there

  const run = ports.newName();
  const intent = intentOf(run, situation.keys, situation.since, now());
  await keys.writeTags(new Map([[intent.tag, intent.value]]));
  if (now() > intent.deadline) throw new RotationError('it took too long to record that a key is about to be made; nothing was made');
  const key = await ifRefused(keys.create(), () => keys.removeTags([intent.tag]));
  await ifRefused(secret.putPending(versionId, formatKey(key)), () => keys.remove(key.id));
  await keys.writeTags(new Map([keyTag(key.id, now(), run)]));
  await keys.removeTags([intent.tag]);
}

/** Puts in order what runs left that were killed. */
async function tidy({ keys, record }: Situation, ports: RotationPorts): Promise<void> {
  const { write, remove } = record.tidy(keys, ports.now());
  if (write.size > 0) await ports.keys.writeTags(write);
  if (remove.length > 0) await ports.keys.removeTags(remove);
}

/** Undoes what was done for a call if the answer is that nothing was done; not if the answer was lost. */
async function ifRefused<T>(call: Promise<T>, undo: () => Promise<void>): Promise<T> {
  return call.catch(async (error) => {
    if ((error as { readonly $fault?: unknown }).$fault === 'client') await undo();
    throw error;
  });
}

/** Waits until a key can be made, deleting one that is not needed; or finds that the version has its key already. */
async function makeRoom(versionId: string, ports: RotationPorts, first: boolean): Promise<Situation> {
  const { keys, now, sleep } = ports;
  const until = now() + KEY_UNDERWAY_SECONDS * 1000 + PAUSE_MS;
  for (;;) {
    const situation = await look(ports);
    if (situation.keyIds.has(versionId)) return situation;
    if (!first) requireStaged(situation, versionId);
    else if (isRotating(situation)) throw new BusyError('a rotation has just put a key into the secret; deploy again when it has ended');
    if (situation.keys.length < 2) return situation;

    const victim = unneeded(situation);
    if (!victim) throw foreignKeys(situation, ports.user.name);
    if (!isUnderway(victim, situation, now())) {
      await keys.remove(victim.id);
      return { ...situation, keys: situation.keys.filter(({ id }) => id !== victim.id) };
    }
    if (now() > until) throw new BusyError(`another run has just made the key ${victim.id}; try again in ${KEY_UNDERWAY_SECONDS} seconds`);
    await sleep(PAUSE_MS);
  }
}

/** The key of ours to delete for the new one's sake: one that is in no version, else inactive, else the oldest. */
function unneeded(situation: Situation): ListedKey | undefined {
  const rank = (key: ListedKey): number => (isInSecret(key, situation) ? 2 : 0) + (key.active ? 1 : 0);
  return situation.keys
    .filter((key) => situation.record.owns(key) && key.id !== situation.currentKey?.id)
    .sort((a, b) => rank(a) - rank(b))[0];
}

/** Whether a rotation is under way that has its key. */
function isRotating({ stages, keyIds }: Situation): boolean {
  return [...keyIds.keys()].some((versionId) => stages.get(versionId)!.includes('AWSPENDING'));
}

function isInSecret({ id }: ListedKey, { keyIds }: Situation): boolean {
  return [...keyIds.values()].includes(id);
}

/** Whether the run that made the key may still be about to put it into the secret. */
function isUnderway(key: ListedKey, situation: Situation, now: number): boolean {
  return !isInSecret(key, situation) && now - key.createdAt < KEY_UNDERWAY_SECONDS * 1000;
}

function foreignKeys({ keys, record }: Situation, userName: string): ForeignKeyError {
  const foreign = keys.filter((key) => !record.owns(key)).map(({ id }) => id);
  return new ForeignKeyError(
    `no new key can be made: the user ${userName} has two, which is IAM's limit, and the rotation did not make ${foreign.join(' and ')}. `
    + `When nothing uses it, delete it: aws iam delete-access-key --user-name ${userName} --access-key-id ${foreign[0]}; then rotate again`);
}
