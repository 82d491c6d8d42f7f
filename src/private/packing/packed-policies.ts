import { Aspects, AspectPriority } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Dependable } from 'constructs';
import type { Construct, IDependable } from 'constructs';
import { countAttachedPolicies } from './attached-policies';
import type { Attachment } from './attached-policies';
import { countNeeded, distribute } from './bins';
import { Measurer } from './measure';
import { DEFAULT_MANAGED_POLICY_QUOTA, FIT_ADVICE } from './quota';
import { itemsOf, roomIn, statementsOf } from './rights';
import type { StatementItem } from './rights';
import { Problems } from '../validation';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MANAGED_CHARACTERS = 6_144;

/** What differs between kinds of principals. */
export interface PackedPoliciesOptions {
  /** Whom the policies are attached to. */
  readonly attachment: Attachment;
  /**
   * How many managed policies may be attached to the principal in the account.
   *
   * @default 10
   */
  readonly quota?: number;
  /** How many characters IAM allows in all inline policies of the principal. */
  readonly inlineCharacters: number;
  /**
   * What a person does whose grants do not fit.
   *
   * @default - advice for rights in ECR
   */
  readonly advice?: string;
}

/**
 * Keeps what is granted to an IAM user or role in managed policies that fit IAM's limits.
 *
 * They are made when the app is synthesised, because only then all grants are known. If the managed policies that may be
 * attached are full to the last character, what is left goes into an inline policy, unless somebody else has one.
 */
export class PackedPolicies {
  private readonly statements: iam.PolicyStatement[] = [];
  private readonly dependable: IDependable = {};
  private policies: (iam.CfnManagedPolicy | iam.CfnPolicy)[] = [];
  private readonly quota: number;
  private isPacked = false;

  /**
   * @param principal the user or role; the policies become its children
   * @param options what differs between kinds of principals
   */
  public constructor(private readonly principal: Construct, private readonly options: PackedPoliciesOptions) {
    this.quota = options.quota ?? DEFAULT_MANAGED_POLICY_QUOTA;
    const roots = (): Construct[] => this.policies;
    Dependable.implement(this.dependable, { get dependencyRoots() { return roots(); } });
    Aspects.of(principal).add({ visit: (node) => { if (node === principal) this.pack(); } }, { priority: AspectPriority.MUTATING });
    principal.node.addValidation({ validate: () => this.statements.flatMap((statement) => statement.validateForIdentityPolicy()) });
  }

  /** What the principal's `addToPrincipalPolicy()` does. */
  public add(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.statements.push(statement);
    // Other aspects may grant as well, and an app may be synthesised twice.
    if (this.isPacked) this.pack();
    return { statementAdded: true, policyDependable: this.dependable };
  }

  private pack(): void {
    this.isPacked = true;
    const { attachment, inlineCharacters } = this.options;
    const others = countAttachedPolicies(this.principal, attachment, this.policies);
    const items = itemsOf(this.statements, new Measurer(this.principal), roomIn(MANAGED_CHARACTERS));
    this.refuseLargeItems(items);
    const most = this.quota - others.managed;
    const documents = distribute(items, {
      bin: roomIn(MANAGED_CHARACTERS),
      most,
      spare: others.inline > 0 ? undefined : roomIn(inlineCharacters),
    });
    if (!documents) return this.refuse(items, others.managed);

    this.forgetOrder();
    const policies = documents.flatMap((members, index) => (members.length > 0 ? [this.policy(index, index >= most, members)] : []));
    for (const policy of this.policies) {
      if (!policies.includes(policy)) this.principal.node.tryRemoveChild(policy.node.id);
    }
    this.policies = policies;
    this.order();
  }

  private policy(index: number, isInline: boolean, items: StatementItem[]): iam.CfnManagedPolicy | iam.CfnPolicy {
    const { attachment } = this.options;
    const policyDocument = new iam.PolicyDocument({ minimize: false, statements: statementsOf(items) });
    const id = isInline ? 'InlinePolicy' : `Policy${index + 1}`;
    const existing = this.policies.find(({ node }) => node.id === id);
    if (!existing) {
      return isInline
        ? new iam.CfnPolicy(this.principal, id, { ...attachment, policyName: id, policyDocument })
        : new iam.CfnManagedPolicy(this.principal, id, { ...attachment, policyDocument });
    }
    existing.policyDocument = policyDocument;
    return existing;
  }

  /**
   * Has the last policy deployed first. One more policy takes rights from those before it: it must have them before they
   * lose them, so that no right is missing meanwhile.
   */
  private order(): void {
    this.policies.slice(1).forEach((policy, index) => this.policies[index].addResourceDependency(policy));
  }

  private forgetOrder(): void {
    this.policies.slice(1).forEach((policy, index) => this.policies[index].removeResourceDependency(policy));
  }

  private refuseLargeItems(items: StatementItem[]): void {
    const problems = new Problems(this.principal);
    for (const { size, frame } of items.filter((item) => item.size + item.frame.size > roomIn(MANAGED_CHARACTERS))) {
      problems.add('statement', `${size + frame.size} characters`, `one that fits into a policy of ${MANAGED_CHARACTERS} characters`, 'write it as several');
    }
    problems.throwIfAny();
  }

  private refuse(items: StatementItem[], others: number): void {
    const problems = new Problems(this.principal);
    const got = {
      managedPolicies: countNeeded(items, roomIn(MANAGED_CHARACTERS)),
      repositories: items.filter(({ resource, frame }) => resource !== '*' && frame.key.startsWith('ecr:')).length,
    };
    const besides = others > 0 ? ` besides the ${others} that it has` : '';
    problems.add('grants', got, `rights that fit into ${Math.max(this.quota - others, 0)} managed policies${besides}`, this.options.advice ?? FIT_ADVICE);
    problems.throwIfAny();
  }
}
