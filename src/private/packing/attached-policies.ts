import { CfnResource, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** The property of policies that names whom they are attached to, and its value. */
export type Attachment = { readonly users: string[] } | { readonly roles: string[] };

/** How many policies a principal has. */
export interface PolicyCounts {
  readonly managed: number;
  readonly inline: number;
}

/** Properties of policies that name users or roles. */
const TARGETS = ['users', 'roles', 'userName', 'roleName'];
const INLINE_TYPES = ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::UserPolicy'];

/** Counts the policies that a user or role has in its own stack, by its properties and by those of policies, without `except`. */
export function countAttachedPolicies(principal: Construct, attachment: Attachment, except: CfnResource[]): PolicyCounts {
  const stack = Stack.of(principal);
  const resource = principal.node.defaultChild as iam.CfnUser | iam.CfnRole;
  const [name] = namesIn(stack, attachment);
  const policies = stack.node.findAll().filter((child): child is CfnResource => (
    CfnResource.isCfnResource(child) && child.cfnResourceType.startsWith('AWS::IAM::') && !except.includes(child) && namesIn(stack, child).includes(name)
  ));
  const count = (types: string[]): number => policies.filter(({ cfnResourceType }) => types.includes(cfnResourceType)).length;
  return {
    managed: lengthOf(stack, resource.managedPolicyArns) + count(['AWS::IAM::ManagedPolicy']),
    inline: lengthOf(stack, resource.policies) + count(INLINE_TYPES),
  };
}

/** The users and roles that a policy is attached to, as text that can be compared. */
function namesIn(stack: Stack, policy: object): string[] {
  return TARGETS.flatMap((property) => stack.resolve(Reflect.get(policy, property)) ?? []).map((name) => JSON.stringify(name));
}

function lengthOf(stack: Stack, list: unknown): number {
  return [stack.resolve(list) ?? []].flat().length;
}
