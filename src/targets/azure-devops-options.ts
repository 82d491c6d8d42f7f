import type { AzureDevopsAuth } from './azure-devops-auth';
import type { TargetOptions } from './target-options';

/**
 * Options of every target at Azure DevOps: exactly one of `organization` and `url` says where it is.
 */
export interface AzureDevopsTargetOptions extends TargetOptions {
  /**
   * Name of the organization, as it stands in `https://dev.azure.com/ORGANIZATION`.
   *
   * @default - it is an Azure DevOps Server
   */
  readonly organization?: string;

  /**
   * URL of a collection of an Azure DevOps Server, such as `https://devops.example.com/DefaultCollection`. The server has
   * to know version 7.1 of the API.
   *
   * @default - it is Azure DevOps Services
   */
  readonly url?: string;

  /**
   * The project: its name, or its id, which outlives a new name.
   */
  readonly project: string;

  /**
   * Who writes.
   */
  readonly auth: AzureDevopsAuth;

  /**
   * PEM of the certificate authority that signed the certificate of an Azure DevOps Server.
   *
   * @default - the authorities that Node.js knows
   */
  readonly certificateAuthority?: string;
}
