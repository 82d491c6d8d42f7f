import { CustomResource, Duration, RemovalPolicy, Stack, Tokenization } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { RECORD_KEY_ACTIONS, ROTATE_KEY_ACTIONS, ROTATE_SECRET_ACTIONS, USE_KEY_ACTIONS } from '../private/actions';
import { METRIC_DIMENSION, METRIC_NAMESPACE } from '../private/contract';
import {
  INTENT_TAG_PREFIX,
  KEY_ROTATION_TIMEOUT_SECONDS,
  KEY_TAG_PREFIX,
  KeyRotationEnvironment,
  KeyRotationMetric,
  type FirstKeyProperties,
  type RetireRequest,
} from '../private/key-rotation-contract';
import { RotateKeyFunction } from '../private/rotate-key-function';
import type { Problems } from '../private/validation';

const RUNBOOK = 'https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md';

/** Secrets Manager's limits. */
const SHORTEST_ROTATION = Duration.hours(4);
const LONGEST_ROTATION = Duration.days(1000);

const LONGEST_DEFAULT_GRACE = Duration.days(1);
const RETIRE_INTERVAL = Duration.hours(1);

/** How often in a row the hourly run may fail to report a key that is young enough. */
const SILENT_HOURS = 3;

/** What the rotation is made of. */
export interface KeyRotationProps {
  readonly user: iam.IUser;
  readonly secret: secretsmanager.ISecret;
  readonly rotation: Duration;
  readonly grace?: Duration;
  readonly encryptionKey?: kms.IKey;
  readonly alarmTopic?: sns.ITopic;
}

/** Adds what is wrong with a rotation and its grace. */
export function checkKeyRotation(problems: Problems, rotation: Duration | undefined, grace: Duration | undefined): void {
  if (rotation && !rotation.isUnresolved()) {
    const hours = rotation.toHours({ integral: false });
    if (hours < SHORTEST_ROTATION.toHours() || hours > LONGEST_ROTATION.toHours() || !Number.isInteger(hours)) {
      problems.add('keyRotation', rotation.toHumanString(), '4 hours to 1,000 days, in whole hours',
        'give it as Secrets Manager takes it, such as Duration.days(30)');
    }
  }
  if (!grace) return;
  if (!rotation) {
    problems.add('keyGrace', grace.toHumanString(), 'left out without \'keyRotation\'', 'add \'keyRotation\', or leave out the grace: a key that is never replaced needs none');
    return;
  }
  if (grace.isUnresolved()) return;
  const isTooLong = !rotation.isUnresolved() && grace.toSeconds() >= rotation.toSeconds();
  if (isTooLong || grace.toSeconds() < RETIRE_INTERVAL.toSeconds()) {
    problems.add('keyGrace', grace.toHumanString(), 'at least 1 hour and shorter than \'keyRotation\'',
      'leave it out for a day, or half the rotation if that is shorter: the next rotation needs the old key\'s place');
  }
}

/** Rotates a user's access key with Secrets Manager: the Lambda, what calls it, and what watches it. */
export class KeyRotation extends Construct {
  public readonly rotationFunction: lambda.Function;
  public readonly alarmFailed: cloudwatch.Alarm;
  public readonly alarmKeyTooOld: cloudwatch.Alarm;

