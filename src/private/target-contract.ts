/**
 * What the targets' constructs and the publisher's code must agree on. The handler bundles this file, so it imports nothing.
 */

/** Environment variables of the publisher. */
export enum PublishEnvironment {
  /** ARN of the secret that holds the dockercfg. */
  SECRET_ARN = 'SECRET_ARN',
  /** How the credentials are written to it: a `SecretFormat`. */
  SECRET_FORMAT = 'SECRET_FORMAT',
  /** Name of the table with the targets. */
  TABLE_NAME = 'TABLE_NAME',
  /** URL of the queue with what is to be published. */
  QUEUE_URL = 'QUEUE_URL',
}

/** The tag of the dockercfg's secret that names the table with the targets. */
export const TARGETS_TABLE_TAG = 'cdk-ecr-ci:targets-table';

/** What a target is sent. */
export type ValueForm =
  /** `{"auths":{"HOST":{"auth":"…"}}}`, minified. */
  | 'config.json'
  /** That, in Base64 without line breaks. */
  | 'base64'
  /** The password of one registry. */
  | 'password'
  /** User and password of one registry, where a target has a field for each. */
  | 'login';

/** What becomes of a target's value when the target is removed from the app. */
export type Removal = 'leave' | 'blank' | 'delete';

/** A secret with something that a vendor wants to see. */
export interface SecretRef {
  readonly secretArn: string;
  /** Key in the secret's JSON; without one it is the whole value. */
  readonly jsonKey?: string;
}

/** How a target is treated, and where it is. */
export interface TargetSpec {
  /** Which of the publisher's vendors serves it. */
  readonly kind: string;
  /** What tells it from all other targets of its kind: where the value goes. */
  readonly where: Readonly<Record<string, string>>;
  /** How its vendor is to be treated; any JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly form: ValueForm;
  /** Registries' hosts whose entries are sent; without them all are, or the only one. */
  readonly hosts?: readonly string[];
  readonly removal: Removal;
}

/** Targets that differ in their places only, so that a thousand of them are a few ten thousand characters. */
export interface TargetGroup extends Omit<TargetSpec, 'where'> {
  readonly where: readonly TargetSpec['where'][];
}

/** Types of the publisher's custom resources. */
export enum TargetResourceType {
  /** Says which targets there are. */
  REGISTRATION = 'Custom::EcrCredentialsTargets',
  /** Publishes to them at deploy. */
  PUBLISH_RUN = 'Custom::EcrCredentialsPublish',
}

/** Properties of the custom resource that says which targets there are. */
export interface RegistrationProperties {
  /** `TargetGroup[]` as JSON: CloudFormation would make texts of its numbers and booleans. */
  readonly targets: string;
}

/** Properties of the custom resource that publishes at deploy. */
export interface PublishRunProperties extends RegistrationProperties {
  /** Changes with the Lambda's code, so that a deploy of new code runs it. */
  readonly codeKey: string;
  /** `true` if a target that fails is to fail the deploy. */
  readonly failDeploy: string;
}

/** The attribute of the publish run that says how each target fared. */
export const PUBLISH_REPORT = 'Report';

/** A message of the publisher's queue. */
export type PublishMessage =
  /** After a refresh: see to all targets. */
  | { readonly publish: 'all' }
  /** See to one. */
  | { readonly publish: 'target'; readonly target: string };

/** Names of the publisher's metrics. */
export enum PublishMetric {
  /** Seconds until the first target's copy expires, as seen after each refresh and before it is published; 0 if a target never had one. */
  TARGET_SECONDS_REMAINING = 'TargetSecondsRemaining',
  /** Targets that were brought up to date. */
  PUBLISHED_TARGETS = 'PublishedTargets',
  /** Attempts that failed; also counted for each target. */
  FAILED_TARGETS = 'FailedTargets',
  /** Publications that a rate limit put off. */
  DELAYED_TARGETS = 'DelayedTargets',
  /** Targets whose vendor's token expires soon, or has. */
  EXPIRING_TOKENS = 'ExpiringTokens',
}

/** Further dimension of what is counted for one target; its value says where the target is. */
export const TARGET_DIMENSION = 'Target';

/** Targets that are counted one by one at most, because CloudWatch bills each value of a dimension. */
export const MOST_COUNTED_TARGETS = 20;

/** A vendor's token that expires within this time is warned of, in days. */
export const TOKEN_WARNING_DAYS = 14;

/** How long a run at deploy waits, in seconds, for IAM to know new rights before a target counts as failed. */
export const PUBLISH_PATIENCE_SECONDS = 90;

/** Time-out of the publisher, in seconds: the wait at deploy, a last attempt and the answer fit in it. */
export const PUBLISH_TIMEOUT_SECONDS = 180;

/** How often a message is received before it is given up. */
export const MOST_RECEIVES = 5;
