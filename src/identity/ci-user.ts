import { Duration, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { KeyRotation } from './key-rotation';
import { checkFormat, IAM_PATH, USER_NAME } from '../private/formats';
import { PackedPolicies } from '../private/packing/packed-policies';
import { checkManagedPolicyQuota, INLINE_CHARACTERS } from '../private/packing/quota';
import { checkCidrs, denyOtherSources } from '../private/source-restriction';
import { Problems } from '../private/validation';

/** What rotates a key, loaded where one is rotated: with it come the Lambdas and alarms of aws-cdk-lib. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const rotationModule = (): typeof import('./key-rotation') => require('./key-rotation');

/**
 * Properties of `CiUser`.
 */
export interface CiUserProps extends iam.UserProps {
  /**
   * KMS key that encrypts the secret with the access key.
   *
   * @default - the account's key for Secrets Manager, `aws/secretsmanager`
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How many managed policies IAM lets be attached to a user in the account, 10 to 20: its quota "Managed policies per user".
   *
   * What is granted to the user is kept in as few of them as it takes. The default is enough for 700 repositories with
   * names of 30 characters that the user may pull from and push to.
   *
   * @default 10
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
   */
  readonly managedPolicyQuota?: number;

  /**
   * How often the access key is replaced: 4 hours to 1,000 days, in whole hours.
   *
   * A reader that takes the key from the secret for each build needs nothing else. `cdk deploy` returns when the secret
   * holds a first key.
   *
   * @default - the key is made by CloudFormation and not replaced
   * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
   */
  readonly keyRotation?: Duration;

  /**
   * How long a key still works after it was replaced: at least 1 hour, and shorter than `keyRotation`.
   *
   * It has to last longer than any build that has read the old key. After it the key is made inactive, and after as long
   * again deleted. A rotation that is started by hand ends it at once, because a user can have two keys only.
   *
   * @default - one day, or half of `keyRotation` if that is shorter
   */
  readonly keyGrace?: Duration;

  /**
   * SNS topic that is told when the key could not be rotated or is too old, and when that is over.
   *
   * @default - the alarms are defined and have no action; without `keyRotation` there are none
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * IPv4 and IPv6 addresses that the user may be used from, such as `203.0.113.0/24`.
   *
   * They are compared with the public address of a request. A request through a VPC endpoint has none: it is only allowed
   * from `allowedVpcs`. What an AWS service calls on the user's behalf is not restricted.
   *
   * @default - the user may be used from every address, unless `allowedVpcs` is given
   */
  readonly allowedCidrs?: string[];

  /**
   * VPCs whose endpoints the user may be used through.
   *
   * @default - no VPC if `allowedCidrs` is given, otherwise every one
   */
  readonly allowedVpcs?: ec2.IVpc[];
}

/**
 * An IAM user for a CI system that can only hold an access key.
 *
 * It has no rights until they are granted: `repository.grantPullPush(user)`. Where the CI has an OIDC issuer, a role
 * that trusts it needs no key at all.
 *
 * @example
 * const repository = new CiRepository(this, 'App', { repositoryName: 'myuser/myapp' });
 * const user = new CiUser(this, 'CiUser', { keyRotation: Duration.days(30) });
 * repository.grantPullPush(user);
 */
export class CiUser extends iam.User {
  /**
   * Secret with the user's access key: `{"Version":1,"AccessKeyId":"…","SecretAccessKey":"…"}`.
   *
   * The AWS CLI and SDKs take this JSON from a `credential_process`. The key is in no template and in no output.
   *
   * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
   */
  public readonly accessKeySecret: secretsmanager.ISecret;

  /** The Lambda that rotates the key; undefined without `keyRotation`. */
  public readonly keyRotationFunction?: lambda.Function;

  /**
   * Goes off when the key could not be rotated or a replaced one not be retired; undefined without `keyRotation`.
   *
   * @see https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md
   */
  public readonly alarmKeyRotationFailed?: cloudwatch.Alarm;

  /**
   * Goes off when the key was not rotated in time, whatever the cause; undefined without `keyRotation`.
   *
   * @see https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md
   */
  public readonly alarmKeyTooOld?: cloudwatch.Alarm;

  private readonly keyRotation?: KeyRotation;

  private readonly policies: PackedPolicies;

  public constructor(scope: Construct, id: string, props: CiUserProps = {}) {
    const problems = new Problems(scope, id);
    checkFormat(problems, 'userName', props.userName, USER_NAME);
    checkFormat(problems, 'path', props.path, IAM_PATH);
    checkManagedPolicyQuota(problems, props.managedPolicyQuota, 'user');
    if (props.keyRotation || props.keyGrace) rotationModule().checkKeyRotation(problems, props.keyRotation, props.keyGrace);
    checkCidrs(problems, 'allowedCidrs', props.allowedCidrs);
    problems.unless('allowedVpcs', props.allowedVpcs, (list) => list.length > 0, 'at least one VPC', 'name one, or leave it out');
    problems.throwIfAny();

    const { alarmTopic, allowedCidrs, allowedVpcs, encryptionKey, keyGrace, keyRotation, managedPolicyQuota, ...userProps } = props;
    super(scope, id, userProps);
    this.policies = new PackedPolicies(this, {
      attachment: { users: [this.userName] },
      quota: managedPolicyQuota,
      inlineCharacters: INLINE_CHARACTERS.user,
    });

    if (allowedCidrs || allowedVpcs) this.addToPrincipalPolicy(denyOtherSources(allowedCidrs, allowedVpcs?.map(({ vpcId }) => vpcId)));

    const secret = new secretsmanager.Secret(this, 'AccessKeySecret', {
      description: 'Access key of the IAM user of a CI system',
      encryptionKey,
      // A key without its user is worth nothing.
      removalPolicy: RemovalPolicy.DESTROY,
      secretStringValue: keyRotation ? undefined : this.createAccessKey(),
    });
    this.accessKeySecret = secret;
    if (keyRotation) {
      // The L2 always generates a value. Without one, a deploy has nothing to overwrite the rotation's with.
      (secret.node.defaultChild as secretsmanager.CfnSecret).generateSecretString = undefined;
      const options = { user: this, secret, rotation: keyRotation, grace: keyGrace, encryptionKey, alarmTopic };
      this.keyRotation = new (rotationModule().KeyRotation)(this, 'KeyRotation', options);
      this.keyRotationFunction = this.keyRotation.rotationFunction;
      this.alarmKeyRotationFailed = this.keyRotation.alarmFailed;
      this.alarmKeyTooOld = this.keyRotation.alarmKeyTooOld;
    }
  }

  /**
   * Lets a principal read the access key, and with it be this user.
   *
   * @param grantee who may read it
   */
  public grantReadKey(grantee: iam.IGrantable): iam.Grant {
    return this.accessKeySecret.grantRead(grantee);
  }

  /**
   * Seconds since the key in the secret was made, measured hourly; only with `keyRotation`.
   *
   * @default - Maximum over one hour
   */
  public metricKeyAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const problems = new Problems(this);
    if (!this.keyRotation) problems.add('keyRotation', this.keyRotation, 'given for this metric', 'the age of a key is measured only where it is rotated');
    problems.throwIfAny();
    return this.keyRotation!.metricKeyAge(options);
  }

  /** A key made by CloudFormation, as the value of the secret. */
  private createAccessKey(): SecretValue {
    const accessKey = new iam.AccessKey(this, 'AccessKey', { user: this });
    // Unsafe only for literal values: these are references that CloudFormation resolves, the template holds no key.
    return SecretValue.unsafePlainText(Stack.of(this).toJsonString({
      Version: 1,
      AccessKeyId: accessKey.accessKeyId,
      SecretAccessKey: accessKey.secretAccessKey.unsafeUnwrap(),
    }));
  }

  /**
   * Adds a statement to what the user may do. It goes into managed policies that fit IAM's limits, with all others.
   */
  public addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    return this.policies.add(statement);
  }
}
