import type * as iam from 'aws-cdk-lib/aws-iam';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';

/**
 * What targets in AWS have in common.
 */
export interface AwsTargetOptions extends TargetOptions {
  /**
   * Region.
   *
   * @default - the stack's
   */
  readonly region?: string;

  /**
   * Role that writes, such as one of another account. It must trust the publisher's role, and may write there.
   *
   * @default - the publisher's own role, which is given the right
   */
  readonly assumeRole?: iam.IRole;

  /**
   * What is sent.
   *
   * @default TargetValue.configJson()
   */
  readonly value?: TargetValue;
}

/**
 * Options of `Target.secretsManager()`.
 */
export interface SecretsManagerTargetOptions extends AwsTargetOptions {
  /**
   * Name or ARN of the secret, which exists. An ARN of another account needs that account's resource policy, or `assumeRole`.
   */
  readonly secretId: string;
}

/**
 * Options of `Target.ssmParameter()`.
 */
export interface SsmParameterTargetOptions extends AwsTargetOptions {
  /**
   * Name of the parameter, with a leading slash if it has any. It is made as a `SecureString` if it does not exist.
   *
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
   */
  readonly parameterName: string;
}
