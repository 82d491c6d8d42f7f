import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { principalOfRole } from './principal-of-role';
import { PackedPolicies } from '../packing/packed-policies';
import { INLINE_CHARACTERS } from '../packing/quota';

/**
 * What the targets grant to the publisher's role, in policies of their own.
 *
 * They are no children of the role, on which its function waits: a target that is removed loses what it holds before the
 * publisher loses the rights for that, so the policies have to wait for the function.
 */
export class TargetRights extends Construct implements iam.IGrantable {
  /**
   * Where a target defines rights of another kind than IAM's, to have them by when it is published to, and as long as it
   * is a target.
   *
   * @param scope the target's
   */
  public static near(scope: IConstruct): IConstruct {
    const publisher = scope.node.scope!;
    return publisher.node.children.find((child) => child instanceof TargetRights) ?? publisher;
  }

  public readonly grantPrincipal: iam.IPrincipal;

  public constructor(scope: Construct, id: string, role: iam.Role) {
    super(scope, id);
    // Where the packing looks for what the role has besides.
    this.node.defaultChild = role.node.defaultChild;
    const policies = new PackedPolicies(this, {
      attachment: { roles: [role.roleName] },
      inlineCharacters: INLINE_CHARACTERS.role,
      advice: 'let targets share a token\'s secret, or give some targets to another DockerCredentials',
    });
    this.grantPrincipal = principalOfRole(role, (statement) => policies.add(statement));
  }
}
