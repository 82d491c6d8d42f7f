import { isDeepStrictEqual } from 'node:util';

/** As much of a CloudFormation template as is looked at. */
export interface Template {
  readonly Resources: Record<string, Resource>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly PolicyDocument?: { readonly Statement: Statement[] } };
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

const POLICIES = ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy'];

/**
 * Fails unless both templates define the same: as many resources of each type, each with the same properties, and
 * policies that allow the same. How rights are spread over policies may differ.
 *
 * @param what was synthesised, for the error
 */
export function assertSameTemplate(what: string, ours: Template, theirs: Template): void {
  const [ourRights, theirRights] = [rightsOf(what, ours), rightsOf(what, theirs)];
  if (!isDeepStrictEqual(ourRights, theirRights)) {
    throw new Error(`${what}: the policies allow ${ourRights.size} and ${theirRights.size} times an action on a resource, and not the same`);
  }

  const [ourOthers, theirOthers] = [withoutPolicies(ours), withoutPolicies(theirs)];
  const ourTypes = countTypes(ourOthers);
  const theirTypes = countTypes(theirOthers);
  for (const type of new Set([...ourTypes.keys(), ...theirTypes.keys()])) {
    const [ourCount, theirCount] = [ourTypes.get(type) ?? 0, theirTypes.get(type) ?? 0];
    if (ourCount !== theirCount) throw new Error(`${what}: compares ${ourCount} ${type} with ${theirCount}`);
  }
  for (const [id, resource] of Object.entries(ourOthers.Resources)) {
    if (!isDeepStrictEqual(resource, theirOthers.Resources[id])) {
      throw new Error(`${what}: ${id} is not the same:\n${JSON.stringify(resource)}\n${JSON.stringify(theirOthers.Resources[id])}`);
    }
  }
  if (!isDeepStrictEqual(ourOthers, theirOthers)) throw new Error(`${what}: the templates differ outside of the resources`);
}

/** Every action on a resource that the policies allow. */
function rightsOf(what: string, template: Template): Set<string> {
  const policies = Object.values(template.Resources).filter(({ Type }) => POLICIES.includes(Type));
  const statements = policies.flatMap(({ Properties }) => Properties!.PolicyDocument!.Statement);
  return new Set(statements.flatMap(({ Effect, Action, Resource, ...others }) => {
    if (Effect !== 'Allow' || Object.keys(others).length > 0) throw new Error(`${what}: a statement does more than to allow actions on resources`);
    return [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} ${JSON.stringify(resource)}`));
  }));
}

function withoutPolicies(template: Template): Template {
  return { ...template, Resources: Object.fromEntries(Object.entries(template.Resources).filter(([, { Type }]) => !POLICIES.includes(Type))) };
}

function countTypes(template: Template): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { Type } of Object.values(template.Resources)) counts.set(Type, (counts.get(Type) ?? 0) + 1);
  return counts;
}
