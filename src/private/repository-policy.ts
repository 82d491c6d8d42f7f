import * as iam from 'aws-cdk-lib/aws-iam';
import { TOKEN_ACTION } from './actions';
import type { Problems } from './validation';

/** @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html */
const MOST_CHARACTERS = 10_240;

/** Adds a problem for each part of the statement that ECR takes in no repository policy. */
export function checkRepositoryStatement(problems: Problems, property: string, statement: iam.PolicyStatement): void {
  for (const list of ['resources', 'notResources'] as const) {
    if (statement[list].length > 0) {
      problems.add(`${property}.${list}`, statement[list], 'left out in a repository policy', 'remove it: the policy is about its repository only');
    }
  }
  if (statement.actions.some((action) => action.toLowerCase() === TOKEN_ACTION.toLowerCase())) {
    problems.add(`${property}.actions`, TOKEN_ACTION, 'left out in a repository policy', 'allow it on * in a policy of the user or role instead');
  }
}

/** Whether the statement opens the repository to whoever has an AWS account. */
export function isOpenToEveryone(statement: iam.PolicyStatement): boolean {
  if (statement.effect !== iam.Effect.ALLOW || Object.keys(statement.conditions).length > 0) return false;
  return statement.principals.some((principal) => Object.values(principal.policyFragment.principalJson).flat().includes('*'));
}

/** What is wrong with the size of a resolved policy, if it is known to be too large whatever its tokens become. */
export function sizeProblems(policy: unknown): string[] {
  const size = JSON.stringify(policy, (_key, value) => withoutTokens(value))?.length ?? 0;
  if (size <= MOST_CHARACTERS) return [];
  return [`the repository policy must be at most ${MOST_CHARACTERS} characters, got: ${size}; name an organization in the place of accounts`];
}

/** The shortest text that an intrinsic function may come to, and every other value as it is. */
function withoutTokens(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [key, ...others] = Object.keys(value);
  if (others.length > 0 || !/^(Ref|Fn::.*)$/.test(key)) return value;
  const operand = (value as Record<string, unknown>)[key];
  if (key === 'Fn::Join') return (operand as unknown[][])[1].map(withoutTokens).join('');
  return operand === 'AWS::Partition' ? 'aws' : '';
}
