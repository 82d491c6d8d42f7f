import type { GithubAuth } from './github-auth';
import type { GithubVisibility } from './github-secret';
import type { TargetOptions } from './target-options';

/**
 * Options of `Target.githubPrivateRegistry()`.
 */
export interface GithubPrivateRegistryOptions extends TargetOptions {
  /**
   * The organization.
   */
  readonly organization: string;

  /**
   * Host of the registry, such as `111122223333.dkr.ecr.eu-west-1.amazonaws.com`.
   */
  readonly host: string;

  /**
   * Which repositories use it. Given when it is made, and kept as its owner set it later.
   *
   * @default GithubVisibility.PRIVATE
   */
  readonly visibility?: GithubVisibility;

  /**
   * Ids of the repositories that use it, with `GithubVisibility.SELECTED`.
   *
   * @default - none
   */
  readonly selectedRepositoryIds?: number[];

  /**
   * Who writes it: a GitHub App or a person, with the right to write the organization's private registries.
   */
  readonly auth: GithubAuth;

  /**
   * URL of the API of a GitHub Enterprise Server or of GitHub Enterprise Cloud with data residency.
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
