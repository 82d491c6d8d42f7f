import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { BatchPorts } from './batch';
import { publishTarget, type Outcome } from './publish-target';
import { removeTarget } from './remove-target';
import { nameOf, type Target } from './target-id';
import { PUBLISH_PATIENCE_SECONDS, PUBLISH_REPORT } from '../../src/private/target-contract';
import { mapBounded } from '../shared/bounded';
import { answer, type Respond } from '../shared/custom-resource';
import { describe, isDenied } from '../shared/errors';
import { patiently, type Patience } from '../shared/patience';

/** How many targets are published to at the same time. */
const AT_ONCE = 20;

/** What is not done by then is left to the queue, so that the answer is well inside the Lambda's time-out. */
const DEADLINE_MS = 60_000;

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
  try {
    if (event.RequestType === 'Delete') {
      const all = await ports.store.list();
      await mapBounded(all, AT_ONCE, ({ target }) => removeTarget(target, ports));
      return await answer(event, {}, respond);
    }
    const fates = await publishToAll(ports);
    const report = reportOf(fates);
    const isFailed = event.ResourceProperties.failDeploy === 'true' && fates.some(([, { kind }]) => kind === 'failed');
    await answer(event, isFailed ? { failure: report } : { data: { [PUBLISH_REPORT]: report } }, respond);
  } catch (error) {
    await answer(event, { failure: `the targets could not be published to: ${describe(error)}` }, respond);
  }
}

async function publishToAll(ports: BatchPorts): Promise<[Target, Fate][]> {
  const deadline = ports.now() + DEADLINE_MS;
  const targets = await ports.store.list();
  const fates = await mapBounded(targets, AT_ONCE, async ({ target }): Promise<[Target, Fate]> => {
    if (ports.now() > deadline) return [target, { kind: 'queued' }];
    const outcome = await patiently(() => publishTarget(target.id, false, ports), untilIamKnows(deadline - ports.now()), ports);
    ports.telemetry.outcome(target.id, outcome);
    return [target, outcome];
  });
  // Also those that failed: what is wrong with them may be mended before the next refresh.
  const again = fates.filter(([, { kind }]) => kind !== 'published' && kind !== 'unchanged' && kind !== 'gone');
  const soon = ports.now() + FIRST_BACK_OFF_MS;
  await ports.queue.send(again.map(([{ id }, fate]) => ({ message: { publish: 'target', target: id }, at: 'at' in fate ? fate.at : soon })));
  ports.telemetry.copies(await ports.store.list());
  return fates;
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
  const report = [summary, ...failures].join('; ');
  const bytes = Buffer.from(report);
  return bytes.length > LONGEST_REPORT ? `${bytes.subarray(0, LONGEST_REPORT).toString().replace(/\uFFFD$/, '')}…` : report;
}

const WORDS: Record<Fate['kind'], string> = {
  published: 'published',
  unchanged: 'up to date',
  later: 'put off by a rate limit',
  queued: 'left to the queue',
  busy: 'left to the queue',
  gone: 'gone',
  failed: 'failed',
};
