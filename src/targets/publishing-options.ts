import type * as ec2 from 'aws-cdk-lib/aws-ec2';

/**
 * How `DockerCredentials` publishes to its targets.
 */
export interface PublishingOptions {
  /**
   * How many publishers are at work at the same time, each on up to ten targets: 2 to 1,000.
   *
   * @default 5
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
   */
  readonly maxConcurrency?: number;

  /**
   * Whether a target that fails at deploy fails the deploy. It alarms in any case, and is tried again.
   *
   * @default false
   */
  readonly failDeploy?: boolean;

  /**
   * VPC that the publisher runs in, to reach servers that are not public. It needs ways to AWS's services and to each
   * vendor from there, such as a NAT gateway.
   *
   * @default - it runs outside of any VPC, and reaches public servers
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of the VPC.
   *
   * @default - its private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Security groups of the publisher in the VPC.
   *
   * @default - one is made
   */
  readonly securityGroups?: ec2.ISecurityGroup[];
}
