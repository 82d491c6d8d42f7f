/** The longest that a reference may come to, of those that are known. */
const LONGEST: Record<string, string> = { 'AWS::AccountId': '123456789012', 'AWS::Partition': 'aws-us-gov' };

/** How long a text is taken to be that nothing is known of before the deployment. */
const UNKNOWN = 128;

/** How long a trust policy will be, in the characters that IAM counts. */
export interface TrustPolicySize {
  /** Without what is not known before the deployment. */
  readonly known: number;
  /** With a guess of it. */
  readonly guessed: number;
}

/**
 * Measures a resolved trust policy: white space between its parts is not counted, and of tokens that of which something is
 * known at its longest.
 *
 * @param host the issuer, without https://
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export function trustPolicySize(policy: unknown, host: string): TrustPolicySize {
  const measure = (unknown: number): number => JSON.stringify(policy, (key, value) => (
    key === 'Federated' ? `arn:aws-us-gov:iam::123456789012:oidc-provider/${host}` : longest(value, unknown)
  )).length;
  return { known: measure(0), guessed: measure(UNKNOWN) };
}

function longest(value: unknown, unknown: number): unknown {
  if (!isIntrinsic(value)) return value;
  const [[name, operand]] = Object.entries(value);
  if (name === 'Fn::Join') return (operand as [string, unknown[]])[1].map((part) => longest(part, unknown)).join((operand as [string])[0]);
  return LONGEST[String(operand)] ?? 'x'.repeat(unknown);
}

function isIntrinsic(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const [name, ...others] = Object.keys(value);
  return others.length === 0 && /^(Ref|Fn::.*)$/.test(name);
}
