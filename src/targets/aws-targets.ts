import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as ssm from 'aws-cdk-lib/aws-ssm';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';

/**
 * What targets in AWS have in common.
 */
export interface AwsTargetOptions extends TargetOptions {
  /**
   * Region.
   *
   * @default - that of the ARN if there is one, or else the stack's
   */
  readonly region?: string;

  /**
   * Role that writes, such as one of another account. It must trust the publisher's role, and may write there.
   *
   * @default - the publisher's own role, which is given the right
   */
  readonly assumeRole?: iam.IRole;

  /**
   * Key that encrypts it, if it is a customer's. The publisher may use it through the service, unless `assumeRole` writes;
   * the policy of a key of another account must let it, too.
   *
   * @default - the service's own key
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What is sent.
   *
   * @default TargetValue.configJson()
   */
  readonly value?: TargetValue;
}

/**
 * Options of `Target.secretsManager()`: exactly one of `secretName` and `secretArn` says which secret it is.
 */
export interface SecretsManagerTargetOptions extends AwsTargetOptions {
  /**
   * Name of the secret.
   *
   * @default - the secret is named by `secretArn`
   */
  readonly secretName?: string;

  /**
   * ARN of the secret. One of another account needs that account's resource policy, or `assumeRole`.
   *
   * @default - the secret is named by `secretName`
   */
  readonly secretArn?: string;

  /**
   * Whether the publisher makes the secret if it is missing, with `encryptionKey` if one is given. Only for a secret that
   * is named by `secretName`.
   *
   * Better is a secret that is defined where it is used, without a value: then its tags, policy and end are that stack's.
   *
   * @default false
   */
  readonly createIfMissing?: boolean;
}

/**
 * Options of `Target.ssmParameter()`.
 */
export interface SsmParameterTargetOptions extends AwsTargetOptions {
  /**
   * Name of the parameter, with a leading slash if it has any. It is made as a `SecureString` if it does not exist, with
   * `encryptionKey` and `tier`; one that exists keeps its type, key, tier and description.
   *
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
   */
  readonly parameterName: string;

  /**
   * Tier. A standard parameter holds 4 KiB and costs nothing, an advanced one 8 KiB. With intelligent tiering a parameter
   * becomes an advanced one when the value is too large for a standard one; it cannot become a standard one again.
   *
   * @default ssm.ParameterTier.INTELLIGENT_TIERING
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
   */
  readonly tier?: ssm.ParameterTier;
}
