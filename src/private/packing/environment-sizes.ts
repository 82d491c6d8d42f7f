import { Token } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';

/** How many characters the parts of a stack's environment come to: the most that exist where one is not known. */
export interface EnvironmentSizes {
  readonly account: number;
  readonly partition: number;
  readonly region: number;
  readonly urlSuffix: number;
}

/**
 * Partitions by the names of their regions. aws-cdk-lib has a list of regions, which takes longer to load than all that
 * is done with it here; a test compares the two.
 */
const PARTITIONS: [RegExp, string, string][] = [
  [/^(af|ap|ca|eu|il|me|mx|sa|us)-(central|(north|south)?(east|west)?)-\d$/, 'aws', 'amazonaws.com'],
  [/^cn-/, 'aws-cn', 'amazonaws.com.cn'],
  [/^us-gov-/, 'aws-us-gov', 'amazonaws.com'],
];

/** As long as any that exist. */
const LONGEST_PARTITION = 'aws-us-gov';
const LONGEST_REGION = 'us-isof-south-1';
const LONGEST_URL_SUFFIX = 'amazonaws.com.cn';

/** The sizes in the environment of a stack; in any that exists without one. */
export function environmentSizes(stack?: Stack): EnvironmentSizes {
  const region = stack && !Token.isUnresolved(stack.region) ? stack.region : undefined;
  const known = PARTITIONS.find(([regions]) => region && regions.test(region));
  const [, partition, urlSuffix] = known ?? [undefined, LONGEST_PARTITION, LONGEST_URL_SUFFIX];
  return { account: '111122223333'.length, partition: partition.length, region: (region ?? LONGEST_REGION).length, urlSuffix: urlSuffix.length };
}

/** Characters of `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`. */
export function arnSize(sizes: EnvironmentSizes, service: string, resource: number): number {
  return `arn::${service}:::`.length + sizes.partition + sizes.region + sizes.account + resource;
}
