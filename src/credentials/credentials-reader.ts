import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { READ_KEY_ACTION, READ_SECRET_ACTIONS } from '../private/actions';
import { ACCOUNT_ID, checkFormat, ORGANIZATION_ID, type Format } from '../private/formats';
import type { Problems } from '../private/validation';

/**
 * Who else may read the secret of a `DockerCredentials`, from another account.
 *
 * Those of the secret's own account are better granted: `credentials.grantRead(role)`.
 */
export class CredentialsReader {
  /**
   * Lets an account read the secret, and pass that right on to its users and roles.
   *
   * @param accountId 12 digits
   */
  public static account(accountId: string): CredentialsReader {
    return new CredentialsReader('account', accountId, ACCOUNT_ID, new iam.AccountPrincipal(accountId), {});
  }

  /**
   * Lets every account of an organization read the secret, and pass that right on to its users and roles.
   *
   * @param organizationId such as `o-a1b2c3d4e5`
   */
  public static organization(organizationId: string): CredentialsReader {
    return new CredentialsReader('organization', organizationId, ORGANIZATION_ID, new iam.AnyPrincipal(), { 'aws:PrincipalOrgID': organizationId });
  }

  private constructor(
    private readonly factory: string,
    private readonly id: string,
    private readonly format: Format,
    private readonly principal: iam.IPrincipal,
    private readonly condition: Record<string, string>,
  ) {}

  /** @internal */
  public _check(problems: Problems, at: string): void {
    checkFormat(problems, `${at}.${this.factory}`, this.id, this.format);
  }

  /** @internal */
  public _secretStatement(): iam.PolicyStatement {
    return this.statement(READ_SECRET_ACTIONS, this.condition);
  }

  /** @internal */
  public _keyStatement(stack: Stack): iam.PolicyStatement {
    return this.statement([READ_KEY_ACTION], { ...this.condition, 'kms:ViaService': `secretsmanager.${stack.region}.amazonaws.com` });
  }

  private statement(actions: string[], condition: Record<string, string>): iam.PolicyStatement {
    return new iam.PolicyStatement({
      principals: [this.principal],
      actions,
      resources: ['*'],
      ...Object.keys(condition).length > 0 ? { conditions: { StringEquals: condition } } : {},
    });
  }
}
