import type { Outcome } from './publish-target';
import { nameOf, type Target } from './target-id';
import type { StoredTarget, TargetState } from './target-store';
import {
  MOST_COUNTED_TARGETS, PublishMetric, TARGET_DIMENSION, TOKEN_WARNING_DAYS, type Removal,
} from '../../src/private/target-contract';
import { describe } from '../shared/errors';
import { log, type WriteLine } from '../shared/log';
import { metricLine } from '../shared/metrics';

const DAY_MS = 24 * 3600_000;

/** What is reported as the life of credentials that never expire: a year. */
const ENDLESS_SECONDS = 365 * 24 * 3600;

const UNITS: Record<PublishMetric, 'Seconds' | 'Count'> = {
  [PublishMetric.TARGET_SECONDS_REMAINING]: 'Seconds',
  [PublishMetric.PUBLISHED_TARGETS]: 'Count',
  [PublishMetric.FAILED_TARGETS]: 'Count',
  [PublishMetric.DELAYED_TARGETS]: 'Count',
  [PublishMetric.EXPIRING_TOKENS]: 'Count',
};

/** Writes the telemetry of a function's runs, and never a credential. */
export class Telemetry {
  private counted = 0;

  public constructor(private readonly write: WriteLine, private readonly functionName: string, private readonly now: () => number) {}

  /** What became of one target. */
  public outcome(id: string, outcome: Outcome): void {
    if (outcome.kind === 'busy' || outcome.kind === 'gone') return log(this.write, 'INFO', outcome.kind, { id });
    const target = nameOf(outcome.target);
    switch (outcome.kind) {
      case 'published': return this.published(id, target, outcome);
      case 'unchanged': {
        log(this.write, 'INFO', 'unchanged', { target, id });
        return this.missing(id, target, outcome);
      }
      case 'outdated': return log(this.write, 'WARN', 'Secrets Manager gave an older version than what was published', { target, id });
      case 'later': {
        if (!outcome.isNews) return;
        const cause = outcome.cause === undefined ? {} : { cause: describe(outcome.cause) };
        log(this.write, 'INFO', 'put off by a rate limit', { target, id, until: inUtc(outcome.at), ...cause });
        return this.metrics({ [PublishMetric.DELAYED_TARGETS]: 1 });
      }
      case 'failed': return this.failed(id, target, describe(outcome.error));
    }
  }

  /** How the copies stand, before a round of publishing or after one at deploy. */
  public copies(targets: readonly StoredTarget[]): void {
    if (targets.length === 0) return;
    const now = this.now();
    const expiries = targets.map(({ state }) => state.expiresAt ?? 0);
    const seconds = Math.max(0, Math.floor((Math.min(...expiries) - now) / 1000));
    const tokens = targets.filter(({ state }) => isTokenEnding(state, now));
    for (const { target, state } of tokens) {
      log(this.write, 'WARN', 'the token of a target expires soon: put a new one into its secret', {
        target: nameOf(target), id: target.id, expiresAt: inUtc(state.tokenExpiresAt!),
      });
    }
    this.metrics({
      [PublishMetric.TARGET_SECONDS_REMAINING]: Number.isFinite(seconds) ? seconds : ENDLESS_SECONDS,
      [PublishMetric.EXPIRING_TOKENS]: tokens.length,
    });
  }

  /** A target is gone, and what it held. */
  public removed(target: Target, removal: Removal): void {
    log(this.write, 'INFO', 'removed', { target: nameOf(target), id: target.id, removal });
  }

  /** Something else than a publication failed. */
  public problem(what: string, error: unknown, details: object = {}): void {
    log(this.write, 'ERROR', what, { ...details, cause: describe(error) });
  }

  private published(id: string, target: string, outcome: Extract<Outcome, { kind: 'published' }>): void {
    const { state } = outcome;
    const secondsRemaining = Math.floor((state.expiresAt! - this.now()) / 1000);
    log(this.write, 'INFO', 'published', { target, id, ...Number.isFinite(secondsRemaining) ? { secondsRemaining } : {} });
    this.metrics({ [PublishMetric.PUBLISHED_TARGETS]: 1 });
    this.missing(id, target, outcome);
  }

  private missing(id: string, target: string, { missing, state }: Extract<Outcome, { missing: unknown }>): void {
    if (missing.length > 0) this.failed(id, target, state.failure!);
  }

  private failed(id: string, target: string, cause: string): void {
    log(this.write, 'ERROR', 'target was not published to', { target, id, cause });
    this.metrics({ [PublishMetric.FAILED_TARGETS]: 1 });
    if (this.counted++ < MOST_COUNTED_TARGETS) this.metrics({ [PublishMetric.FAILED_TARGETS]: 1 }, { [TARGET_DIMENSION]: asDimension(target) });
  }

  private metrics(values: Partial<Record<PublishMetric, number>>, dimensions: Record<string, string> = {}): void {
    this.write(metricLine({ values, units: UNITS, dimensions, functionName: this.functionName, time: this.now() }));
  }
}

function isTokenEnding({ tokenExpiresAt }: TargetState, now: number): boolean {
  return tokenExpiresAt !== undefined && tokenExpiresAt - now < TOKEN_WARNING_DAYS * DAY_MS;
}

/** CloudWatch takes up to 1,024 characters of ASCII. */
function asDimension(name: string): string {
  return name.replace(/[^ -~]/g, '?').slice(0, 1000);
}

function inUtc(time: number): string {
  return new Date(time).toISOString();
}
