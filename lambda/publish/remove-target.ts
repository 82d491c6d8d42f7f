import type { BatchPorts } from './batch';
import { LEASE_MS } from './publish-target';
import { nameOf, type Target } from './target-id';

/** How long a publication that is under way is waited for. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 1000;

/**
 * Removes a target, and what it holds if its app asked for that.
 *
 * A vendor that refuses is reported and does not fail the deploy: the value expires by itself, and a roll-back must not
 * get stuck on it.
 */
export async function removeTarget(target: Target, ports: BatchPorts): Promise<void> {
  const { removal } = target;
  if (removal !== 'leave') {
    try {
      await untilFree(target, ports);
      await ports.vendors[target.kind].remove(target, removal, ports.vendorPorts);
      ports.telemetry.removed(target, removal);
    } catch (error) {
      ports.telemetry.problem(`what ${nameOf(target)} holds could not be removed, and expires by itself`, error);
    }
  }
  await ports.store.delete(target.id);
}

/** A publication that began before would put the value back. */
async function untilFree({ id }: Target, { store, now, sleep, newOwner }: BatchPorts): Promise<void> {
  const owner = newOwner();
  for (const until = now() + PATIENCE_MS; now() < until; await sleep(PAUSE_MS)) {
    if ((await store.lease(id, owner, now(), now() + LEASE_MS)).kind === 'mine') return;
  }
}
