import { CfnOutput, CustomResource, Duration, Lazy, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct, type IDependable } from 'constructs';
import type { PublishingOptions } from './publishing-options';
import type { Target } from './target';
import type { TargetConfig } from './target-config';
import { READ_TARGETS_ACTION } from '../private/actions';
import { METRIC_DIMENSION, METRIC_NAMESPACE, type SecretFormat } from '../private/contract';
import { PublishFunction } from '../private/publish-function';
import { TargetAlarms } from '../private/target-alarms';
import {
  MOST_RECEIVES, PUBLISH_REPORT, PUBLISH_TIMEOUT_SECONDS, PublishEnvironment, PublishMetric, TARGET_DIMENSION, TargetResourceType, TARGETS_TABLE_TAG,
  type PublishRunProperties, type RegistrationProperties,
} from '../private/target-contract';
import { PublisherPolicy } from '../private/targets/publisher-policy';
import { checkOneRegistry, checkTargets, targetGroups } from '../private/targets/target-groups';
import { TargetRights } from '../private/targets/target-rights';
import { Problems } from '../private/validation';

const DESCRIPTION = 'Publishes ECR credentials to the targets of CI systems';

/** As long as the credentials live: what is older than that has nothing to publish. */
const MESSAGE_LIFE = Duration.hours(12);

/** Of AWS: a message must not come again while the function may still be at work on it. */
const VISIBILITY_FACTOR = 6;

/**
 * What publishes is made of.
 *
 * @internal
 */
export interface TargetPublisherProps {
  readonly secret: secretsmanager.ISecret;
  readonly format: SecretFormat;
  /** How many entries the dockercfg has. */
  readonly hosts: number;
  readonly encryptionKey?: kms.IKey;
  readonly alarmTopic?: sns.ITopic;
  readonly logRetention?: logs.RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  readonly refreshIntervalHours: number;
  readonly options: PublishingOptions;
  /** After what a deploy publishes: the secret has a value then. */
  readonly after: IDependable;
}

/**
 * What brings the dockercfg to the targets of a `DockerCredentials`: a queue with a message a target after each refresh,
 * and a Lambda that takes them.
 *
 * It reads the dockercfg and the vendors' tokens, and has no right in ECR.
 */
export class TargetPublisher extends Construct implements iam.IGrantable {
  /** @internal */
  public static _of(scope: Construct, props: TargetPublisherProps): TargetPublisher {
    return new TargetPublisher(scope, 'Publisher', props);
  }

  /** The publisher's role, which has the rights that the targets need. */
  public readonly role: iam.IRole;

  /** The same role, for grants. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** The Lambda that publishes. */
  public readonly publishFunction: lambda.Function;

  /** What is to be published: `{"publish":"all"}` sees to every target. */
  public readonly queue: sqs.Queue;

  /** Messages that were given up after their last attempt. */
  public readonly deadLetterQueue: sqs.Queue;

  /** What the targets are, and how their copies stand. No credential is in it. */
  public readonly table: dynamodb.Table;

  /**
   * Goes off when a target's copy was not renewed and will expire.
   *
   * @see https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md#a-copy-expiring
   */
  public readonly alarmExpiring: cloudwatch.Alarm;

  /**
   * Goes off when there is something in the dead-letter queue.
   *
   * @see https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md#a-target-given-up
   */
  public readonly alarmDeadLetters: cloudwatch.Alarm;

  /**
   * Goes off when the token of a target expires within two weeks.
   *
   * @see https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md#a-token-expiring
   */
  public readonly alarmExpiringTokens: cloudwatch.Alarm;

  private readonly configs: TargetConfig[] = [];
  private readonly rights: TargetRights;
  private readonly publishRun: CustomResource;

