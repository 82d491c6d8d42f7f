import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** Life of an ECR token: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
export const TOKEN_LIFE_HOURS = 12;

/** The alarm never waits longer than this for a good run, so that at least four hours of the credentials are left. */
const LONGEST_SILENCE_HOURS = 8;

export const RUNBOOK = 'https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md';

/** What the alarms watch. */
export interface WatchedMetrics {
  /** Seconds remaining, the least in an hour. */
  readonly secondsRemaining: cloudwatch.Metric;
  /** Registries that failed in the best run of an hour. */
  readonly fewestFailures: cloudwatch.Metric;
  /** Invocations that were given up and wait to be looked at. */
  readonly deadLetters: cloudwatch.Metric;
}

/** The alarms of a refresher; each description leads to its entry of the runbook. */
export class RefreshAlarms {
  public readonly expiring: cloudwatch.Alarm;
  public readonly failures: cloudwatch.Alarm;
  public readonly deadLetters: cloudwatch.Alarm;

  /** @param hours the refresh interval */
  public constructor(scope: Construct, metrics: WatchedMetrics, hours: number, topic?: sns.ITopic) {
    // Two runs in a row must have failed, or not have happened.
    const silence = Math.min(2 * Math.ceil(hours), LONGEST_SILENCE_HOURS);
    this.expiring = alarmFor(scope, 'AlarmExpiring', metrics.secondsRemaining, {
      alarmDescription: `The ECR credentials of ${scope.node.path} were not refreshed for ${silence} hours and will expire. `
        + `Runbook: ${RUNBOOK}#credentials-expiring`,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      // A run that failed leaves less than this, a good one more.
      threshold: (TOKEN_LIFE_HOURS - hours / 2) * Duration.hours(1).toSeconds(),
      evaluationPeriods: silence,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    }, topic);
    this.failures = alarmFor(scope, 'AlarmFailures', metrics.fewestFailures, {
      alarmDescription: `A registry of ${scope.node.path} failed in each run of an hour, and has its last good credentials at best. `
        + `Runbook: ${RUNBOOK}#a-registry-failing`,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      // Until the next run there is no news.
      treatMissingData: cloudwatch.TreatMissingData.IGNORE,
    }, topic);
    this.deadLetters = alarmFor(scope, 'AlarmDeadLetters', metrics.deadLetters, {
      alarmDescription: `A refresh of ${scope.node.path} was given up after its last attempt. Runbook: ${RUNBOOK}#a-refresh-given-up`,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    }, topic);
  }
}

/** An alarm that tells the topic when it goes off, and when it ends. */
export function alarmFor(
  scope: Construct, id: string, metric: cloudwatch.Metric, options: cloudwatch.CreateAlarmOptions, topic?: sns.ITopic,
): cloudwatch.Alarm {
  const alarm = metric.createAlarm(scope, id, options);
  if (topic) {
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
  }
  return alarm;
}
