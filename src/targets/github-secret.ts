import type { GithubAuth } from './github-auth';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';

/**
 * What reads a secret of GitHub.
 */
export enum GithubSecretKind {
  /** Workflows of GitHub Actions. */
  ACTIONS = 'actions',
  /** Dependabot, and the workflows that it triggers. */
  DEPENDABOT = 'dependabot',
  /** Codespaces. */
  CODESPACES = 'codespaces',
}

/**
 * Which repositories of an organization read its secret.
 */
export enum GithubVisibility {
  /** All, the public ones too. */
  ALL = 'all',
  /** Those that are not public. */
  PRIVATE = 'private',
  /** Those that are named. */
  SELECTED = 'selected',
}

/**
 * Options of `Target.githubSecret()`: exactly one of `repository` and `organization` says whose secret it is.
 */
export interface GithubSecretOptions extends TargetOptions {
  /**
   * The repository, such as `myuser/myapp`.
   *
   * @default - the secret is not a repository's
   */
  readonly repository?: string;

  /**
   * The organization.
   *
   * @default - the secret is not an organization's
   */
  readonly organization?: string;

  /**
   * Environment of the repository whose jobs read it; only for workflows of GitHub Actions. They read it when the job
   * starts, all others when the run is queued.
   *
   * @default - every job of the repository reads it
   */
  readonly environment?: string;

  /**
   * Name of the secret: letters, digits and `_`, not beginning with a digit or `GITHUB_`.
   *
   * @default 'DOCKER_AUTH_CONFIG'
   */
  readonly secretName?: string;

  /**
   * What reads it.
   *
   * @default GithubSecretKind.ACTIONS
   */
  readonly kind?: GithubSecretKind;

  /**
   * Which repositories read an organization's secret. Given when it is made, and kept as its owner set it later.
   *
   * @default GithubVisibility.PRIVATE
   */
  readonly visibility?: GithubVisibility;

  /**
   * Ids of the repositories that read it, with `GithubVisibility.SELECTED`.
   *
   * @default - none
   */
  readonly selectedRepositoryIds?: number[];

  /**
   * Who writes it: a GitHub App or a person, with the right to write secrets of this kind.
   */
  readonly auth: GithubAuth;

  /**
   * What is sent.
   *
   * @default TargetValue.configJson()
   */
  readonly value?: TargetValue;

  /**
   * URL of the API of a GitHub Enterprise Server, `https://HOST/api/v3`, or of GitHub Enterprise Cloud with data residency,
   * `https://api.SUBDOMAIN.ghe.com`.
   *
   * @default 'https://api.github.com'
   */
  readonly url?: string;

  /**
   * PEM of the certificate authority that signed the certificate of a GitHub Enterprise Server.
   *
   * @default - the authorities that Node.js knows
   */
  readonly certificateAuthority?: string;
}
