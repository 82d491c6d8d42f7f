import { METRIC_DIMENSION, METRIC_NAMESPACE } from '../../src/private/contract';
import { KeyRotationMetric } from '../../src/private/key-rotation-contract';
import type { WriteLine } from '../shared/log';

/**
 * CloudWatch makes a metric of such a line.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function logKeyAge(write: WriteLine, seconds: number, functionName: string, now: number): void {
  write(JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{
        Namespace: METRIC_NAMESPACE,
        Dimensions: [[METRIC_DIMENSION]],
        Metrics: [{ Name: KeyRotationMetric.KEY_AGE, Unit: 'Seconds' }],
      }],
    },
    [METRIC_DIMENSION]: functionName,
    [KeyRotationMetric.KEY_AGE]: seconds,
  }));
}
