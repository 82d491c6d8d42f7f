import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';
import { checkFormat } from '../private/formats';
import { checkJsonKey, secretRef } from '../private/targets/secret-ref';
import { UUID } from '../private/targets/variable-name';
import type { Problems } from '../private/validation';

/**
 * Options of `AzureDevOpsAuth.servicePrincipal()`.
 */
export interface AzureServicePrincipalOptions {
  /**
   * Id of the Microsoft Entra tenant.
   */
  readonly tenantId: string;

  /**
   * Client id of the service principal.
   */
  readonly clientId: string;

  /**
   * Secret with the client secret.
   */
  readonly clientSecret: secretsmanager.ISecret;

  /**
   * Key of the client secret in the secret's JSON.
   *
   * @default - the secret's whole value is the client secret
   */
  readonly clientSecretKey?: string;
}

/**
 * Who writes at Azure DevOps.
 */
export class AzureDevOpsAuth {
  /**
   * A personal access token.
   *
   * @param token secret with the token
   * @param tokenKey key of the token in the secret's JSON; none if its whole value is the token
   */
  public static personalAccessToken(token: secretsmanager.ISecret, tokenKey?: string): AzureDevOpsAuth {
    return new AzureDevOpsAuth(
      (problems, at) => checkJsonKey(problems, `${at}.tokenKey`, tokenKey),
      (publisher) => ({ token: secretRef(token, tokenKey, publisher) }),
    );
  }

  /**
   * A service principal of Microsoft Entra that is a user of the organization.
   */
  public static servicePrincipal(options: AzureServicePrincipalOptions): AzureDevOpsAuth {
    const { tenantId, clientId } = options;
    return new AzureDevOpsAuth(
      (problems, at) => {
        checkFormat(problems, `${at}.tenantId`, tenantId, UUID);
        checkFormat(problems, `${at}.clientId`, clientId, UUID);
        checkJsonKey(problems, `${at}.clientSecretKey`, options.clientSecretKey);
      },
      (publisher) => ({ tenantId, clientId, clientSecret: secretRef(options.clientSecret, options.clientSecretKey, publisher) }),
    );
  }

  private constructor(
    private readonly check: (problems: Problems, at: string) => void,
    private readonly bind: (publisher: iam.IGrantable) => object,
  ) {}

  /** @internal */
  public _check(problems: Problems, at: string): void {
    this.check(problems, at);
  }

  /** @internal */
  public _bind(publisher: iam.IGrantable): object {
    return this.bind(publisher);
  }
}

/**
 * Options of `Target.azureDevOpsServiceConnection()`.
 */
export interface AzureDevOpsServiceConnectionOptions extends TargetOptions {
  /**
   * The organization: its name as in `https://dev.azure.com/NAME`.
   */
  readonly organization: string;

  /**
   * Id of a service connection of the type *Docker Registry*, which exists.
   */
  readonly endpointId: string;

  /**
   * Host of the registry.
   *
   * @default - the dockercfg has one registry
   */
  readonly host?: string;

  /**
   * Who writes it: an administrator of the service connection.
   */
  readonly auth: AzureDevOpsAuth;
}

/**
 * Options of `Target.azureDevOpsVariableGroup()`.
 */
export interface AzureDevOpsVariableGroupOptions extends TargetOptions {
  /**
   * The organization: its name as in `https://dev.azure.com/NAME`.
   */
  readonly organization: string;

  /**
   * Id of a variable group, which exists. Best one of its own: Azure DevOps writes a group as a whole, and what others change
   * in it at the same moment is lost.
   */
  readonly groupId: number;

  /**
   * Name of the variable.
   *
   * @default 'ECR_PASSWORD'
   */
  readonly variableName?: string;

  /**
   * What is sent.
   *
   * @default TargetValue.password()
   */
  readonly value?: TargetValue;

  /**
   * Who writes it: an administrator of the variable group.
   */
  readonly auth: AzureDevOpsAuth;
}
