import { createHash } from 'node:crypto';
import type { TargetGroup, TargetSpec } from '../../src/private/target-contract';
import { ConfigurationError } from '../shared/errors';

/** A target with what names it in the table and in messages. */
export interface Target extends TargetSpec {
  readonly id: string;
}

/** The targets that a deploy names, each once. */
export function targetsOf(json: string): Map<string, Target> {
  const groups = JSON.parse(json) as TargetGroup[];
  const targets = groups.flatMap(({ where, ...shared }) => where.map((place): Target => {
    const spec = { ...shared, where: place };
    return { ...spec, id: idOf(spec) };
  }));
  const byId = new Map(targets.map((target) => [target.id, target]));
  if (byId.size < targets.length) {
    const twin = targets.find((target, index) => targets.findIndex(({ id }) => id === target.id) < index)!;
    throw new ConfigurationError(`two targets are the same: ${nameOf(twin)}; name each once`);
  }
  return byId;
}

/** The same for the same place in each deploy, whatever else is said of it. */
function idOf({ kind, where }: TargetSpec): string {
  return digestOf([kind, Object.entries(where).sort()]).slice(0, 16);
}

/** How a target is called in logs, metrics and reports, such as `gitlab-variable key=DOCKER_AUTH_CONFIG project=42`. */
export function nameOf({ kind, where }: TargetSpec): string {
  const parts = Object.entries(where).sort().map(([name, value]) => `${name}=${value}`);
  return [kind, ...parts].join(' ');
}

/** A digest of any JSON, as 32 hexadecimal digits. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
