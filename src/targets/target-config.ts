import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { TargetRemoval } from './target-removal';
import type { TargetValue } from './target-value';

/**
 * What a target may use when it is bound to credentials.
 */
export interface TargetBindOptions {
  /**
   * The publisher, to grant it what the target needs, such as to read a token.
   */
  readonly publisher: iam.IGrantable;

  /**
   * ARN of the publisher's role, for those who trust it by name.
   */
  readonly publisherRoleArn: string;

  /**
   * The secret that holds the dockercfg.
   */
  readonly secret: secretsmanager.ISecret;
}

/**
 * What a target means to the publisher. Most targets of one's own take it from another target's `bind()`.
 */
export interface TargetConfig {
  /**
   * Which of the publisher's vendors serves it.
   */
  readonly kind: string;

  /**
   * Where the value goes: what tells the target from all others of its kind. It is shown in logs, metrics and alarms.
   */
  readonly where: { [name: string]: string };

  /**
   * How the vendor is to be treated; any JSON.
   */
  readonly settings: { [name: string]: any };

  /**
   * What the target is sent.
   */
  readonly value: TargetValue;

  /**
   * What becomes of the value when the target is removed.
   *
   * @default TargetRemoval.LEAVE
   */
  readonly removal?: TargetRemoval;
}
