import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { alarmFor, RUNBOOK, TOKEN_LIFE_HOURS } from './refresh-alarms';
import { TOKEN_WARNING_DAYS } from './target-contract';

/** A copy this old is alarmed of at the earliest, however often the credentials are refreshed: the queue's attempts take a while. */
const YOUNGEST_HOURS = 3;

/** What the alarms watch. */
export interface WatchedTargetMetrics {
  /** Seconds until the first copy expires, the least in an hour. */
  readonly secondsRemaining: cloudwatch.Metric;
  /** Messages that were given up and wait to be looked at. */
  readonly deadLetters: cloudwatch.Metric;
  /** Targets whose vendor's token expires soon. */
  readonly expiringTokens: cloudwatch.Metric;
}

/** The alarms of a publisher; each description leads to its entry of the runbook. */
export class TargetAlarms {
  public readonly expiring: cloudwatch.Alarm;
  public readonly deadLetters: cloudwatch.Alarm;
  public readonly expiringTokens: cloudwatch.Alarm;

  /**
   * @param name of the credentials, for people
   * @param hours the refresh interval
   */
  public constructor(scope: Construct, name: string, metrics: WatchedTargetMetrics, hours: number, topic?: sns.ITopic) {
    const common = {
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
    };
    this.expiring = alarmFor(scope, 'AlarmExpiring', metrics.secondsRemaining, {
      alarmDescription: `A copy of the ECR credentials of ${name} was not renewed at its target and will expire. Runbook: ${RUNBOOK}#a-copy-expiring`,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      // Before a round a good copy has the life that the last round left it; one that missed a round has an interval less.
      threshold: (TOKEN_LIFE_HOURS - Math.max(1.5 * hours, YOUNGEST_HOURS)) * Duration.hours(1).toSeconds(),
      evaluationPeriods: 1,
      // Until the next round there is no news.
      treatMissingData: cloudwatch.TreatMissingData.IGNORE,
    }, topic);
    this.deadLetters = alarmFor(scope, 'AlarmDeadLetters', metrics.deadLetters, {
      ...common,
      alarmDescription: `A target of ${name} was given up after its last attempt, until the next refresh. Runbook: ${RUNBOOK}#a-target-given-up`,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    }, topic);
    this.expiringTokens = alarmFor(scope, 'AlarmExpiringTokens', metrics.expiringTokens, {
      ...common,
      alarmDescription: `The token of a target of ${name} expires within ${TOKEN_WARNING_DAYS} days. Runbook: ${RUNBOOK}#a-token-expiring`,
      treatMissingData: cloudwatch.TreatMissingData.IGNORE,
    }, topic);
  }
}
