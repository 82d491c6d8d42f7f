import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';

/**
 * Options of `Target.buildkiteSecret()`.
 */
export interface BuildkiteSecretOptions extends TargetOptions {
  /**
   * Slug of the organization.
   */
  readonly organization: string;

  /**
   * UUID of the cluster whose secret it is.
   */
  readonly clusterId: string;

  /**
   * Key of the secret: at most 255 letters, digits and `_`, beginning with a letter and not with `buildkite` or `bk`.
   *
   * @default 'DOCKER_AUTH_CONFIG'
   */
  readonly key?: string;

  /**
   * YAML that says which pipelines and branches may read the secret. Given when it is made, and kept as its owner set it later.
   *
   * @default - all pipelines of the cluster
   * @see https://buildkite.com/docs/pipelines/security/secrets/buildkite-secrets/access-policies
   */
  readonly policy?: string;

  /**
   * What is sent. Its size is less than 8 KiB, which are two registries.
   *
   * @default TargetValue.configJson()
   */
  readonly value?: TargetValue;

  /**
   * Secret with an API access token with the scopes `read_secret_details` and `write_secrets`.
   */
  readonly token: secretsmanager.ISecret;

  /**
   * Key of the token in the secret's JSON.
   *
   * @default - the secret's whole value is the token
   */
  readonly tokenKey?: string;
}
