import { createHash } from 'node:crypto';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { createKey } from './create-key';
import { AbandonedError, NoUserError } from './errors';
import { finish } from './finish';
import { KeyRecord } from './key-record';
import type { RotationPorts } from './ports';
import { testKey } from './prove-key';
import { ageInSeconds } from './retire';
import { look, type Situation } from './situation';
import { KEY_PATIENCE_SECONDS, type FirstKeyProperties } from '../../src/private/key-rotation-contract';
import { answer, type Respond } from '../shared/custom-resource';
import { describe, isDenied } from '../shared/errors';

const LONGEST_PAUSE_MS = 10_000;

/**
 * What CloudFormation asks for: a first key when the stack is deployed, so that the secret is usable when the deploy
 * returns, and no key of ours when the user is about to be deleted, which IAM refuses for a user that has one.
 *
 * @returns seconds since the key in the secret was made; undefined at the end and after a failure
 */
export async function serveCloudFormation(
  event: CloudFormationCustomResourceEvent, ports: () => RotationPorts, respond: Respond,
): Promise<number | undefined> {
  const { userName } = event.ResourceProperties as unknown as FirstKeyProperties;
  let failure: string | undefined;
  let keyAgeSeconds: number | undefined;
  try {
    if (event.RequestType === 'Delete') await patiently(deleteKeys, ports());
    else if (event.RequestType === 'Update' && event.PhysicalResourceId !== userName) failure = cannotRename(event.PhysicalResourceId, userName);
    else keyAgeSeconds = await patiently((found) => ensureKey(event.RequestId, found), ports());
  } catch (error) {
    failure = `${event.RequestType === 'Delete' ? 'the user\'s keys could not be deleted' : 'the secret could not be given a key'}: ${describe(error)}`;
  }
  // The id is the user's name from the start, also when it failed: the Delete that follows removes what it left.
  await answer(event, { failure, ...event.RequestType === 'Create' ? { physicalResourceId: userName } : {} }, respond);
  return keyAgeSeconds;
}

function cannotRename(from: string, to: string): string {
  return `the user ${from} cannot become ${to} while its key is rotated: give the CiUser another construct id, which makes a new user and a new secret`;
}

/**
 * Rotates to a first key, unless the secret holds one that the rotation made.
 *
 * @returns seconds since the key in the secret was made
 */
async function ensureKey(requestId: string, ports: RotationPorts): Promise<number> {
  const situation = await look(ports);
  if (!isUsable(situation)) {
    if (!await resume(situation, ports)) {
      const versionId = `first-key-${createHash('sha256').update(requestId).digest('hex').slice(0, 32)}`;
      await createKey(versionId, ports, true);
      await rotateTo(versionId, ports);
    }
  }
  const { currentKey } = await look(ports);
  return ageInSeconds(currentKey?.createdAt ?? ports.now(), ports.now());
}

function isUsable({ currentKey, record }: Situation): boolean {
  return currentKey !== undefined && currentKey.active && record.owns(currentKey);
}

/** Ends a rotation that was interrupted after its key was made: here, or when this request was served before. */
async function resume({ stages, keyIds }: Situation, ports: RotationPorts): Promise<boolean> {
  const pending = [...keyIds.keys()].find((id) => stages.get(id)!.includes('AWSPENDING'));
  if (pending === undefined) return false;
  try {
    await createKey(pending, ports);
    await rotateTo(pending, ports);
    return true;
  } catch (error) {
    if (error instanceof AbandonedError) return false;
    throw error;
  }
}

async function rotateTo(versionId: string, ports: RotationPorts): Promise<void> {
  await testKey(versionId, ports);
  await finish(versionId, ports);
}

/** Deletes the keys that the rotation made. A user that is gone has none. */
async function deleteKeys({ keys }: RotationPorts): Promise<undefined> {
  try {
    const listed = await keys.list();
    const record = new KeyRecord(await keys.tags());
    for (const key of listed.filter((candidate) => record.owns(candidate))) await keys.remove(key.id);
  } catch (error) {
    if (!(error instanceof NoUserError)) throw error;
  }
}

/** Works until IAM knows the rights that were given to the role just before, at most as long as was promised. */
async function patiently<T>(work: (ports: RotationPorts) => Promise<T>, ports: RotationPorts): Promise<T> {
  const { now, sleep } = ports;
  const until = now() + KEY_PATIENCE_SECONDS * 1000;
  for (let pause = 1000; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work(ports);
    } catch (error) {
      if (!isDenied(error) || now() + pause > until) throw error;
      await sleep(pause);
    }
  }
}
