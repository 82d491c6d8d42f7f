import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { TargetConfig } from '../../targets/target-config';
import { TargetRemoval } from '../../targets/target-removal';
import type { TargetGroup, TargetSpec } from '../target-contract';
import { Problems } from '../validation';

/**
 * The most characters that the targets may have as CloudFormation sends them, which sends the old ones and the new ones
 * in an invocation of 256 KiB.
 */
export const LONGEST_TARGETS = 110_000;

/** The targets as the publisher takes them: those that differ in their places only are one group. */
export function targetGroups(scope: IConstruct, configs: readonly TargetConfig[]): TargetGroup[] {
  const stack = Stack.of(scope);
  const groups = new Map<string, { shared: Omit<TargetGroup, 'where'>; where: TargetSpec['where'][] }>();
  for (const { where, ...config } of configs) {
    const shared = sharedOf(config);
    const key = JSON.stringify(stack.resolve(shared));
    const group = groups.get(key) ?? { shared, where: [] };
    group.where.push(where);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ shared, where }) => ({ ...shared, where }));
}

/** What is wrong with the targets together: twins, and too many. */
export function checkTargets(problems: Problems, scope: IConstruct, configs: readonly TargetConfig[]): void {
  const stack = Stack.of(scope);
  const places = configs.map(({ kind, where }) => JSON.stringify(stack.resolve([kind, Object.entries(where).sort()])));
  places.forEach((place, index) => {
    const twin = places.indexOf(place);
    if (twin < index) problems.add(`targets[${index}]`, configs[index].where, `another place than 'targets[${twin}]'`, 'name each target once');
  });
  const { length } = JSON.stringify(stack.resolve(targetGroups(scope, configs)));
  if (length > LONGEST_TARGETS) {
    problems.add('targets', length, `at most ${LONGEST_TARGETS} characters as CloudFormation sends them`, 'give some of them to another DockerCredentials');
  }
}

/** What is wrong with what a target is sent, if the dockercfg has so many hosts. */
export function checkOneRegistry(problems: Problems, at: string, { value }: TargetConfig, hosts: number): void {
  const isOne = value._form === 'password' || value._form === 'login';
  if (!isOne || value._hosts !== undefined || hosts === 1) return;
  problems.add(at, undefined, `given the host of one registry, of which the dockercfg has ${hosts}`,
    'name it, as its \'host\' if it has that property, otherwise in its \'value\', such as TargetValue.password(\'111122223333.dkr.ecr.eu-west-1.amazonaws.com\')');
}

function sharedOf({ kind, settings, value, removal }: Omit<TargetConfig, 'where'>): Omit<TargetGroup, 'where'> {
  return {
    kind,
    settings,
    form: value._form,
    ...value._hosts ? { hosts: value._hosts } : {},
    removal: removal ?? TargetRemoval.LEAVE,
  };
}
