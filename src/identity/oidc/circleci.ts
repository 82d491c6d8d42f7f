import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkFormat } from '../../private/formats';
import { VCS_REPOSITORY } from '../../private/oidc/formats';
import { checkRefName } from '../../private/oidc/git-ref';
import type { SubjectRule } from '../../private/oidc/trust-rules';

/**
 * Options of `OidcTrust.circleci()`.
 */
export interface CircleciTrustOptions {
  /**
   * UUID of the organization: Organization Settings, Overview.
   */
  readonly organizationId: string;

  /**
   * UUID of the project: Project Settings, Overview.
   */
  readonly projectId: string;

  /**
   * Which jobs of the project may assume the role, at least one kind.
   */
  readonly subjects: CircleciSubject[];

  /**
   * The audiences of the tokens; others than the default are asked for by `circleci run oidc get`.
   *
   * @default - the organization's UUID
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
 * A kind of job of CircleCI: the last part of a token's subject.
 *
 * Branches and tags stand in the subjects of `CIRCLE_OIDC_TOKEN_V2`, not of `CIRCLE_OIDC_TOKEN`. In names, `*` stands for
 * any characters and `?` for any one.
 *
 * @see https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/
 */
export class CircleciSubject {
  /**
   * Jobs of a branch of that repository, and of no fork of it.
   *
   * @param repository such as `github.com/myuser/myapp`
   * @param name such as `main` or `release/*`
   */
  public static branch(repository: string, name: string): CircleciSubject {
    return CircleciSubject.ofRef(repository, 'heads', 'branch', name);
  }

  /**
   * Jobs of a tag of that repository, and of no fork of it.
   *
   * @param repository such as `github.com/myuser/myapp`
   * @param name such as `v*`
   */
  public static tag(repository: string, name: string): CircleciSubject {
    return CircleciSubject.ofRef(repository, 'tags', 'tag', name);
  }

  /** Every job of the project, also of forks if the project builds them. A role with this subject may only pull. */
  public static anyJob(): CircleciSubject {
    return new CircleciSubject({ text: '*', includesPullRequests: true });
  }

  private static ofRef(repository: string, folder: string, factory: string, name: string): CircleciSubject {
    return new CircleciSubject({
      // Who started the job is a UUID. * would stand for more: for a fork's origin and a branch that is named like the rest.
      text: `????????-????-????-????-????????????/vcs-origin/${repository}/vcs-ref/refs/${folder}/${name}`,
      check: (problems, at) => {
        checkFormat(problems, `${at}.repository`, repository, VCS_REPOSITORY);
        checkRefName(problems, `${at}.${factory}`, name);
      },
    });
  }

  private constructor(
    /** @internal */
    public readonly _rule: SubjectRule,
  ) {}
}
