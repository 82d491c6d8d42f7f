import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { BatchPorts } from './batch';
import { removeTarget } from './remove-target';
import { targetsOf } from './target-id';
import { PUBLISH_PATIENCE_SECONDS } from '../../src/private/target-contract';
import { mapBounded } from '../shared/bounded';
import { answer, type Respond } from '../shared/custom-resource';
import { describe, isDenied } from '../shared/errors';
import { patiently, type Patience } from '../shared/patience';

/** How many targets are written or removed at the same time. */
const AT_ONCE = 10;

/** IAM needs a while to know the rights of the role, which was made just before. */
const UNTIL_IAM_KNOWS: Patience<void> = { seconds: PUBLISH_PATIENCE_SECONDS, mendsError: isDenied };

/**
 * Has the table say which targets there are. Those that are gone lose what they hold, as their app asked, while the
 * publisher still has the rights for it: CloudFormation changes these afterwards.
 *
 * At a deletion there is nothing to do: the publish run, which is deleted before it, has removed all targets.
 */
export async function register(event: CloudFormationCustomResourceEvent, ports: BatchPorts, respond: Respond): Promise<void> {
  let failure: string | undefined;
  try {
    if (event.RequestType !== 'Delete') await patiently(() => replaceTargets(String(event.ResourceProperties.targets), ports), UNTIL_IAM_KNOWS, ports);
  } catch (error) {
    failure = `the targets could not be registered: ${describe(error)}`;
  }
  await answer(event, { failure }, respond);
}

async function replaceTargets(json: string, ports: BatchPorts): Promise<void> {
  const targets = targetsOf(json);
  const gone = (await ports.store.list()).filter(({ target }) => !targets.has(target.id));
  await mapBounded(gone, AT_ONCE, ({ target }) => removeTarget(target, ports));
  await mapBounded([...targets.values()], AT_ONCE, (target) => ports.store.put(target));
}