  public constructor(scope: Construct, id: string, private readonly props: KeyRotationProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'LogGroup', {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = this.createRole(logGroup);
    this.rotationFunction = new RotateKeyFunction(this, 'Function', {
      description: 'Rotates the access key of the IAM user of a CI system',
      role,
      logGroup,
      timeout: Duration.seconds(KEY_ROTATION_TIMEOUT_SECONDS),
      memorySize: 256,
      environment: {
        [KeyRotationEnvironment.SECRET_ARN]: props.secret.secretArn,
        [KeyRotationEnvironment.USER_NAME]: props.user.userName,
        [KeyRotationEnvironment.USER_ARN]: props.user.userArn,
        [KeyRotationEnvironment.GRACE_SECONDS]: Tokenization.stringifyNumber(this.grace().toSeconds()),
      },
    });
    const firstKey = this.createFirstKey(role);
    this.createSchedules(firstKey);
    this.alarmFailed = this.createAlarmFailed();
    this.alarmKeyTooOld = this.createAlarmKeyTooOld();
    this.alarmKeyTooOld.node.addDependency(firstKey); // its first data comes from there
  }

  public metricKeyAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName: KeyRotationMetric.KEY_AGE,
      dimensionsMap: { [METRIC_DIMENSION]: this.rotationFunction.functionName },
      statistic: cloudwatch.Stats.MAXIMUM,
      period: RETIRE_INTERVAL,
      ...options,
    }).attachTo(this);
  }

  private grace(): Duration {
    const { grace, rotation } = this.props;
    if (grace) return grace;
    if (rotation.isUnresolved() || rotation.toHours() / 2 >= LONGEST_DEFAULT_GRACE.toHours()) return LONGEST_DEFAULT_GRACE;
    return Duration.minutes(rotation.toMinutes() / 2);
  }

  private createRole(logGroup: logs.ILogGroup): iam.Role {
    const { user, secret, encryptionKey } = this.props;
    const role = new iam.Role(this, 'Role', {
      description: 'Rotates the access key of one IAM user',
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    role.addToPolicy(new iam.PolicyStatement({ actions: ROTATE_KEY_ACTIONS, resources: [user.userArn] }));
    role.addToPolicy(new iam.PolicyStatement({
      actions: RECORD_KEY_ACTIONS,
      resources: [user.userArn],
      // Other tags may be what policies decide by.
      conditions: {
        'ForAllValues:StringLike': { 'aws:TagKeys': [`${KEY_TAG_PREFIX}*`, `${INTENT_TAG_PREFIX}*`] },
        'Null': { 'aws:TagKeys': 'false' },
      },
    }));
    role.addToPolicy(new iam.PolicyStatement({ actions: ROTATE_SECRET_ACTIONS, resources: [secret.secretArn] }));
    if (encryptionKey) {
      // In the role's own policy, which also serves a key that was imported and whose policy cannot be changed here.
      role.addToPolicy(new iam.PolicyStatement({
        actions: USE_KEY_ACTIONS,
        resources: [encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(this).region}.amazonaws.com` } },
      }));
    }
    return role;
  }

  /** Makes the key that the secret holds when the deploy returns, and deletes the keys before the user is deleted. */
  private createFirstKey(role: iam.Role): CustomResource {
    const { secret, user } = this.props;
    const firstKey = new CustomResource(this, 'FirstKey', {
      serviceToken: this.rotationFunction.functionArn,
      resourceType: 'Custom::CiUserFirstKey',
      properties: { userName: user.userName } satisfies FirstKeyProperties,
      serviceTimeout: Duration.seconds(KEY_ROTATION_TIMEOUT_SECONDS + 60),
    });
    // With the role comes its policy, which must also be there until the keys are deleted.
    firstKey.node.addDependency(role, secret);
    return firstKey;
  }

  private createSchedules(firstKey: CustomResource): void {
    const { rotation, secret } = this.props;
    this.rotationFunction.addPermission('SecretsManager', {
      principal: new iam.ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Stack.of(this).account,
    });
    // Not aws-cdk-lib's RotationSchedule: it lets the role generate passwords, on the resource *.
    const schedule = new secretsmanager.CfnRotationSchedule(this, 'Schedule', {
      secretId: secret.secretArn,
      rotationLambdaArn: this.rotationFunction.functionArn,
      rotationRules: { scheduleExpression: events.Schedule.rate(rotation).expressionString },
      // The first key was made a moment ago.
      rotateImmediatelyOnUpdate: false,
    });
    schedule.node.addDependency(this.rotationFunction, firstKey);

    new Schedule(this, 'RetireSchedule', {
      description: 'Retires the access keys that were replaced, and reports the age of the one in use',
      schedule: ScheduleExpression.rate(RETIRE_INTERVAL),
      target: new LambdaInvoke(this.rotationFunction, { input: ScheduleTargetInput.fromObject({ retire: true } satisfies RetireRequest) }),
    });
  }

  private createAlarmFailed(): cloudwatch.Alarm {
    return this.notify(this.rotationFunction.metricErrors({ period: Duration.hours(1) }).createAlarm(this, 'AlarmFailed', {
      alarmDescription: `The access key of ${this.node.scope!.node.path} could not be rotated, or a replaced one not be retired. The key in use still works. `
        + `Runbook: ${RUNBOOK}#key-rotation-failed`,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    }));
  }

  private createAlarmKeyTooOld(): cloudwatch.Alarm {
    // A rotation that is only known at deploy is taken for the longest.
    const rotation = this.props.rotation.isUnresolved() ? LONGEST_ROTATION : this.props.rotation;
    // Secrets Manager rotates at any time of the day that is due, or of the hour for rotations in hours; and the age is measured hourly.
    const tolerance = rotation.toHours() % 24 === 0 ? Duration.hours(26) : Duration.hours(3);
    return this.notify(this.metricKeyAge().createAlarm(this, 'AlarmKeyTooOld', {
      alarmDescription: `The access key of ${this.node.scope!.node.path} was not rotated in time, or its age is not known. `
        + `Runbook: ${RUNBOOK}#key-too-old`,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: rotation.toSeconds() + tolerance.toSeconds(),
      evaluationPeriods: SILENT_HOURS,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    }));
  }

  private notify(alarm: cloudwatch.Alarm): cloudwatch.Alarm {
    if (this.props.alarmTopic) {
      alarm.addAlarmAction(new SnsAction(this.props.alarmTopic));
      alarm.addOkAction(new SnsAction(this.props.alarmTopic));
    }
    return alarm;
  }
}
