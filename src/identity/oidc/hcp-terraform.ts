import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkFormat } from '../../private/formats';
import { WORKSPACE_PATTERN } from '../../private/oidc/formats';
import type { SubjectRule } from '../../private/oidc/trust-rules';

/**
 * Options of `OidcTrust.hcpTerraform()`.
 */
export interface HcpTerraformTrustOptions {
  /**
   * Name of the organization.
   */
  readonly organization: string;

  /**
   * Name of the project, such as `Default Project`.
   */
  readonly project: string;

  /**
   * Which runs of the project's workspaces may assume the role, at least one kind.
   */
  readonly subjects: HcpTerraformSubject[];

  /**
   * Issuer of a Terraform Enterprise: its URL. AWS has to reach it.
   *
   * @default 'https://app.terraform.io'
   */
  readonly issuer?: string;

  /**
   * The audiences of the tokens, `TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE`.
   *
   * @default ['aws.workload.identity']
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
 * A kind of run of HCP Terraform: the last part of a token's subject.
 *
 * In names of workspaces, `*` stands for any characters and `?` for any one.
 *
 * @see https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
 */
export class HcpTerraformSubject {
  /**
   * Applies of a workspace.
   *
   * @param workspace such as `myapp-production` or `myapp-*`
   */
  public static apply(workspace: string): HcpTerraformSubject {
    return HcpTerraformSubject.ofPhase(workspace, 'apply', false);
  }

  /**
   * Plans of a workspace, also those that pull requests start. A role with this subject may only pull.
   *
   * @param workspace such as `myapp-production` or `myapp-*`
   */
  public static plan(workspace: string): HcpTerraformSubject {
    return HcpTerraformSubject.ofPhase(workspace, 'plan', true);
  }

  /**
   * Runs of a workspace in every phase. A role with this subject may only pull.
   *
   * @param workspace such as `myapp-production` or `myapp-*`
   */
  public static anyPhase(workspace: string): HcpTerraformSubject {
    return HcpTerraformSubject.ofPhase(workspace, '*', true);
  }

  private static ofPhase(workspace: string, phase: string, includesPullRequests: boolean): HcpTerraformSubject {
    return new HcpTerraformSubject({
      text: `workspace:${workspace}:run_phase:${phase}`,
      includesPullRequests,
      check: (problems, at) => checkFormat(problems, `${at}.workspace`, workspace, WORKSPACE_PATTERN),
    });
  }

  private constructor(
    /** @internal */
    public readonly _rule: SubjectRule,
  ) {}
}
