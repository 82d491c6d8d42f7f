import { Token } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';

/** Digits of an account's id. */
const ACCOUNT_SIZE = 12;

/** How many characters the parts of a stack's environment come to: the most that exist where one is not known. */
export interface EnvironmentSizes {
  readonly account: number;
  readonly partition: number;
  readonly region: number;
  readonly urlSuffix: number;
}

/** The sizes in the environment of a stack; in any that exists without one. */
export function environmentSizes(stack?: Stack): EnvironmentSizes {
  if (!stack || Token.isUnresolved(stack.region)) return anyEnvironment();
  const { partition, domainSuffix } = RegionInfo.get(stack.region);
  return {
    account: ACCOUNT_SIZE,
    partition: partition?.length ?? anyEnvironment().partition,
    region: stack.region.length,
    urlSuffix: domainSuffix?.length ?? anyEnvironment().urlSuffix,
  };
}

/** Characters of `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`. */
export function arnSize(sizes: EnvironmentSizes, service: string, resource: number): number {
  return `arn::${service}:::`.length + sizes.partition + sizes.region + sizes.account + resource;
}

let longest: EnvironmentSizes | undefined;

function anyEnvironment(): EnvironmentSizes {
  longest ??= {
    account: ACCOUNT_SIZE,
    partition: mostOf(({ partition }) => partition!),
    region: mostOf(({ name }) => name),
    urlSuffix: mostOf(({ domainSuffix }) => domainSuffix!),
  };
  return longest;
}

function mostOf(text: (region: RegionInfo) => string): number {
  return Math.max(...RegionInfo.regions.map((region) => text(region).length));
}
