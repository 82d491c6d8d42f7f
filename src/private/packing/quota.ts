import type { Problems } from '../validation';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const DEFAULT_MANAGED_POLICY_QUOTA = 10;
const HIGHEST_MANAGED_POLICY_QUOTA = 20;

/** How many characters IAM allows in all inline policies of a principal. */
export const INLINE_CHARACTERS = { user: 2_048, role: 10_240 };

/** What a person does whose grants do not fit. */
export const FIT_ADVICE = 'grant a RepositoryScope, which is a name prefix or a tag, in the place of repositories, '
  + 'or raise the account\'s quota and set \'managedPolicyQuota\'';

/** Adds a problem unless IAM knows such a quota. */
export function checkManagedPolicyQuota(problems: Problems, quota: number | undefined, kind: keyof typeof INLINE_CHARACTERS): void {
  problems.unless('managedPolicyQuota', quota,
    (count) => Number.isInteger(count) && count >= DEFAULT_MANAGED_POLICY_QUOTA && count <= HIGHEST_MANAGED_POLICY_QUOTA,
    `a whole number from ${DEFAULT_MANAGED_POLICY_QUOTA} to ${HIGHEST_MANAGED_POLICY_QUOTA}`,
    `give the account's quota "Managed policies per ${kind}", or leave it out`);
}
