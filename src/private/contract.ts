/**
 * What the constructs and the Lambda's code must agree on. The handler bundles this file, so it imports nothing.
 */

/** Environment variables of the refresher. */
export enum RefreshEnvironment {
  /** ARN of the secret that holds the dockercfg. */
  SECRET_ARN = 'SECRET_ARN',
  /** URL of the publisher's queue; missing if the credentials have no targets. */
  TARGETS_QUEUE_URL = 'TARGETS_QUEUE_URL',
}

/** Which of its names an ECR registry is reached by. */
export type EcrHostKind = 'standard' | 'fips' | 'dual-stack' | 'dual-stack-fips';

/** Which of its names ECR Public is reached by. */
export type EcrPublicHostKind = 'standard' | 'dual-stack';

/**
 * ECR registries of one region that are asked for with the same principal: one token serves them all.
 *
 * It names accounts and kinds of hosts, and the handler makes the hosts of them: two hundred registries are a few
 * thousand characters.
 */
export interface EcrRequest {
  readonly kind: 'ecr';
  /** Region whose ECR is asked for the token. */
  readonly region: string;
  /** Ids of the accounts that own the registries. */
  readonly accounts: string[];
  /** Hosts of each of them that the token is published for. */
  readonly hosts: EcrHostKind[];
  /** ARN of the role that is assumed to ask for the token; without one the refresher's own role asks. */
  readonly roleArn?: string;
}

/** ECR Public. */
export interface EcrPublicRequest {
  readonly kind: 'ecr-public';
  readonly hosts: EcrPublicHostKind[];
}

/** Hosts of ECR in any partition: their logins expire, so no secret has them. */
export const ECR_HOST = /^(\d{12}\.dkr[.-]ecr(-fips)?\..+|public\.ecr\.aws|ecr-public\.aws\.com)$/;

/** Names of Docker Hub. */
export const DOCKER_HUB_HOSTS = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** A registry with a login that does not expire. */
export interface LoginRequest {
  readonly kind: 'login';
  /** Such as `ghcr.io` or `docker.io`. */
  readonly host: string;
  /** Secret with the login, as JSON. */
  readonly secretArn: string;
  /** Key of the user's name in that JSON. */
  readonly usernameKey: string;
  /** Key of the password in that JSON. */
  readonly passwordKey: string;
}

/** A part of what the dockercfg is for. */
export type RegistryRequest = EcrRequest | EcrPublicRequest | LoginRequest;

/** How the credentials are written. */
export type SecretFormat = 'config.json' | 'dockercfg' | 'password';

/** What the schedule, the deploy and a person send to the refresher. */
export interface RefreshRequest {
  /** Registries that the dockercfg is for. */
  readonly registries: RegistryRequest[];
  /** Domain of the partition, such as `amazonaws.com`. */
  readonly urlSuffix: string;
  /** @default 'config.json' */
  readonly format?: SecretFormat;
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

/** Further dimension of what is counted for one registry; its value is the registry's first host. */
export const REGISTRY_DIMENSION = 'Registry';

/** Registries that a run counts one by one at most, because CloudWatch bills each value of a dimension. */
export const MOST_COUNTED_REGISTRIES = 20;

/** A secret larger than this, in bytes, is warned of: it takes 65,536. */
export const LARGE_SECRET_BYTES = 49_152;

/** Names of the refresher's metrics. */
export enum RefreshMetric {
  /** Seconds until the first entry of the dockercfg expires; 0 if a registry has no valid entry. */
  SECONDS_REMAINING = 'SecondsRemaining',
  /** Registries whose credentials were fetched in this run, and have a place in the secret. */
  REFRESHED_REGISTRIES = 'RefreshedRegistries',
  /** Registries that failed; also counted for each of them. All of them, if the secret could not be read or written. */
  FAILED_REGISTRIES = 'FailedRegistries',
  /** 1 if the secret's value was not a dockercfg of the refresher's, and was replaced. */
  UNREADABLE_SECRETS = 'UnreadableSecrets',
  /** Size of the secret's value, in bytes. */
  SECRET_BYTES = 'SecretBytes',
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
