import type { RotationPorts } from './ports';
import { prove } from './prove-key';
import { currentVersionOf, requireStaged } from './situation';

/**
 * The step finishSecret: readers get the new key from now on.
 *
 * It is proved once more, because the step may come long after the test.
 */
export async function finish(versionId: string, ports: RotationPorts): Promise<void> {
  const { stages } = await ports.secret.describe();
  if (stages.get(versionId)?.includes('AWSCURRENT')) return;
  requireStaged({ stages }, versionId);
  await prove(versionId, await ports.secret.read(versionId) ?? '', ports);
  await ports.secret.makeCurrent(versionId, currentVersionOf(stages));
}