  private constructor(scope: Construct, id: string, private readonly props: TargetPublisherProps) {
    super(scope, id);
    const { secret, encryptionKey, options, removalPolicy } = props;
    const logGroup = new logs.LogGroup(this, 'LogGroup', { retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH, removalPolicy });
    this.table = new dynamodb.Table(this, 'Targets', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Who sees the secret finds how its targets stand.
    Tags.of(secret).add(TARGETS_TABLE_TAG, this.table.tableName);
    this.deadLetterQueue = this.createQueue('DeadLetterQueue', { retentionPeriod: Duration.days(14) });
    this.queue = this.createQueue('Queue', {
      retentionPeriod: MESSAGE_LIFE,
      visibilityTimeout: Duration.seconds(VISIBILITY_FACTOR * PUBLISH_TIMEOUT_SECONDS),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MOST_RECEIVES },
    });

    const role = new iam.Role(this, 'Role', { description: DESCRIPTION, assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.role = role;
    const isInVpc = options.vpc !== undefined;
    const policy = new PublisherPolicy(this, 'Policy', { role, logGroup, table: this.table, queue: this.queue, secret, encryptionKey, isInVpc });
    this.rights = new TargetRights(this, 'Rights', role);
    this.grantPrincipal = this.rights.grantPrincipal;
    this.publishFunction = new PublishFunction(this, 'Function', {
      description: DESCRIPTION,
      role,
      logGroup,
      timeout: Duration.seconds(PUBLISH_TIMEOUT_SECONDS),
      memorySize: 512,
      vpc: options.vpc,
      vpcSubnets: options.vpcSubnets,
      securityGroups: options.securityGroups,
      environment: {
        [PublishEnvironment.SECRET_ARN]: secret.secretArn,
        [PublishEnvironment.SECRET_FORMAT]: props.format,
        [PublishEnvironment.TABLE_NAME]: this.table.tableName,
        [PublishEnvironment.QUEUE_URL]: this.queue.queueUrl,
      },
    });
    // AWS refuses a function in a VPC, and the queue's mapping, whose role has not the rights for them.
    if (isInVpc) this.publishFunction.node.addDependency(policy);
    const messages = new lambda.EventSourceMapping(this, 'Messages', {
      target: this.publishFunction,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency: options.maxConcurrency ?? 5,
      reportBatchItemFailures: true,
    });
    messages.node.addDependency(policy);
    this.publishRun = this.createDeployRun(options.failDeploy ?? false, policy, props.after);

    const alarms = new TargetAlarms(this, scope.node.path, {
      secondsRemaining: this.metricSecondsRemaining(),
      deadLetters: this.deadLetterQueue.metricApproximateNumberOfMessagesVisible(),
      expiringTokens: this.metricExpiringTokens(),
    }, props.refreshIntervalHours, props.alarmTopic);
    this.alarmExpiring = alarms.expiring;
    this.alarmDeadLetters = alarms.deadLetters;
    this.alarmExpiringTokens = alarms.expiringTokens;
    for (const alarm of [this.alarmExpiring, this.alarmExpiringTokens]) alarm.node.addDependency(this.publishRun); // their first data comes from there

    this.node.addValidation({ validate: () => this.targetProblems() });
  }

  /**
   * Lets a principal read how the targets stand, for `ecr-ci status`.
   *
   * @param grantee who may read it
   */
  public grantReadStatus(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: [READ_TARGETS_ACTION], resourceArns: [this.table.tableArn] });
  }

  /**
   * Seconds until the first copy at a target expires, as seen before each round of publishing and after the one at deploy;
   * 0 if a target never had one.
   *
   * @default - Minimum over one hour
   */
  public metricSecondsRemaining(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(PublishMetric.TARGET_SECONDS_REMAINING, { statistic: cloudwatch.Stats.MINIMUM, ...options });
  }

  /**
   * Targets that were brought up to date.
   *
   * @default - Sum over one hour
   */
  public metricPublished(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(PublishMetric.PUBLISHED_TARGETS, { statistic: cloudwatch.Stats.SUM, ...options });
  }

