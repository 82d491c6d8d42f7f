import { isIP } from 'node:net';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Problems } from './validation';

/** Adds a problem for an empty list, and for each text in it that is no CIDR, or one that holds every address. */
export function checkCidrs(problems: Problems, property: string, cidrs: string[] | undefined): void {
  problems.unless(property, cidrs, (list) => list.length > 0, 'at least one CIDR', 'name one, or leave it out to allow every address');
  cidrs?.forEach((cidr, index) => problems.unless(
    `${property}[${index}]`, cidr, isCidr, 'an IPv4 or IPv6 CIDR that does not hold every address', 'write it such as \'203.0.113.0/24\' or \'2001:db8::/32\'',
  ));
}

function isCidr(text: string): boolean {
  const [, address, prefix] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const longest = { 0: 0, 4: 32, 6: 128 }[isIP(address ?? '')]!;
  return Number(prefix) >= 1 && Number(prefix) <= longest;
}

/**
 * Denies everything that does not come from the addresses or VPCs.
 *
 * What an AWS service calls on the principal's behalf comes from the service's own addresses. A request through a VPC
 * endpoint has no public address: only its VPC tells where it comes from, because anybody's VPC may use any address.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function denyOtherSources(cidrs: string[] | undefined, vpcIds: string[] | undefined): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'OnlyFromAllowedSources',
    effect: iam.Effect.DENY,
    actions: ['*'],
    resources: ['*'],
    conditions: {
      ...cidrs ? { NotIpAddress: { 'aws:SourceIp': cidrs } } : {},
      ...vpcIds ? { StringNotEquals: { 'aws:SourceVpc': vpcIds } } : {},
      Bool: { 'aws:ViaAWSService': 'false' },
    },
  });
}
