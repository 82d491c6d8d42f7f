import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { BatchPorts } from './batch';
import { mapInTime } from './in-time';
import { publishTarget, type Outcome } from './publish-target';
import { removeTargets } from './remove-target';
import { nameOf, type Target } from './target-id';
import { PUBLISH_PATIENCE_SECONDS, PUBLISH_REPORT } from '../../src/private/target-contract';
import { answer, type Outcome as Told, type Respond } from '../shared/custom-resource';
import { describe, isDenied } from '../shared/errors';
import { fit } from '../shared/fit';
import { patiently, type Patience } from '../shared/patience';

/** How many targets are published to at the same time. */
const AT_ONCE = 20;

/** What is not begun by then, or not done, is left to the queue, so that the answer is well inside the Lambda's time-out. */
const BEGIN_MS = 60_000;
const WAIT_MS = 130_000;

/** When the queue tries again what failed. */
const FIRST_BACK_OFF_MS = 30_000;

/** In bytes: the whole answer to CloudFormation holds 4,096. */
const LONGEST_REPORT = 2500;

/** How a target fared at deploy. */
type Fate = Outcome | { readonly kind: 'queued' };

/**
 * Publishes to all targets at deploy and says how each fared; at the end removes them all, while the publisher still has
 * the rights for it.
 *
 * A target that fails does not fail the deploy unless it was asked for: the alarms see it, and the queue tries again.
 */
export async function publishRun(event: CloudFormationCustomResourceEvent, ports: BatchPorts, respond: Respond): Promise<void> {
  const { rest, ...outcome } = event.RequestType === 'Delete' ? await removeAll(ports) : await publish(event.ResourceProperties.failDeploy === 'true', ports);
  await answer(event, outcome, respond);
  await rest;
}

/** What CloudFormation is told, and what comes when nothing is under way any more. */
type Result = Told & { readonly rest?: Promise<unknown> };

async function publish(failDeploy: boolean, ports: BatchPorts): Promise<Result> {
  try {
    const { fates, rest } = await publishToAll(ports);
    const report = reportOf(fates);
    const isFailed = failDeploy && fates.some(([, { kind }]) => kind === 'failed');
    return { rest, ...isFailed ? { failure: report } : { data: { [PUBLISH_REPORT]: report } } };
  } catch (error) {
    return { failure: `the targets could not be published to: ${describe(error)}` };
  }
}

/** Whatever fails here, the deletion goes on: what targets hold expires by itself. */
async function removeAll(ports: BatchPorts): Promise<Result> {
  try {
    const all = await ports.store.list();
    return await removeTargets(all.map(({ target }) => target), ports.newOwner(), ports);
  } catch (error) {
    ports.telemetry.problem('the targets could not be removed, and what they hold expires by itself', error);
    return {};
  }
}

async function publishToAll(ports: BatchPorts): Promise<{ readonly fates: [Target, Fate][]; readonly rest: Promise<unknown> }> {
  const beginUntil = ports.now() + BEGIN_MS;
  const stored = await ports.store.list();
  const times = { beginUntil, waitUntil: ports.now() + WAIT_MS };
  const { done, rest } = await mapInTime(stored, AT_ONCE, times, ports.now, async ({ target, state }): Promise<Fate> => {
    const outcome = await patiently(() => publishTarget(target.id, ports), untilIamKnows(beginUntil - ports.now()), ports)
      .catch((error): Outcome => ({ kind: 'failed', target, state, error }));
    ports.telemetry.outcome(target.id, outcome);
    return outcome;
  });
  const fates = stored.map((each): [Target, Fate] => [each.target, done.get(each) ?? { kind: 'queued' }]);
  await seeToTheRest(fates, ports);
  return { fates, rest };
}

/** What goes wrong here costs no target its credentials: the next refresh sees to them all. */
async function seeToTheRest(fates: readonly [Target, Fate][], ports: BatchPorts): Promise<void> {
  // Also those that failed: what is wrong with them may be mended before the next refresh.
  const again = fates.filter(([, { kind }]) => kind !== 'published' && kind !== 'unchanged' && kind !== 'gone');
  const soon = ports.now() + FIRST_BACK_OFF_MS;
  try {
    await ports.queue.send(again.map(([{ id }, fate]) => ({ message: { publish: 'target', target: id }, at: 'at' in fate ? fate.at : soon })));
    ports.telemetry.copies(await ports.store.list());
  } catch (error) {
    ports.telemetry.problem('what was left could not be passed on to the queue', error);
  }
}

/** IAM needs a while to know the rights that were given to the role just before. */
function untilIamKnows(milliseconds: number): Patience<Outcome> {
  return {
    seconds: Math.min(PUBLISH_PATIENCE_SECONDS, milliseconds / 1000),
    mendsError: isDenied,
    mendsResult: (outcome) => outcome.kind === 'failed' && isDenied(outcome.error),
  };
}

/** Such as `2 published, 1 failed; gitlab-variable key=… project=…: GitLab answered 404 …`: safe to show. */
function reportOf(fates: readonly [Target, Fate][]): string {
  const counts = new Map(Object.values(WORDS).map((word) => [word, fates.filter(([, { kind }]) => WORDS[kind] === word).length]));
  const summary = [...counts].flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : [])).join(', ');
  const failures = fates.flatMap(([target, fate]) => (fate.kind === 'failed' ? [`${nameOf(target)}: ${describe(fate.error)}`] : []));
  return fit([summary, ...failures].join('; '), LONGEST_REPORT);
}

const WORDS: Record<Fate['kind'], string> = {
  published: 'published',
  unchanged: 'up to date',
  later: 'put off by a rate limit',
  queued: 'left to the queue',
  busy: 'left to the queue',
  outdated: 'left to the queue',
  gone: 'gone',
  failed: 'failed',
};
