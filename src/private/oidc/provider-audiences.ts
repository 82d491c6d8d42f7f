/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MOST_AUDIENCES = 100;

/** What is wrong with the number of audiences that a provider has when all roles are defined. */
export function audienceCountProblems(count: number): string[] {
  if (count === 0) return ['a provider needs at least one audience, got: 0; name it in \'audiences\', or give the provider to the trust of a CiRole'];
  if (count > MOST_AUDIENCES) return [`a provider must have at most ${MOST_AUDIENCES} audiences, got: ${count}; share audiences between roles`];
  return [];
}
