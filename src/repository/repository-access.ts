import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PULL_ACTIONS, PUSH_ACTIONS, LAMBDA_PULL_ACTIONS } from '../private/actions';
import { ACCOUNT_ID, checkFormat, checkFormats, FUNCTION_NAME, ORGANIZATION_ID, ORGANIZATION_PATH } from '../private/formats';
import { checkRepositoryStatement } from '../private/repository-policy';
import type { Problems } from '../private/validation';

/**
 * Options of `RepositoryAccess.pullFromLambda()`.
 */
export interface LambdaAccessOptions {
  /**
   * Ids of the accounts that own the functions.
   */
  readonly accounts: string[];

  /**
   * Names of the functions, with `*` and `?` for any characters and any one.
   *
   * @default - every function of the accounts
   */
  readonly functionNames?: string[];
}

/**
 * Who may use a repository from elsewhere: statements of its repository policy.
 *
 * Users and roles of the repository's own account are better granted (`repository.grantPull(role)`). Those of another
 * account need both, an entry here and the same rights in their own account, where they get their token as well.
 */
export class RepositoryAccess {
  /**
   * Lets other accounts pull, and pass that right on to their users and roles.
   *
   * @param accountIds 12 digits each
   */
  public static pullFromAccounts(accountIds: string[]): RepositoryAccess {
    return RepositoryAccess.fromAccounts('pullFromAccounts', accountIds, PULL_ACTIONS);
  }

  /**
   * Lets other accounts push, and pass that right on to their users and roles. It does not let them pull.
   *
   * @param accountIds 12 digits each
   */
  public static pushFromAccounts(accountIds: string[]): RepositoryAccess {
    return RepositoryAccess.fromAccounts('pushFromAccounts', accountIds, PUSH_ACTIONS);
  }

  /**
   * Lets every account of an organization pull. Functions of AWS Lambda need `pullFromLambda()` besides.
   *
   * @param organizationId such as `o-a1b2c3d4e5`
   */
  public static pullFromOrganization(organizationId: string): RepositoryAccess {
    return new RepositoryAccess(
      (problems, at) => checkFormat(problems, `${at}.pullFromOrganization`, organizationId, ORGANIZATION_ID),
      () => [new iam.PolicyStatement({
        principals: [new iam.AnyPrincipal()],
        actions: PULL_ACTIONS,
        conditions: { StringEquals: { 'aws:PrincipalOrgID': organizationId } },
      })],
    );
  }

  /**
   * Lets the accounts of organizational units pull. Functions of AWS Lambda need `pullFromLambda()` besides.
   *
   * @param paths from the organization down to the unit, such as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*`; without the
   * `*` the units below are left out
   */
  public static pullFromOrganizationalUnits(paths: string[]): RepositoryAccess {
    return new RepositoryAccess(
      (problems, at) => checkFormats(problems, `${at}.pullFromOrganizationalUnits`, paths, ORGANIZATION_PATH),
      () => [new iam.PolicyStatement({
        principals: [new iam.AnyPrincipal()],
        actions: PULL_ACTIONS,
        conditions: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths } },
      })],
    );
  }

  /**
   * Lets functions of AWS Lambda run images of the repository: the accounts to make such a function, and the service
   * to load its image. The functions have to be in the repository's region.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#gettingstarted-images-permissions
   */
  public static pullFromLambda(options: LambdaAccessOptions): RepositoryAccess {
    const { accounts, functionNames = ['*'] } = options;
    return new RepositoryAccess(
      (problems, at) => {
        checkFormats(problems, `${at}.pullFromLambda.accounts`, accounts, ACCOUNT_ID);
        checkFormats(problems, `${at}.pullFromLambda.functionNames`, functionNames, FUNCTION_NAME);
      },
      (stack) => {
        const functionArns = accounts.flatMap((account) => functionNames.map((resourceName) => (
          stack.formatArn({ service: 'lambda', account, resource: 'function', resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME })
        )));
        return [
          new iam.PolicyStatement({
            principals: accounts.map((account) => new iam.AccountPrincipal(account)),
            actions: LAMBDA_PULL_ACTIONS,
          }),
          new iam.PolicyStatement({
            principals: [new iam.ServicePrincipal('lambda.amazonaws.com')],
            actions: LAMBDA_PULL_ACTIONS,
            conditions: { StringLike: { 'aws:sourceArn': functionArns } },
          }),
        ];
      },
    );
  }

  /**
   * A statement of your own, with principals and actions; ECR takes neither resources nor `ecr:GetAuthorizationToken` here.
   *
   * @param statement goes into the repository policy as it is
   */
  public static statement(statement: iam.PolicyStatement): RepositoryAccess {
    return new RepositoryAccess(
      (problems, at) => {
        checkRepositoryStatement(problems, `${at}.statement`, statement);
        if (!statement.hasPrincipal) {
          problems.add(`${at}.statement.principals`, undefined, 'given in a repository policy', 'say whom the statement is about');
        }
      },
      () => [statement.copy()],
    );
  }

  private static fromAccounts(factory: string, accountIds: string[], actions: string[]): RepositoryAccess {
    return new RepositoryAccess(
      (problems, at) => checkFormats(problems, `${at}.${factory}`, accountIds, ACCOUNT_ID),
      () => [new iam.PolicyStatement({ principals: accountIds.map((id) => new iam.AccountPrincipal(id)), actions })],
    );
  }

  private constructor(
    private readonly check: (problems: Problems, at: string) => void,
    private readonly write: (stack: Stack) => iam.PolicyStatement[],
  ) {}

  /** @internal */
  public _check(problems: Problems, at: string): void {
    this.check(problems, at);
  }

  /** @internal */
  public _statements(stack: Stack): iam.PolicyStatement[] {
    return this.write(stack);
  }
}
