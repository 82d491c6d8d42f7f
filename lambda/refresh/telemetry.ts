import type { RefreshReport } from './refresh';
import { METRIC_DIMENSION, METRIC_NAMESPACE, RefreshMetric } from '../../src/private/contract';
import { describe } from '../shared/errors';
import { log, type WriteLine } from '../shared/log';

/** How a metric is counted. */
const UNITS: Record<RefreshMetric, 'Seconds' | 'Count'> = {
  [RefreshMetric.SECONDS_REMAINING]: 'Seconds',
  [RefreshMetric.REFRESHED_REGISTRIES]: 'Count',
  [RefreshMetric.FAILED_REGISTRIES]: 'Count',
  [RefreshMetric.UNREADABLE_SECRETS]: 'Count',
};

/** Writes what a run did, and never a credential: a line a registry, a warning for a replaced value, and the metrics. */
export function logReport(write: WriteLine, report: RefreshReport, functionName: string, now: number): void {
  for (const { error, ...outcome } of report.registries) {
    if (error === undefined) log(write, 'INFO', 'refreshed', { ...outcome, written: report.written });
    else log(write, 'ERROR', 'registry gave no token', { ...outcome, cause: describe(error) });
  }
  if (report.unreadable) {
    log(write, 'WARN', 'the secret had a value that the refresher did not write', { replaced: report.written });
  }
  const failed = report.registries.filter(({ error }) => error !== undefined).length;
  writeMetrics(write, functionName, now, {
    [RefreshMetric.SECONDS_REMAINING]: report.secondsRemaining,
    [RefreshMetric.REFRESHED_REGISTRIES]: report.registries.length - failed,
    [RefreshMetric.FAILED_REGISTRIES]: failed,
    [RefreshMetric.UNREADABLE_SECRETS]: report.unreadable ? 1 : 0,
  });
}

/**
 * CloudWatch makes metrics of such a line.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function writeMetrics(write: WriteLine, functionName: string, now: number, values: Record<RefreshMetric, number>): void {
  write(JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{
        Namespace: METRIC_NAMESPACE,
        Dimensions: [[METRIC_DIMENSION]],
        Metrics: Object.entries(UNITS).map(([Name, Unit]) => ({ Name, Unit })),
      }],
    },
    [METRIC_DIMENSION]: functionName,
    ...values,
  }));
}
