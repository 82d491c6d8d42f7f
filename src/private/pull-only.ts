import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { DESCRIBE_ACTIONS, PULL_ACTIONS, TOKEN_ACTION } from './actions';
import type { Problems } from './validation';

/** Whatever the role may do that a pull request may do. */
const ALLOWED_ACTIONS = new Set([TOKEN_ACTION, ...PULL_ACTIONS, ...DESCRIBE_ACTIONS].map((action) => action.toLowerCase()));

/** The managed policies of AWS that allow no more. */
const ALLOWED_POLICY = /:iam::aws:policy\/AmazonEC2ContainerRegistry(PullOnly|ReadOnly)"/;

const ALLOWED = 'pull, token and describe actions of ECR only, for a role that pull requests may assume';
const FIX = 'give other runs a role of their own, or set \'allowPullRequestsToPush\'';

/** What matters of a statement, as it is rendered. */
interface StatementJson {
  readonly Effect: string;
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
}

/** Adds a problem for each right of the statement that is more than pull. */
export function checkPullOnly(problems: Problems, property: string, statement: iam.PolicyStatement): void {
  check(problems, property, statement.effect, statement.actions, statement.notActions);
}

/** Adds a problem for each right of the document that is more than pull. */
export function checkPullOnlyDocument(problems: Problems, property: string, scope: Construct, document: iam.PolicyDocument): void {
  // A document without statements is rendered as nothing.
  const { Statement: statements }: { Statement: StatementJson[] } = Stack.of(scope).resolve(document) ?? { Statement: [] };
  statements.forEach(({ Action: actions = [], Effect: effect, NotAction: notActions = [] }, index) => (
    check(problems, `${property}.statement[${index}]`, effect, [actions].flat(), [notActions].flat())
  ));
}

/** Adds a problem for a managed policy that allows more than pull, or that cannot be looked into. */
export function checkPullOnlyManagedPolicy(problems: Problems, property: string, scope: Construct, policy: iam.IManagedPolicy): void {
  if ('document' in policy) {
    checkPullOnlyDocument(problems, `${property}.document`, scope, policy.document as iam.PolicyDocument);
    return;
  }
  const arn: unknown = Stack.of(scope).resolve(policy.managedPolicyArn);
  if (!ALLOWED_POLICY.test(JSON.stringify(arn))) {
    problems.add(property, arn, 'AmazonEC2ContainerRegistryPullOnly, AmazonEC2ContainerRegistryReadOnly or one of this app, for a role that pull requests may assume', FIX);
  }
}

function check(problems: Problems, property: string, effect: string, actions: string[], notActions: string[]): void {
  if (effect === iam.Effect.DENY) return;
  const others = actions.filter((action) => !ALLOWED_ACTIONS.has(action.toLowerCase()));
  if (others.length > 0) problems.add(`${property}.actions`, others, ALLOWED, FIX);
  if (notActions.length > 0) problems.add(`${property}.notActions`, notActions, `left out: ${ALLOWED}`, FIX);
}
