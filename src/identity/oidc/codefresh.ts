import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkFormat } from '../../private/formats';
import { REPOSITORY_URL } from '../../private/oidc/formats';
import { checkRefName } from '../../private/oidc/git-ref';
import type { SubjectRule } from '../../private/oidc/trust-rules';
import { hasWildcard } from '../../private/oidc/wildcards';

/**
 * Options of `OidcTrust.codefresh()`.
 */
export interface CodefreshTrustOptions {
  /**
   * Id of the account: Account Settings.
   */
  readonly accountId: string;

  /**
   * Id of the pipeline: the pipeline's settings.
   */
  readonly pipelineId: string;

  /**
   * Which builds of the pipeline may assume the role, at least one kind.
   */
  readonly subjects: CodefreshSubject[];

  /**
   * Issuer of a Codefresh on premises.
   *
   * @default 'https://oidc.codefresh.io'
   */
  readonly issuer?: string;

  /**
   * The audiences of the tokens: the URL of the Codefresh platform.
   *
   * @default ['https://g.codefresh.io']
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
 * A kind of build of Codefresh: the last part of a token's subject, which depends on what started the build.
 *
 * In names, `*` stands for any characters and `?` for any one.
 *
 * @see https://codefresh.io/docs/docs/integrations/oidc-pipelines/
 */
export class CodefreshSubject {
  /** Builds that a schedule starts. */
  public static cron(): CodefreshSubject {
    return new CodefreshSubject({ text: '' });
  }

  /**
   * Builds that a push starts. With a wildcard in the ref the role may only pull: it takes pull requests too.
   *
   * @param repositoryUrl such as `https://github.com/myuser/myapp`
   * @param ref name of the branch or tag
   */
  public static push(repositoryUrl: string, ref: string): CodefreshSubject {
    return CodefreshSubject.ofRef('', repositoryUrl, ref);
  }

  /**
   * Builds that somebody starts as if by a push. With a wildcard in the ref the role may only pull.
   *
   * @param repositoryUrl such as `https://github.com/myuser/myapp`
   * @param ref name of the branch or tag
   */
  public static manual(repositoryUrl: string, ref: string): CodefreshSubject {
    return CodefreshSubject.ofRef(':initiator:*', repositoryUrl, ref);
  }

  /**
   * Builds that a pull request starts. A role with this subject may only pull.
   *
   * @param repositoryUrl such as `https://github.com/myuser/myapp`
   * @param targetBranch the branch that the pull request is to be merged into
   */
  public static pullRequest(repositoryUrl: string, targetBranch: string): CodefreshSubject {
    return new CodefreshSubject({
      text: `:scm_repo_url:${repositoryUrl}:scm_user_name:*:scm_ref:*:scm_pull_request_target_branch:${targetBranch}`,
      includesPullRequests: true,
      check: (problems, at) => {
        checkFormat(problems, `${at}.repositoryUrl`, repositoryUrl, REPOSITORY_URL);
        checkRefName(problems, `${at}.targetBranch`, targetBranch);
      },
    });
  }

  /** Every build but those that a schedule starts. A role with this subject may only pull. */
  public static anyTrigger(): CodefreshSubject {
    return new CodefreshSubject({ text: ':*', includesPullRequests: true });
  }

  private static ofRef(start: string, repositoryUrl: string, ref: string): CodefreshSubject {
    return new CodefreshSubject({
      text: `${start}:scm_repo_url:${repositoryUrl}:scm_user_name:*:scm_ref:${ref}`,
      includesPullRequests: hasWildcard(ref),
      check: (problems, at) => {
        checkFormat(problems, `${at}.repositoryUrl`, repositoryUrl, REPOSITORY_URL);
        checkRefName(problems, `${at}.ref`, ref);
      },
    });
  }

  private constructor(
    /** @internal */
    public readonly _rule: SubjectRule,
  ) {}
}
