import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkRefName } from '../../private/oidc/git-ref';
import { checkCustom } from '../../private/oidc/trust-rules';
import type { SubjectRule } from '../../private/oidc/trust-rules';

/**
 * What further claims of a token of gitlab.com have to be. Each list is of alternatives; `*` and `?` are wildcards, but
 * not in ids.
 *
 * @see https://docs.gitlab.com/ci/secrets/id_token_authentication/
 */
export interface GitlabClaims {
  /**
   * Number of the group of the project.
   *
   * @default - any
   */
  readonly namespaceId?: string[];

  /**
   * Number of the project, which a project made again under the same path does not get.
   *
   * @default - any
   */
  readonly projectId?: string[];

  /**
   * What started the pipeline, such as `push` or `web`. With `merge_request_event` the role may only pull.
   *
   * @default - anything
   */
  readonly pipelineSource?: string[];

  /**
   * Whether the branch or tag is a protected one.
   *
   * @default - it does not matter
   */
  readonly refProtected?: boolean;

  /**
   * Whose runners the job is on: `gitlab-hosted` or `self-hosted`.
   *
   * @default - any
   */
  readonly runnerEnvironment?: string[];

  /**
   * The access level that the user of the job has in the project, such as `maintainer`.
   *
   * @default - any
   */
  readonly userAccessLevel?: string[];

  /**
   * E-mail address of the user of the job.
   *
   * @default - any
   */
  readonly userEmail?: string[];

  /**
   * Number of the user of the job.
   *
   * @default - any
   */
  readonly userId?: string[];

  /**
   * Name of the user of the job.
   *
   * @default - any
   */
  readonly userLogin?: string[];
}

/**
 * Options of `OidcTrust.gitlab()`.
 */
export interface GitlabTrustOptions {
  /**
   * Path of the project with all its groups, such as `mygroup/myapp`.
   */
  readonly project: string;

  /**
   * Which pipelines of the project may assume the role, at least one kind.
   */
  readonly subjects: GitlabSubject[];

  /**
   * What further claims have to be. AWS evaluates them for gitlab.com only.
   *
   * @default - only audience and subject matter
   */
  readonly claims?: GitlabClaims;

  /**
   * Issuer of a self-managed GitLab: its URL, or its `ci_id_tokens_issuer_url`. AWS has to reach it.
   *
   * @default 'https://gitlab.com'
   */
  readonly issuer?: string;

  /**
   * The audiences that the job names in `id_tokens`.
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
 * A kind of pipeline of GitLab: the last part of a token's subject.
 *
 * A merge request's pipeline has the subject of the branch that it comes from, under the path of the project that owns
 * the branch. In names, `*` stands for any characters and `?` for any one.
 *
 * @see https://docs.gitlab.com/ci/cloud_services/
 */
export class GitlabSubject {
  /**
   * Pipelines of a branch.
   *
   * @param name such as `main` or `release/*`
   */
  public static branch(name: string): GitlabSubject {
    return new GitlabSubject({ text: `ref_type:branch:ref:${name}`, check: (problems, at) => checkRefName(problems, `${at}.branch`, name) });
  }

  /**
   * Pipelines of a tag.
   *
   * @param name such as `v*`
   */
  public static tag(name: string): GitlabSubject {
    return new GitlabSubject({ text: `ref_type:tag:ref:${name}`, check: (problems, at) => checkRefName(problems, `${at}.tag`, name) });
  }

  /**
   * A project with components of its own in its subjects: what follows `project_path:PROJECT:`. It is not looked into.
   *
   * @param text taken as it is
   * @see https://docs.gitlab.com/ci/secrets/id_token_authentication/
   */
  public static custom(text: string): GitlabSubject {
    return new GitlabSubject({ text, check: (problems, at) => checkCustom(problems, at, text, 'project_path:') });
  }

  private constructor(
    /** @internal */
    public readonly _rule: SubjectRule,
  ) {}
}
