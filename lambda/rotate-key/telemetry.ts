import { KeyRotationMetric } from '../../src/private/key-rotation-contract';
import type { WriteLine } from '../shared/log';
import { metricLine } from '../shared/metrics';

/** Reports how old the key is that readers have. */
export function logKeyAge(write: WriteLine, seconds: number, functionName: string, now: number): void {
  write(metricLine({
    values: { [KeyRotationMetric.KEY_AGE]: seconds },
    units: { [KeyRotationMetric.KEY_AGE]: 'Seconds' },
    dimensions: {},
    functionName,
    time: now,
  }));
}
