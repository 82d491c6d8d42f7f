import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { GithubTrustOptions } from './github';
import { githubTrust } from '../../private/oidc/github-trust';
import type { TrustRules } from '../../private/oidc/trust-rules';
import type { Problems } from '../../private/validation';

/**
 * What a trust comes to: whose tokens a role takes, and which of them.
 *
 * A role never takes less than this: each audience, subject and claim has to be named, and claims come on top.
 */
export interface OidcTrustConfig {
  /**
   * URL of the issuer, such as `https://token.actions.githubusercontent.com`.
   *
   * It is part of IAM's condition keys, so it has to be known at synth.
   */
  readonly issuer: string;

  /**
   * The audiences (claim `aud`), one of which a token has to have; at least one, without wildcards.
   */
  readonly audiences: string[];

  /**
   * The subjects (claim `sub`), one of which a token has to have; at least one. `*` stands for any characters, `?` for any one.
   */
  readonly subjects: string[];

  /**
   * What other claims have to be, by their names: each has to have one of its values. `*` and `?` are wildcards.
   *
   * AWS offers only some claims of some issuers for this.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
   * @default - only audience and subject matter
   */
  readonly claims?: { [claim: string]: string[] };

  /**
   * Whether the run of a pull request can have one of the subjects. Such a role may only pull.
   *
   * @default false
   */
  readonly includesPullRequests?: boolean;

  /**
   * The issuer's provider in IAM.
   *
   * @default - a `CiOidcProvider`, one for each stack and issuer
   */
  readonly provider?: iam.IOIDCProviderRef;
}

/**
 * Which runs of which CI may assume a `CiRole`, by the OpenID Connect token that the CI gives them.
 *
 * A CI that has no factory here is described by `OidcTrust.custom()`, or by a class of your own.
 *
 * @example
 * new CiRole(this, 'Role', {
 *   trust: OidcTrust.github({ owner: 'myuser', repository: 'myapp', subjects: [GithubSubject.branch('main')] }),
 * });
 */
export abstract class OidcTrust {
  /**
   * GitHub Actions.
   *
   * @param options the repository, and which of its runs
   * @see https://docs.github.com/en/actions/reference/security/oidc
   */
  public static github(options: GithubTrustOptions): OidcTrust {
    return new KnownTrust(githubTrust(options));
  }

  /**
   * What the trust comes to.
   *
   * @param scope where the role is defined, for constructs that the trust needs
   */
  public abstract bind(scope: Construct): OidcTrustConfig;

  /** @internal */
  public _check(_problems: Problems): void {}
}

class KnownTrust extends OidcTrust {
  public constructor(private readonly rules: TrustRules) {
    super();
  }

  public bind(): OidcTrustConfig {
    return this.rules.config();
  }

  /** @internal */
  public _check(problems: Problems): void {
    this.rules.check(problems);
  }
}
