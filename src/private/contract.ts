/**
 * What the constructs and the Lambda's code must agree on. The handler bundles this file, so it imports nothing.
 */

/** Environment variables of the refresher. */
export enum RefreshEnvironment {
  /** ARN of the secret that holds the dockercfg. */
  SECRET_ARN = 'SECRET_ARN',
}

/** One ECR registry, or several that take the same token: same region, same principal. */
export interface RegistryRequest {
  /** Region whose ECR is asked for the token. */
  readonly region: string;
  /** Hosts that the token is published for, such as `111122223333.dkr.ecr.eu-west-1.amazonaws.com`. */
  readonly hosts: string[];
}

/** What the schedule, the deploy and a person send to the refresher. */
export interface RefreshRequest {
  /** Registries that the dockercfg is for. */
  readonly registries: RegistryRequest[];
  /** Publish new credentials even if those that are there are as good. */
  readonly force?: boolean;
}

/** Properties of the custom resource that runs the refresher at deploy. */
export interface DeployRunProperties {
  /** What to refresh; the same as the schedule sends. */
  readonly request: RefreshRequest;
  /** Changes with the Lambda's code, so that a deploy of new code runs it. */
  readonly codeKey: string;
}

/** CloudWatch namespace of every metric. */
export const METRIC_NAMESPACE = 'CdkEcrCi';

/** Dimension of every metric of the refresher; its value is the function's name. */
export const METRIC_DIMENSION = 'FunctionName';

/** Names of the refresher's metrics. */
export enum RefreshMetric {
  /** Seconds until the first entry of the dockercfg expires; 0 if a registry has no valid entry. */
  SECONDS_REMAINING = 'SecondsRemaining',
  /** Registries that gave a token in this run. */
  REFRESHED_REGISTRIES = 'RefreshedRegistries',
  /** Registries that gave none. */
  FAILED_REGISTRIES = 'FailedRegistries',
  /** 1 if the secret's value was not a dockercfg of the refresher's, and was replaced. */
  UNREADABLE_SECRETS = 'UnreadableSecrets',
}

/** How long a run at deploy waits, in seconds, for IAM to know the new role's rights before it fails the deploy. */
export const DEPLOY_PATIENCE_SECONDS = 120;

/** Time-out of the Lambda, in seconds: the wait at deploy, one last run and the answer fit in it. */
export const REFRESH_TIMEOUT_SECONDS = 300;
