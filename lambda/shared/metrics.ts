import { METRIC_DIMENSION, METRIC_NAMESPACE } from '../../src/private/contract';

/** Metrics of a function, as CloudWatch takes them from a line of the log. */
export interface Metrics<Name extends string> {
  readonly values: Partial<Record<Name, number>>;
  readonly units: Record<Name, string>;
  /** Dimensions beside the function's name. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly functionName: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/**
 * A line of which CloudWatch makes metrics.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricLine<Name extends string>({ values, units, dimensions, functionName, time }: Metrics<Name>): string {
  const names = Object.keys(values) as Name[];
  return JSON.stringify({
    _aws: {
      Timestamp: time,
      CloudWatchMetrics: [{
        Namespace: METRIC_NAMESPACE,
        Dimensions: [[METRIC_DIMENSION, ...Object.keys(dimensions)]],
        Metrics: names.map((Name) => ({ Name, Unit: units[Name] })),
      }],
    },
    [METRIC_DIMENSION]: functionName,
    ...dimensions,
    ...values,
  });
}
