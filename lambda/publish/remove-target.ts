import type { BatchPorts } from './batch';
import { mapInTime } from './in-time';
import { LEASE_MS, vendorOf } from './publish-target';
import { noting, scrubbed } from './scrub';
import { nameOf, type Target } from './target-id';
import { mapBounded } from '../shared/bounded';

/** How many targets are removed at the same time. */
const AT_ONCE = 20;

/** How long removing may take in all, so that CloudFormation has its answer well inside the Lambda's time-out. */
const BEGIN_MS = 60_000;
const WAIT_MS = 120_000;

/** How long a publication that is under way is waited for. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 1000;

/**
 * Removes targets, and what they hold if their app asked for that.
 *
 * A vendor that refuses or is too slow is reported and does not fail the deploy: the value expires by itself, and a
 * roll-back must not get stuck on it.
 *
 * @param owner who leases the targets: the same each time that it is tried, which need not wait for itself
 * @returns what comes when nothing is under way any more
 */
export async function removeTargets(targets: readonly Target[], owner: string, ports: BatchPorts): Promise<{ readonly rest: Promise<unknown> }> {
  const held = targets.filter(({ removal }) => removal !== 'leave');
  const times = { beginUntil: ports.now() + BEGIN_MS, waitUntil: ports.now() + WAIT_MS };
  const { done, rest } = await mapInTime(held, AT_ONCE, times, ports.now, (target) => letGo(target, owner, ports));
  for (const target of held.filter((each) => !done.has(each))) report(target, new Error('there was no time left'), ports);
  await mapBounded(targets, AT_ONCE, ({ id }) => ports.store.delete(id));
  return { rest };
}

async function letGo(target: Target, owner: string, ports: BatchPorts): Promise<void> {
  const { removal } = target;
  const secrets = new Set<string>();
  try {
    await untilFree(target, owner, ports);
    // A deploy that fails after this is rolled back, and the target is one again.
    await ports.store.doubt(target.id);
    await vendorOf(target, ports).remove(target, removal as Exclude<typeof removal, 'leave'>, noting(secrets, ports.vendorPorts));
    ports.telemetry.removed(target, removal);
  } catch (error) {
    report(target, scrubbed(error, secrets), ports);
  }
}

function report(target: Target, error: unknown, { telemetry }: BatchPorts): void {
  telemetry.problem(`what ${nameOf(target)} holds could not be removed, and expires by itself`, error);
}

/** A publication that began before would put the value back. */
async function untilFree({ id }: Target, owner: string, { store, now, sleep }: BatchPorts): Promise<void> {
  for (const until = now() + PATIENCE_MS; now() < until; await sleep(PAUSE_MS)) {
    if ((await store.lease(id, owner, now(), now() + LEASE_MS)).kind !== 'busy') return;
  }
}