  /**
   * Attempts to publish to a target that failed.
   *
   * @default - Sum over one hour
   */
  public metricFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(PublishMetric.FAILED_TARGETS, { statistic: cloudwatch.Stats.SUM, ...options });
  }

  /**
   * Attempts to publish to one target that failed. At most 20 targets of a batch are counted one by one.
   *
   * @param target as the log names it
   *
   * @default - Sum over one hour
   */
  public metricTargetFailures(target: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(PublishMetric.FAILED_TARGETS, { statistic: cloudwatch.Stats.SUM, ...options }, { [TARGET_DIMENSION]: target });
  }

  /**
   * Publications that a vendor's rate limit put off.
   *
   * @default - Sum over one hour
   */
  public metricDelayed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(PublishMetric.DELAYED_TARGETS, { statistic: cloudwatch.Stats.SUM, ...options });
  }

  /**
   * Targets whose token expires within 14 days, as far as vendors say when.
   *
   * @default - Maximum over one hour
   */
  public metricExpiringTokens(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(PublishMetric.EXPIRING_TOKENS, { statistic: cloudwatch.Stats.MAXIMUM, ...options });
  }

  /**
   * Adds a target.
   *
   * @internal
   */
  public _add(target: Target): void {
    const index = this.configs.length;
    const scope = new Construct(this, `Target${index + 1}`);
    this.publishRun.node.addDependency(scope); // what the target needs is there when it is published to
    const config = target.bind(scope, { publisher: this, publisherRoleArn: this.role.roleArn, secret: this.props.secret });
    const problems = new Problems(this.node.scope!);
    checkOneRegistry(problems, `targets[${index}]`, config, this.props.hosts);
    problems.throwIfAny();
    this.configs.push(config);
  }

  /**
   * Adds a row to a dashboard.
   *
   * @internal
   */
  public _addToDashboard(dashboard: cloudwatch.Dashboard): void {
    dashboard.addWidgets(
      new cloudwatch.GraphWidget({
        title: `${this.node.scope!.node.path}: seconds remaining at the targets`,
        left: [this.metricSecondsRemaining()],
        leftAnnotations: [this.alarmExpiring.toAnnotation()],
        leftYAxis: { min: 0 },
        width: 9,
      }),
      new cloudwatch.GraphWidget({
        title: `${this.node.scope!.node.path}: targets`,
        left: [this.metricPublished({ label: 'published' }), this.metricFailures({ label: 'failed' }), this.metricDelayed({ label: 'put off' })],
        leftYAxis: { min: 0 },
        width: 9,
      }),
      new cloudwatch.AlarmStatusWidget({
        title: this.node.path,
        alarms: [this.alarmExpiring, this.alarmDeadLetters, this.alarmExpiringTokens],
        width: 6,
        height: 6,
      }),
    );
  }

  private targetProblems(): string[] {
    const problems = new Problems(this);
    checkTargets(problems, this, this.configs);
    return [...problems.lines];
  }

  private createQueue(id: string, props: sqs.QueueProps): sqs.Queue {
    return new sqs.Queue(this, id, { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true, ...props });
  }

  /**
   * Says which targets there are, changes the publisher's rights, and publishes: in this order, so that a target that is
   * removed loses what it holds while the rights for that are there.
   */
  private createDeployRun(failDeploy: boolean, policy: PublisherPolicy, after: IDependable): CustomResource {
    const targets = Lazy.string({ produce: () => Stack.of(this).toJsonString(targetGroups(this, this.configs)) });
    const registration = this.customResource('Registration', TargetResourceType.REGISTRATION, { targets } satisfies RegistrationProperties);
    registration.node.addDependency(policy);
    this.rights.node.addDependency(registration);
    const code = (this.publishFunction.node.defaultChild as lambda.CfnFunction).code as lambda.CfnFunction.CodeProperty;
    const properties = { targets, codeKey: code.s3Key!, failDeploy: String(failDeploy) } satisfies PublishRunProperties;
    const publishRun = this.customResource('PublishRun', TargetResourceType.PUBLISH_RUN, properties);
    publishRun.node.addDependency(this.rights, registration, after);
    new CfnOutput(this, 'Report', { description: 'How publishing to the targets went', value: publishRun.getAttString(PUBLISH_REPORT) });
    return publishRun;
  }

  private customResource(id: string, resourceType: TargetResourceType, properties: Record<string, string>): CustomResource {
    return new CustomResource(this, id, {
      serviceToken: this.publishFunction.functionArn,
      resourceType,
      properties,
      serviceTimeout: Duration.seconds(PUBLISH_TIMEOUT_SECONDS + 60),
    });
  }

  private metric(metricName: PublishMetric, options: cloudwatch.MetricOptions, dimensions: Record<string, string> = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { [METRIC_DIMENSION]: this.publishFunction.functionName, ...dimensions },
      period: Duration.hours(1),
      ...options,
    }).attachTo(this);
  }
}
