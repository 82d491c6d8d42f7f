import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';

/**
 * What targets at CircleCI have in common.
 */
export interface CircleciTargetOptions extends TargetOptions {
  /**
   * Name of the variable: letters, digits and `_`, not beginning with a digit; at most 300.
   *
   * @default 'DOCKER_AUTH_CONFIG'
   */
  readonly variableName?: string;

  /**
   * What is sent. For a job's `docker` image, whose `auth` takes a user and a password, use `TargetValue.password()`.
   *
   * @default TargetValue.configJson()
   */
  readonly value?: TargetValue;

  /**
   * Secret with a personal API token.
   *
   * @see https://circleci.com/docs/managing-api-tokens/
   */
  readonly token: secretsmanager.ISecret;

  /**
   * Key of the token in the secret's JSON.
   *
   * @default - the secret's whole value is the token
   */
  readonly tokenKey?: string;

  /**
   * URL of a CircleCI server.
   *
   * @default 'https://circleci.com'
   */
  readonly url?: string;

  /**
   * PEM of the certificate authority that signed the certificate of a CircleCI server.
   *
   * @default - the authorities that Node.js knows
   */
  readonly certificateAuthority?: string;
}

/**
 * Options of `Target.circleciContext()`.
 */
export interface CircleciContextOptions extends CircleciTargetOptions {
  /**
   * UUID of the context.
   */
  readonly contextId: string;
}

/**
 * Options of `Target.circleciProject()`.
 */
export interface CircleciProjectOptions extends CircleciTargetOptions {
  /**
   * Slug of the project, such as `gh/myuser/myapp`, or `circleci/ORGANIZATION/PROJECT` with their ids for projects of
   * GitLab and the GitHub App. The project's settings show it.
   */
  readonly projectSlug: string;
}
