import type { AzureDevopsTargetOptions } from './azure-devops-options';

/**
 * Options of `Target.azureDevopsServiceConnection()`.
 */
export interface AzureDevopsServiceConnectionOptions extends AzureDevopsTargetOptions {
  /**
   * Id of the service connection, a UUID: `resourceId` in the URL of its page.
   *
   * It is of the type Docker Registry, `Others`. Make it in the project's settings, with any password.
   */
  readonly connectionId: string;

  /**
   * Host of the registry that the connection is to; a connection has one.
   *
   * @default - the only one of the dockercfg
   */
  readonly host?: string;
}
