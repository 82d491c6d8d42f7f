import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkFormat } from '../../private/formats';
import { SERVICE_CONNECTION } from '../../private/oidc/formats';
import type { SubjectRule } from '../../private/oidc/trust-rules';

/**
 * Options of `OidcTrust.azureDevOps()`.
 */
export interface AzureDevOpsTrustOptions {
  /**
   * Name of the organization, as it stands in `https://dev.azure.com/ORGANIZATION`.
   */
  readonly organization: string;

  /**
   * UUID of the organization, which is in its issuer.
   */
  readonly organizationId: string;

  /**
   * Name of the project.
   */
  readonly project: string;

  /**
   * Which service connections of the project may assume the role, at least one.
   */
  readonly subjects: AzureDevOpsSubject[];

  /**
   * The audiences of the tokens.
   *
   * @default ['api://AzureADTokenExchange']
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
 * A kind of job of Azure DevOps. Its subject names the service connection, and no branch: the connection's own checks say
 * which pipelines may use it.
 *
 * @see https://github.com/aws/aws-toolkit-azure-devops
 */
export class AzureDevOpsSubject {
  /**
   * Jobs that use a service connection.
   *
   * @param name of the connection; `*` stands for any characters and `?` for any one
   */
  public static serviceConnection(name: string): AzureDevOpsSubject {
    return new AzureDevOpsSubject({
      text: name,
      check: (problems, at) => checkFormat(problems, `${at}.serviceConnection`, name, SERVICE_CONNECTION),
    });
  }

  private constructor(
    /** @internal */
    public readonly _rule: SubjectRule,
  ) {}
}
