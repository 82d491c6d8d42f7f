import { countFailures, type RefreshReport, type RegistryOutcome } from './refresh';
import {
  LARGE_SECRET_BYTES, MOST_COUNTED_REGISTRIES, REGISTRY_DIMENSION, RefreshMetric, type RefreshRequest,
} from '../../src/private/contract';
import { describe } from '../shared/errors';
import { log, type WriteLine } from '../shared/log';
import { metricLine } from '../shared/metrics';

/** How a metric is counted. */
const UNITS: Record<RefreshMetric, 'Seconds' | 'Count' | 'Bytes'> = {
  [RefreshMetric.SECONDS_REMAINING]: 'Seconds',
  [RefreshMetric.REFRESHED_REGISTRIES]: 'Count',
  [RefreshMetric.FAILED_REGISTRIES]: 'Count',
  [RefreshMetric.UNREADABLE_SECRETS]: 'Count',
  [RefreshMetric.SECRET_BYTES]: 'Bytes',
};

/** What is reported as the life of credentials that never expire: a year. */
const ENDLESS_SECONDS = 365 * 24 * 3600;

/** Writes the telemetry of a function's runs, and never a credential. */
export class Telemetry {
  public constructor(private readonly write: WriteLine, private readonly functionName: string, private readonly now: () => number) {}

  /** A line a registry, a warning for a replaced value and for one that is nearly too large, and the metrics. */
  public report(report: RefreshReport): void {
    for (const { error, ...outcome } of report.registries) {
      if (error === undefined) log(this.write, 'INFO', 'refreshed', { ...outcome, written: report.written });
      else log(this.write, 'ERROR', 'registry was not refreshed', { ...outcome, cause: describe(error) });
    }
    if (report.unreadable) {
      log(this.write, 'WARN', 'the secret had a value that the refresher did not write', { replaced: report.written });
    }
    if (report.bytes > LARGE_SECRET_BYTES) {
      log(this.write, 'WARN', 'the secret is nearly full: give some registries to another DockerCredentials', { bytes: report.bytes });
    }
    this.metrics({
      [RefreshMetric.SECONDS_REMAINING]: report.secondsRemaining ?? ENDLESS_SECONDS,
      [RefreshMetric.REFRESHED_REGISTRIES]: report.registries.length - countFailures(report),
      [RefreshMetric.FAILED_REGISTRIES]: countFailures(report),
      [RefreshMetric.UNREADABLE_SECRETS]: report.unreadable ? 1 : 0,
      [RefreshMetric.SECRET_BYTES]: report.bytes,
    });
    this.countEach(report.registries);
  }

  /** A run that could not read or write the secret: nobody's credentials were refreshed. */
  public failure(request: RefreshRequest, error: unknown): void {
    log(this.write, 'ERROR', 'the secret was not refreshed', { cause: describe(error) });
    const registries = request.registries.map((registry) => (registry.kind === 'ecr' ? registry.accounts.length : 1));
    this.metrics({ [RefreshMetric.FAILED_REGISTRIES]: registries.reduce((sum, count) => sum + count) });
  }

  private countEach(registries: readonly RegistryOutcome[]): void {
    for (const { registry } of registries.filter(({ error }) => error !== undefined).slice(0, MOST_COUNTED_REGISTRIES)) {
      this.metrics({ [RefreshMetric.FAILED_REGISTRIES]: 1 }, { [REGISTRY_DIMENSION]: registry });
    }
  }

  private metrics(values: Partial<Record<RefreshMetric, number>>, dimensions: Record<string, string> = {}): void {
    this.write(metricLine({ values, units: UNITS, dimensions, functionName: this.functionName, time: this.now() }));
  }
}
