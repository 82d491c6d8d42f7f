import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { BatchPorts } from './batch';
import { removeTargets } from './remove-target';
import { targetsOf } from './target-id';
import { PUBLISH_PATIENCE_SECONDS } from '../../src/private/target-contract';
import { mapBounded } from '../shared/bounded';
import { answer, type Respond } from '../shared/custom-resource';
import { describe, isDenied } from '../shared/errors';
import { patiently, type Patience } from '../shared/patience';

/** How many targets are written at the same time. */
const AT_ONCE = 10;

/**
 * When the queue sees to targets that are new. The publish run of the same deploy has done so before, unless the deploy
 * is a roll-back, which brings targets back and does not publish to them.
 */
const NEW_TARGETS_MS = 5 * 60_000;

/** IAM needs a while to know the rights of the role, which was made just before. */
const UNTIL_IAM_KNOWS: Patience<{ readonly rest: Promise<unknown> }> = { seconds: PUBLISH_PATIENCE_SECONDS, mendsError: isDenied };

/**
 * Has the table say which targets there are. Those that are gone lose what they hold, as their app asked, while the
 * publisher still has the rights for it: CloudFormation changes these afterwards.
 *
 * At a deletion there is nothing to do: the publish run, which is deleted before it, has removed all targets.
 */
export async function register(event: CloudFormationCustomResourceEvent, ports: BatchPorts, respond: Respond): Promise<void> {
  if (event.RequestType === 'Delete') return answer(event, {}, respond);
  let failure: string | undefined;
  let rest: Promise<unknown> | undefined;
  try {
    const { RequestType, ResourceProperties: { targets } } = event;
    const owner = ports.newOwner();
    ({ rest } = await patiently(() => replaceTargets(String(targets), owner, RequestType === 'Update', ports), UNTIL_IAM_KNOWS, ports));
  } catch (error) {
    failure = `the targets could not be registered: ${describe(error)}`;
  }
  await answer(event, { failure }, respond);
  await rest;
}

async function replaceTargets(json: string, owner: string, isUpdate: boolean, ports: BatchPorts): Promise<{ readonly rest: Promise<unknown> }> {
  const targets = targetsOf(json);
  const before = (await ports.store.list()).map(({ target }) => target);
  const known = new Set(before.map(({ id }) => id));
  // First, so that a target which has another name now, and the same place, does not lose what the new one is given.
  const { rest } = await removeTargets(before.filter(({ id }) => !targets.has(id)), owner, ports);
  await mapBounded([...targets.values()], AT_ONCE, (target) => ports.store.put(target));
  if (isUpdate) await seeToNew([...targets.keys()].filter((id) => !known.has(id)), ports);
  return { rest };
}

async function seeToNew(ids: readonly string[], { queue, telemetry, now }: BatchPorts): Promise<void> {
  const at = now() + NEW_TARGETS_MS;
  try {
    await queue.send(ids.map((target) => ({ message: { publish: 'target', target }, at })));
  } catch (error) {
    telemetry.problem('new targets could not be passed on to the queue', error);
  }
}
