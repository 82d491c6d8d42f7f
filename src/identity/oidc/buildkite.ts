import { Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkFormat } from '../../private/formats';
import { STEP_KEY } from '../../private/oidc/formats';
import { checkRefName } from '../../private/oidc/git-ref';
import type { SubjectRule } from '../../private/oidc/trust-rules';

/**
 * What further claims of a token of Buildkite have to be. Each list is of alternatives; `*` and `?` are wildcards, but not
 * in ids.
 *
 * @see https://buildkite.com/docs/pipelines/security/oidc/aws
 */
export interface BuildkiteClaims {
  /**
   * Branch of the build.
   *
   * @default - any
   */
  readonly buildBranch?: string[];

  /**
   * UUID of the cluster that runs the job.
   *
   * @default - any
   */
  readonly clusterId?: string[];

  /**
   * Name of the cluster that runs the job.
   *
   * @default - any
   */
  readonly clusterName?: string[];

  /**
   * UUID of the organization, which one made again under the same name does not get.
   *
   * @default - any
   */
  readonly organizationId?: string[];

  /**
   * UUID of the pipeline, which one made again under the same name does not get.
   *
   * @default - any
   */
  readonly pipelineId?: string[];
}

/**
 * Options of `OidcTrust.buildkite()`.
 */
export interface BuildkiteTrustOptions {
  /**
   * Slug of the organization, as it stands in its URL.
   */
  readonly organization: string;

  /**
   * Slug of the pipeline, as it stands in its URL.
   */
  readonly pipeline: string;

  /**
   * Which builds of the pipeline may assume the role, at least one kind.
   */
  readonly subjects: BuildkiteSubject[];

  /**
   * What further claims have to be.
   *
   * @default - only audience and subject matter
   */
  readonly claims?: BuildkiteClaims;

  /**
   * The audiences that the job asks its token for: `buildkite-agent oidc request-token --audience`.
   *
   * @default ['sts.amazonaws.com']
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
 * Options of the factories of `BuildkiteSubject`.
 */
export interface BuildkiteSubjectOptions {
  /**
   * Key of the step that may assume the role.
   *
   * @default - every step of the build
   */
  readonly stepKey?: string;
}

/**
 * A kind of build of Buildkite: the last part of a token's subject.
 *
 * A pipeline that builds forks' pull requests does so under the names of their branches, with `USER:` before them if it is
 * set so: leave that off where a role may push. In names, `*` stands for any characters and `?` for any one.
 *
 * @see https://buildkite.com/docs/agent/cli/reference/oidc
 */
export class BuildkiteSubject {
  /**
   * Builds of a branch. A role with a wildcard before the first `/` of the name may only pull: it takes `USER:BRANCH` too.
   *
   * @param name such as `main` or `release/*`
   */
  public static branch(name: string, options: BuildkiteSubjectOptions = {}): BuildkiteSubject {
    return BuildkiteSubject.ofRef('heads', 'branch', name, options, /^[^/]*[*?]/.test(name));
  }

  /**
   * Builds of a tag.
   *
   * @param name such as `v*`
   */
  public static tag(name: string, options: BuildkiteSubjectOptions = {}): BuildkiteSubject {
    return BuildkiteSubject.ofRef('tags', 'tag', name, options, false);
  }

  /** Every build. A role with this subject may only pull. */
  public static anyBuild(options: BuildkiteSubjectOptions = {}): BuildkiteSubject {
    return new BuildkiteSubject({
      text: `ref:*:commit:*:step:${options.stepKey ?? '*'}`,
      includesPullRequests: true,
      check: (problems, at) => checkFormat(problems, `${at}.stepKey`, options.stepKey, STEP_KEY),
    });
  }

  private static ofRef(folder: string, factory: string, name: string, options: BuildkiteSubjectOptions, isOpen: boolean): BuildkiteSubject {
    return new BuildkiteSubject({
      text: `ref:refs/${folder}/${name}:commit:*:step:${options.stepKey ?? '*'}`,
      includesPullRequests: isOpen && !Token.isUnresolved(name),
      check: (problems, at) => {
        checkRefName(problems, `${at}.${factory}`, name);
        checkFormat(problems, `${at}.stepKey`, options.stepKey, STEP_KEY);
      },
    });
  }

  private constructor(
    /** @internal */
    public readonly _rule: SubjectRule,
  ) {}
}
