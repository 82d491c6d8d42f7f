import type { AzureDevopsTargetOptions } from './azure-devops-options';
import type { TargetValue } from './target-value';

/**
 * Options of `Target.azureDevopsVariableGroup()`.
 */
export interface AzureDevopsVariableGroupOptions extends AzureDevopsTargetOptions {
  /**
   * Id of the variable group, a number: `variableGroupId` in the URL of its page.
   *
   * Better one that nobody else writes to: Azure DevOps replaces a group as a whole, so that what somebody changes in the
   * instant between reading and writing it is lost.
   */
  readonly variableGroupId: string;

  /**
   * Name of the variable: letters, digits, `.` and `_`, not beginning with `endpoint`, `input`, `path`, `secret` or
   * `securefile`. It is made as a secret variable, and stays as its owner sets it later.
   *
   * @default 'DOCKER_AUTH_CONFIG'
   * @see https://learn.microsoft.com/en-us/azure/devops/pipelines/process/variables#variable-naming-restrictions
   */
  readonly variable?: string;

  /**
   * What is sent.
   *
   * @default TargetValue.configJson()
   */
  readonly value?: TargetValue;
}
