import { AbandonedError, RotationError } from './errors';
import { parseKey } from './key-json';
import type { KeyPair, RotationPorts } from './ports';
import { currentVersionOf, look, requireStaged } from './situation';
import { KEY_PATIENCE_SECONDS } from '../../src/private/key-rotation-contract';
import { describe } from '../shared/errors';

const LONGEST_PAUSE_MS = 10_000;

/**
 * The step testSecret: AWS must know the new key, and know it as the user's.
 *
 * Secrets Manager also calls this step alone, with a version that has no value, when rotation is set up without a
 * rotation at once. The key that is there is then looked at instead.
 */
export async function testKey(versionId: string, ports: RotationPorts): Promise<void> {
  const state = await ports.secret.describe();
  requireStaged(state, versionId);
  const value = await ports.secret.read(versionId);
  if (value !== undefined) return prove(versionId, value, ports);

  const current = currentVersionOf(state.stages);
  const key = parseKey((current && await ports.secret.read(current)) ?? '');
  if (!key) throw new RotationError('the secret holds no key to test');
  requireUser(await askPatiently(key, ports), ports);
}

/**
 * Proves that the key of a version is the user's and works.
 *
 * @throws AbandonedError if it never will; the version is then no longer rotated to
 */
export async function prove(versionId: string, value: string, ports: RotationPorts): Promise<void> {
  const key = parseKey(value);
  if (!key) return abandon(versionId, 'it holds no key', ports);
  let arn: string;
  try {
    arn = await askPatiently(key, ports);
  } catch (error) {
    const listed = (await ports.keys.list()).find(({ id }) => id === key.id);
    if (!listed) return abandon(versionId, `the key ${key.id} was deleted`, ports);
    if (!listed.active) return abandon(versionId, `the key ${key.id} was made inactive`, ports);
    throw new RotationError(`AWS did not accept the new key ${key.id} within ${KEY_PATIENCE_SECONDS} seconds: ${describe(error)}`);
  }
  if (arn !== ports.user.arn) return abandon(versionId, `the key ${key.id} is of ${arn} and not of ${ports.user.arn}`, ports);
}

function requireUser(arn: string, { user }: RotationPorts): void {
  if (arn !== user.arn) throw new RotationError(`the secret holds a key of ${arn} and not of ${user.arn}`);
}

/** Asks until AWS knows the key: IAM makes new keys known everywhere within seconds. */
async function askPatiently(key: KeyPair, { whoIs, now, sleep }: RotationPorts): Promise<string> {
  const until = now() + KEY_PATIENCE_SECONDS * 1000;
  for (let pause = 1000; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await whoIs(key);
    } catch (error) {
      if (now() + pause > until) throw error;
      await sleep(pause);
    }
  }
}

/**
 * A version's value cannot be changed, so the version is given up: with its label no further rotation could start. Its
 * key is deleted if the rotation made it and no reader gets it.
 */
async function abandon(versionId: string, why: string, ports: RotationPorts): Promise<never> {
  const situation = await look(ports);
  if (situation.stages.get(versionId)?.includes('AWSPENDING')) await ports.secret.dropPending(versionId);
  const key = situation.keys.find(({ id }) => id === situation.keyIds.get(versionId));
  if (key && situation.record.owns(key) && key.id !== situation.currentKey?.id) await ports.keys.remove(key.id);
  throw new AbandonedError(`the version ${versionId} is given up: ${why}; rotate again with "aws secretsmanager rotate-secret"`);
}
