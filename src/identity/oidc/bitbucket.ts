import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkFormat } from '../../private/formats';
import { UUID_IN_BRACES } from '../../private/oidc/formats';
import type { SubjectRule } from '../../private/oidc/trust-rules';

/**
 * Options of `OidcTrust.bitbucket()`. All of it stands in the repository's settings under OpenID Connect.
 */
export interface BitbucketTrustOptions {
  /**
   * Name of the workspace, as it stands in its URL.
   */
  readonly workspace: string;

  /**
   * UUID of the workspace, without braces, as it stands in the audience.
   */
  readonly workspaceUuid: string;

  /**
   * UUID of the repository, in braces.
   */
  readonly repositoryUuid: string;

  /**
   * Which steps of the repository's pipelines may assume the role, at least one kind.
   */
  readonly subjects: BitbucketSubject[];

  /**
   * The audiences of the tokens.
   *
   * @default - the workspace's, `ari:cloud:bitbucket::workspace/WORKSPACE_UUID`
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
 * A kind of step of Bitbucket Pipelines. Its subject names the repository, the deployment environment and the step's run,
 * and no branch.
 *
 * @see https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/
 */
export class BitbucketSubject {
  /**
   * Steps that deploy to an environment; the environment's settings say from which branches.
   *
   * @param uuid of the environment, in braces
   */
  public static environment(uuid: string): BitbucketSubject {
    return new BitbucketSubject({ text: `${uuid}:*`, check: (problems, at) => checkFormat(problems, `${at}.environment`, uuid, UUID_IN_BRACES) });
  }

  /** Every step, of pull requests too. A role with this subject may only pull. */
  public static anyStep(): BitbucketSubject {
    return new BitbucketSubject({ text: '*', includesPullRequests: true });
  }

  private constructor(
    /** @internal */
    public readonly _rule: SubjectRule,
  ) {}
}
