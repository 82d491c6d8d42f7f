import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { checkFormat } from '../private/formats';
import { checkJsonKey, secretRef } from '../private/targets/secret-ref';
import { UUID } from '../private/targets/variable-name';
import type { Problems } from '../private/validation';

/**
 * Options of `AzureDevopsAuth.servicePrincipal()`.
 */
export interface AzureDevopsServicePrincipalOptions {
  /**
   * Id of the Microsoft Entra tenant that the organization is connected to, a UUID.
   */
  readonly tenantId: string;

  /**
   * The application's client id, a UUID.
   */
  readonly clientId: string;

  /**
   * Secret with the application's client secret: its value, not its id.
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
export class AzureDevopsAuth {
  /**
   * An application of Microsoft Entra, which is a member of the organization: bound to no person, and each of its tokens
   * lives about an hour. Azure DevOps Services only.
   *
   * @see https://learn.microsoft.com/en-us/azure/devops/integrate/get-started/authentication/service-principal-managed-identity
   */
  public static servicePrincipal(options: AzureDevopsServicePrincipalOptions): AzureDevopsAuth {
    const { tenantId, clientId } = options;
    return new AzureDevopsAuth(
      (problems, at, isServer) => {
        checkFormat(problems, `${at}.tenantId`, tenantId, UUID);
        checkFormat(problems, `${at}.clientId`, clientId, UUID);
        checkJsonKey(problems, `${at}.clientSecretKey`, options.clientSecretKey);
        if (isServer) problems.add(at, 'a service principal', 'a personal access token for an Azure DevOps Server', 'use AzureDevopsAuth.personalAccessToken()');
      },
      (publisher) => ({ tenantId, clientId, clientSecret: secretRef(options.clientSecret, options.clientSecretKey, publisher) }),
    );
  }

  /**
   * A personal access token: it ends with the person's membership, and expires.
   *
   * @param token secret with the token
   * @param tokenKey key of the token in the secret's JSON; none if its whole value is the token
   *
   * @see https://learn.microsoft.com/en-us/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate
   */
  public static personalAccessToken(token: secretsmanager.ISecret, tokenKey?: string): AzureDevopsAuth {
    return new AzureDevopsAuth(
      (problems, at) => checkJsonKey(problems, `${at}.tokenKey`, tokenKey),
      (publisher) => ({ token: secretRef(token, tokenKey, publisher) }),
    );
  }

  private constructor(
    private readonly check: (problems: Problems, at: string, isServer: boolean) => void,
    private readonly bind: (publisher: iam.IGrantable) => object,
  ) {}

  /** @internal */
  public _check(problems: Problems, at: string, isServer: boolean): void {
    this.check(problems, at, isServer);
  }

  /** @internal */
  public _bind(publisher: iam.IGrantable): object {
    return this.bind(publisher);
  }
}
