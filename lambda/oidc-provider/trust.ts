/** A statement of a trust policy, as far as it matters here. */
interface Statement {
  readonly Effect: string;
  /** Without one there is a `NotPrincipal`, which is taken for everybody. */
  readonly Principal?: '*' | Record<string, string | string[]>;
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

/**
 * Whether a role may be assumed with tokens of a provider, by its trust policy.
 *
 * In doubt it may: what is said to be in use is kept.
 *
 * @param trustPolicy JSON
 * @param audience only tokens for this audience count
 */
export function mayUse(trustPolicy: string, providerArn: string, audience?: string): boolean {
  const { Statement: statements } = JSON.parse(trustPolicy) as { Statement: Statement | Statement[] };
  return list(statements).some((statement) => (
    statement.Effect === 'Allow' && trusts(statement, providerArn) && (audience === undefined || admits(statement, audience))
  ));
}

function trusts({ Principal: principal = '*' }: Statement, providerArn: string): boolean {
  const trusted = principal === '*' ? [principal] : Object.values(principal).flatMap(list);
  return trusted.includes('*') || trusted.includes(providerArn);
}

/** Whether nothing in the statement's conditions keeps tokens for the audience out. */
function admits({ Condition: condition = {} }: Statement, audience: string): boolean {
  const audiences = Object.entries(condition)
    .filter(([operator]) => operator === 'StringEquals') // any other is not tried to be understood
    .flatMap(([, keys]) => Object.entries(keys))
    .filter(([key]) => key.toLowerCase().endsWith(':aud'))
    .flatMap(([, values]) => list(values));
  return audiences.length === 0 || audiences.includes(audience);
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
