import type * as iam from 'aws-cdk-lib/aws-iam';

/** The role as a principal whose rights go into policies elsewhere, so that these can wait for what must not wait for the role. */
export function principalOfRole(role: iam.IRole, add: (statement: iam.PolicyStatement) => iam.AddToPrincipalPolicyResult): iam.IPrincipal {
  const principal: iam.IPrincipal & { toString: () => string } = {
    get grantPrincipal() { return principal; },
    assumeRoleAction: role.assumeRoleAction,
    policyFragment: role.policyFragment,
    principalAccount: role.principalAccount,
    addToPrincipalPolicy: add,
    // Some grants remember by it whom they were given to.
    toString: () => role.node.path,
  };
  return principal;
}
