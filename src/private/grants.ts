import { Annotations, Token, TokenComparison } from 'aws-cdk-lib';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { TOKEN_ACTION } from './actions';
import type { RepositoryGrant } from './actions';

/** Grants on one repository, by its own means. */
export function grantOn(repository: ecr.IRepository, grantee: iam.IGrantable, { actions, withToken }: RepositoryGrant): iam.Grant {
  const grant = repository.grant(grantee, ...actions);
  if (withToken) grantToken(grantee);
  return grant;
}

/** Lets the grantee ask for a registry token. */
export function grantToken(grantee: iam.IGrantable): void {
  iam.Grant.addToPrincipal({ grantee, actions: [TOKEN_ACTION], resourceArns: ['*'] });
}

/** Where a grant goes that can be in no repository policy. */
export interface IdentityGrantOptions {
  readonly grantee: iam.IGrantable;
  readonly actions: string[];
  readonly resourceArns: string[];
  readonly conditions?: Record<string, Record<string, unknown>>;
  /** The account that owns the repositories. */
  readonly account: string;
  /** Who is warned if the grant has no effect, and the id of the warning. */
  readonly scope: IConstruct;
  readonly warning: string;
}

/** Grants by the grantee's policies alone, with a warning if that cannot be enough. */
export function grantByIdentity({ account, grantee, scope, warning, ...options }: IdentityGrantOptions): iam.Grant {
  const grant = iam.Grant.addToPrincipal({ ...options, grantee });
  const { principalAccount = account } = grantee.grantPrincipal;
  if (!grant.success || Token.compareStrings(account, principalAccount) === TokenComparison.DIFFERENT) {
    Annotations.of(scope).addWarningV2(warning,
      `a grant to ${grantee.grantPrincipal} has no effect, because repositories of account ${account} must allow it in their policies, which cannot be `
      + 'changed from here; add a RepositoryAccess to each repository where it is defined');
  }
  return grant;
}
