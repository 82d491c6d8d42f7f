import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { AzureDevOpsTrustOptions } from './azure-dev-ops';
import type { BitbucketTrustOptions } from './bitbucket';
import type { BuildkiteTrustOptions } from './buildkite';
import type { CircleciTrustOptions } from './circleci';
import type { CodefreshTrustOptions } from './codefresh';
import type { GithubTrustOptions } from './github';
import type { GitlabTrustOptions } from './gitlab';
import type { HcpTerraformTrustOptions } from './hcp-terraform';
import type { JenkinsTrustOptions } from './jenkins';
import type { SemaphoreTrustOptions } from './semaphore';
import { azureDevOpsTrust } from '../../private/oidc/azure-dev-ops-trust';
import { bitbucketTrust } from '../../private/oidc/bitbucket-trust';
import { buildkiteTrust } from '../../private/oidc/buildkite-trust';
import { circleciTrust } from '../../private/oidc/circleci-trust';
import { codefreshTrust } from '../../private/oidc/codefresh-trust';
import { githubTrust } from '../../private/oidc/github-trust';
import { gitlabTrust } from '../../private/oidc/gitlab-trust';
import { hcpTerraformTrust } from '../../private/oidc/hcp-terraform-trust';
import { jenkinsTrust } from '../../private/oidc/jenkins-trust';
import { semaphoreTrust } from '../../private/oidc/semaphore-trust';
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
   * @example
   * OidcTrust.github({
   *   owner: 'myuser',
   *   ownerId: '123456',
   *   repository: 'myapp',
   *   repositoryId: '456789',
   *   subjects: [GithubSubject.branch('main'), GithubSubject.environment('production')],
   * });
   */
  public static github(options: GithubTrustOptions): OidcTrust {
    return new KnownTrust(githubTrust(options));
  }

  /**
   * GitLab CI/CD, of gitlab.com or self-managed.
   *
   * @param options the project, and which of its pipelines
   * @see https://docs.gitlab.com/ci/cloud_services/aws/
   * @example
   * OidcTrust.gitlab({ project: 'mygroup/myapp', subjects: [GitlabSubject.branch('main')], claims: { refProtected: true } });
   */
  public static gitlab(options: GitlabTrustOptions): OidcTrust {
    return new KnownTrust(gitlabTrust(options));
  }

  /**
   * Bitbucket Pipelines.
   *
   * @param options the repository, and which of its steps
   * @see https://support.atlassian.com/bitbucket-cloud/docs/deploy-on-aws-using-bitbucket-pipelines-openid-connect/
   * @example
   * OidcTrust.bitbucket({
   *   workspace: 'myworkspace',
   *   workspaceUuid: '11111111-2222-3333-4444-555555555555',
   *   repositoryUuid: '{66666666-7777-8888-9999-000000000000}',
   *   subjects: [BitbucketSubject.environment('{aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee}')],
   * });
   */
  public static bitbucket(options: BitbucketTrustOptions): OidcTrust {
    return new KnownTrust(bitbucketTrust(options));
  }

  /**
   * CircleCI.
   *
   * @param options the project, and which of its jobs
   * @see https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/
   * @example
   * OidcTrust.circleci({
   *   organizationId: '11111111-2222-3333-4444-555555555555',
   *   projectId: '66666666-7777-8888-9999-000000000000',
   *   subjects: [CircleciSubject.branch('github.com/myuser/myapp', 'main')],
   * });
   */
  public static circleci(options: CircleciTrustOptions): OidcTrust {
    return new KnownTrust(circleciTrust(options));
  }

  /**
   * Buildkite.
   *
   * @param options the pipeline, and which of its builds
   * @see https://buildkite.com/docs/pipelines/security/oidc/aws
   * @example
   * OidcTrust.buildkite({ organization: 'myorg', pipeline: 'myapp', subjects: [BuildkiteSubject.branch('main', { stepKey: 'push' })] });
   */
  public static buildkite(options: BuildkiteTrustOptions): OidcTrust {
    return new KnownTrust(buildkiteTrust(options));
  }

  /**
   * HCP Terraform, and Terraform Enterprise.
   *
   * @param options the project, and which runs of its workspaces
   * @see https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
   * @example
   * OidcTrust.hcpTerraform({ organization: 'myorg', project: 'Default Project', subjects: [HcpTerraformSubject.apply('myapp-production')] });
   */
  public static hcpTerraform(options: HcpTerraformTrustOptions): OidcTrust {
    return new KnownTrust(hcpTerraformTrust(options));
  }

  /**
   * Azure DevOps, by a service connection of the AWS Toolkit for Azure DevOps.
   *
   * @param options the project, and which of its service connections
   * @see https://github.com/aws/aws-toolkit-azure-devops
   * @example
   * OidcTrust.azureDevOps({
   *   organization: 'myorg',
   *   organizationId: '11111111-2222-3333-4444-555555555555',
   *   project: 'myapp',
   *   subjects: [AzureDevOpsSubject.serviceConnection('aws-push')],
   * });
   */
  public static azureDevOps(options: AzureDevOpsTrustOptions): OidcTrust {
    return new KnownTrust(azureDevOpsTrust(options));
  }

  /**
   * Jenkins, with the plugin oidc-provider.
   *
   * @param options the server, and which of its jobs
   * @see https://plugins.jenkins.io/oidc-provider
   * @example
   * OidcTrust.jenkins({ url: 'https://jenkins.example.com', subjects: [JenkinsSubject.branch('team/myapp', 'main')] });
   */
  public static jenkins(options: JenkinsTrustOptions): OidcTrust {
    return new KnownTrust(jenkinsTrust(options));
  }

  /**
   * Codefresh.
   *
   * @param options the pipeline, and which of its builds
   * @see https://codefresh.io/docs/docs/integrations/oidc-pipelines/
   * @example
   * OidcTrust.codefresh({
   *   accountId: '5f30ebd30312313ae7f17948',
   *   pipelineId: '64de5cd47626b3ca134e760a',
   *   subjects: [CodefreshSubject.push('https://github.com/myuser/myapp', 'main')],
   * });
   */
  public static codefresh(options: CodefreshTrustOptions): OidcTrust {
    return new KnownTrust(codefreshTrust(options));
  }

  /**
   * Semaphore.
   *
   * @param options the project, and which of its jobs
   * @see https://docs.semaphore.io/reference/openid
   * @example
   * OidcTrust.semaphore({
   *   organization: 'myorg',
   *   projectId: '11111111-2222-3333-4444-555555555555',
   *   repository: 'myapp',
   *   subjects: [SemaphoreSubject.tag('v*')],
   * });
   */
  public static semaphore(options: SemaphoreTrustOptions): OidcTrust {
    return new KnownTrust(semaphoreTrust(options));
  }

  /**
   * Any other issuer. Its subjects are taken as they are, but not if they are open.
   *
   * @param config what the trust comes to
   * @example
   * OidcTrust.custom({
   *   issuer: 'https://ci.example.com',
   *   audiences: ['sts.amazonaws.com'],
   *   subjects: ['project:myapp:branch:main'],
   * });
   */
  public static custom(config: OidcTrustConfig): OidcTrust {
    return new KnownTrust({ check: () => {}, config: () => config });
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
