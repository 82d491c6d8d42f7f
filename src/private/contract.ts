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

/** What the adopting providers' custom resources leave behind when they are removed. */
export enum OidcRemoval {
  /** Everything. */
  RETAIN = 'RETAIN',
  /** What others made, and what others use. */
  DESTROY = 'DESTROY',
}

/** Properties of the custom resource that stands for an OIDC provider of IAM. */
export interface OidcProviderProperties {
  /** URL of the issuer. */
  readonly issuer: string;
  /** ARN that the provider has or will have. */
  readonly providerArn: string;
  readonly removal: OidcRemoval;
}

/** Properties of the custom resource that stands for an audience of an OIDC provider. */
export interface OidcAudienceProperties {
  /** ARN of the provider, which exists. */
  readonly providerArn: string;
  readonly audience: string;
  readonly removal: OidcRemoval;
}

/** Types of the two. */
export enum OidcResourceType {
  PROVIDER = 'Custom::AdoptedOidcProvider',
  AUDIENCE = 'Custom::AdoptedOidcAudience',
}

/** The attribute of both that is the provider's ARN. */
export const OIDC_PROVIDER_ARN = 'Arn';

/** Tags of a provider that an adopting provider made: which one. No other provider is ever tagged. */
export enum OidcMakerTag {
  STACK = 'cdk-ecr-ci:stack-id',
  LOGICAL_ID = 'cdk-ecr-ci:logical-id',
}

/** How long a deletion waits, in seconds, for IAM to forget roles that were deleted just before. */
export const OIDC_RELEASE_PATIENCE_SECONDS = 45;

/** Time-out of the Lambda, in seconds: both waits, the calls and the answer fit in it. */
export const OIDC_TIMEOUT_SECONDS = 300;
