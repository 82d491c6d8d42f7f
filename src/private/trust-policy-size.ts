/** What AWS counts of an intrinsic function that is known, at its longest. */
const LONGEST: Record<string, number> = {
  'AWS::AccountId': 12,
  'AWS::Partition': 'aws-iso-b'.length + 1,
  'AWS::Region': 'ap-southeast-1'.length + 2,
};

/** What is reckoned for a text that nothing is known of before the deployment. */
const UNKNOWN = 128;

/** How long a trust policy will be, in the characters that IAM counts. */
export interface TrustPolicySize {
  /** Without what is not known before the deployment. */
  readonly known: number;
  /** With a guess of it. */
  readonly guessed: number;
}

/**
 * Measures a resolved trust policy: white space between its parts is not counted, and what is known of tokens is taken
 * at its longest.
 *
 * @param federated what the reference to the provider comes to, at its longest
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export function trustPolicySize(policy: unknown, federated: string): TrustPolicySize {
  const measure = (unknown: number): number => JSON.stringify(policy, (key, value) => (
    key === 'Federated' && isIntrinsic(value) ? federated : longest(value, unknown)
  )).length;
  return { known: measure(0), guessed: measure(UNKNOWN) };
}

function longest(value: unknown, unknown: number): unknown {
  if (!isIntrinsic(value)) return value;
  const [[name, operand]] = Object.entries(value);
  if (name === 'Fn::Join') return (operand as [string, unknown[]])[1].map((part) => longest(part, unknown)).join((operand as [string])[0]);
  return 'x'.repeat((name === 'Ref' ? LONGEST[operand as string] : undefined) ?? unknown);
}

function isIntrinsic(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const [name, ...others] = Object.keys(value);
  return others.length === 0 && /^(Ref|Fn::.*)$/.test(name);
}
