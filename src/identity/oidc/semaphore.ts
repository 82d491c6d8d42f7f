import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkRefName } from '../../private/oidc/git-ref';
import type { SubjectRule } from '../../private/oidc/trust-rules';

/**
 * Options of `OidcTrust.semaphore()`.
 */
export interface SemaphoreTrustOptions {
  /**
   * Name of the organization, as it stands in `https://ORGANIZATION.semaphoreci.com`.
   */
  readonly organization: string;

  /**
   * UUID of the project: the project's settings.
   */
  readonly projectId: string;

  /**
   * Name of the repository, without its owner.
   */
  readonly repository: string;

  /**
   * Which jobs of the project may assume the role, at least one kind.
   */
  readonly subjects: SemaphoreSubject[];

  /**
   * Issuer of the tokens, for a Semaphore at another address.
   *
   * @default - `https://ORGANIZATION.semaphoreci.com`
   */
  readonly issuer?: string;

  /**
   * The audiences of the tokens.
   *
   * @default - the issuer
   */
  readonly audiences?: string[];

  /**
   * The issuer's provider in IAM.
   *
   * @default - a `CiOidcProvider`, one for each stack and issuer
   */
  readonly provider?: iam.IOIDCProviderRef;
}

/**
 * A kind of job of Semaphore: the last part of a token's subject.
 *
 * In names, `*` stands for any characters and `?` for any one.
 *
 * @see https://docs.semaphore.io/reference/openid
 */
export class SemaphoreSubject {
  /**
   * Jobs of a branch.
   *
   * @param name such as `main` or `release/*`
   */
  public static branch(name: string): SemaphoreSubject {
    return new SemaphoreSubject({
      text: `ref_type:branch:ref:refs/heads/${name}`,
      check: (problems, at) => checkRefName(problems, `${at}.branch`, name),
    });
  }

  /**
   * Jobs of a tag.
   *
   * @param name such as `v*`
   */
  public static tag(name: string): SemaphoreSubject {
    return new SemaphoreSubject({ text: `ref_type:tag:ref:refs/tags/${name}`, check: (problems, at) => checkRefName(problems, `${at}.tag`, name) });
  }

  /** Jobs of pull requests. A role with this subject may only pull. */
  public static pullRequest(): SemaphoreSubject {
    return new SemaphoreSubject({ text: 'ref_type:pull-request:ref:*', includesPullRequests: true });
  }

  private constructor(
    /** @internal */
    public readonly _rule: SubjectRule,
  ) {}
}
