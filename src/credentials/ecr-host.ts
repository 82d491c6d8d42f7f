/**
 * The names that an ECR registry is reached by. Docker looks a login up by the name that an image is asked for with.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
 */
export enum EcrHost {
  /** `ACCOUNT.dkr.ecr.REGION.amazonaws.com`. */
  STANDARD = 'standard',
  /** `ACCOUNT.dkr.ecr-fips.REGION.amazonaws.com`: FIPS 140-3, in the regions that have it. */
  FIPS = 'fips',
  /** `ACCOUNT.dkr-ecr.REGION.on.aws`: IPv4 and IPv6, without PrivateLink. */
  DUAL_STACK = 'dual-stack',
  /** `ACCOUNT.dkr-ecr-fips.REGION.on.aws`. */
  DUAL_STACK_FIPS = 'dual-stack-fips',
}
