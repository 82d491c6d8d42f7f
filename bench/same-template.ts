import { isDeepStrictEqual } from 'node:util';

/** As much of a CloudFormation template as is looked at. */
export interface Template {
  readonly Resources: Record<string, { readonly Type: string }>;
}

/**
 * Fails unless both templates define the same: as many resources of each type, and each with the same properties.
 *
 * @param what was synthesised, for the error
 */
export function assertSameTemplate(what: string, ours: Template, theirs: Template): void {
  const ourTypes = countTypes(ours);
  const theirTypes = countTypes(theirs);
  for (const type of new Set([...ourTypes.keys(), ...theirTypes.keys()])) {
    const [ourCount, theirCount] = [ourTypes.get(type) ?? 0, theirTypes.get(type) ?? 0];
    if (ourCount !== theirCount) throw new Error(`${what}: compares ${ourCount} ${type} with ${theirCount}`);
  }
  for (const [id, resource] of Object.entries(ours.Resources)) {
    if (!isDeepStrictEqual(resource, theirs.Resources[id])) {
      throw new Error(`${what}: ${id} is not the same:\n${JSON.stringify(resource)}\n${JSON.stringify(theirs.Resources[id])}`);
    }
  }
  if (!isDeepStrictEqual(ours, theirs)) throw new Error(`${what}: the templates differ outside of the resources`);
}

function countTypes(template: Template): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { Type } of Object.values(template.Resources)) counts.set(Type, (counts.get(Type) ?? 0) + 1);
  return counts;
}
