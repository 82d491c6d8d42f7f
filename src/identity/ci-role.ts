import { Annotations, CfnResource, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { CiOidcProvider } from './ci-oidc-provider';
import type { ICiOidcProvider } from './ci-oidc-provider';
import type { CiRoleProps } from './ci-role-props';
import type { OidcTrustConfig } from './oidc/oidc-trust';
import { checkFormat, IAM_PATH } from '../private/formats';
import { ROLE_NAME } from '../private/oidc/formats';
import { checkTrust, hostOf, knownIssuer, trustConditions } from '../private/oidc/trust-policy';
import { PackedPolicies } from '../private/packing/packed-policies';
import { checkManagedPolicyQuota, INLINE_CHARACTERS } from '../private/packing/quota';
import { checkPullOnly, checkPullOnlyDocument, checkPullOnlyManagedPolicy } from '../private/pull-only';
import { trustPolicySize } from '../private/trust-policy-size';
import { Problems } from '../private/validation';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const TRUST_POLICY_LIMIT = 2048;
const HIGHEST_TRUST_POLICY_LIMIT = 8192;

const SHORTER = 'name fewer subjects, take some together with a wildcard or with an environment, or define several roles';

/**
 * An IAM role for a CI system that has an OpenID Connect issuer: its runs assume the role with a token that the CI gives
 * them, so there is no key to keep.
 *
 * Whose runs, and which of them, is said by `trust`; nobody else may assume it. It has no rights until they are granted:
 * `repository.grantPullPush(role)`. A role that the runs of pull requests may assume takes no right but to pull.
 *
 * @example
 * const repository = new CiRepository(this, 'App', { repositoryName: 'myuser/myapp' });
 * const role = new CiRole(this, 'CiRole', {
 *   trust: OidcTrust.github({
 *     owner: 'myuser',
 *     repository: 'myapp',
 *     subjects: [GithubSubject.branch('main'), GithubSubject.tag('v*')],
 *   }),
 * });
 * repository.grantPullPush(role);
 */
export class CiRole extends iam.Role {
  /** Whether the role may do no more than pull. */
  private readonly isPullOnly: boolean;

  private readonly policies: PackedPolicies;
  private readonly managed: iam.IManagedPolicy[];

  public constructor(scope: Construct, id: string, props: CiRoleProps) {
    const { allowPullRequestsToPush = false, managedPolicyQuota, trust, trustPolicyLimit = TRUST_POLICY_LIMIT, ...roleProps } = props;
    const problems = new Problems(scope, id);
    checkFormat(problems, 'roleName', props.roleName, ROLE_NAME);
    checkFormat(problems, 'path', props.path, IAM_PATH);
    problems.unless('trustPolicyLimit', trustPolicyLimit, (limit) => Number.isInteger(limit) && limit >= TRUST_POLICY_LIMIT && limit <= HIGHEST_TRUST_POLICY_LIMIT,
      `a whole number from ${TRUST_POLICY_LIMIT} to ${HIGHEST_TRUST_POLICY_LIMIT}`, 'leave it out unless the account\'s quota was raised');
    checkManagedPolicyQuota(problems, managedPolicyQuota, 'role');
    const config = bindTrust(problems, scope, props);
    const isPullOnly = config.includesPullRequests === true && !allowPullRequestsToPush;
    if (isPullOnly) checkPullOnlyProps(problems, scope, props);
    problems.throwIfAny();

    const issuer = knownIssuer(scope, config.issuer)!;
    const provider = config.provider ?? CiOidcProvider._shared(scope, issuer);
    if ('addAudiences' in provider) (provider as ICiOidcProvider).addAudiences(config.audiences);
    super(scope, id, {
      ...roleProps,
      assumedBy: new iam.WebIdentityPrincipal(provider.oidcProviderRef.oidcProviderArn, trustConditions(issuer, config)),
    });
    this.isPullOnly = isPullOnly;
    this.policies = new PackedPolicies(this, {
      attachment: { roles: [this.roleName] },
      quota: managedPolicyQuota,
      inlineCharacters: INLINE_CHARACTERS.role,
    });
    this.managed = [...props.managedPolicies ?? []];
    this.node.addValidation({ validate: () => [...this.trustPolicyProblems(issuer, trustPolicyLimit), ...this.rightsProblems(props)] });
  }

  /**
   * Adds a statement to what the role may do. It goes into managed policies that fit IAM's limits, with all others.
   */
  public addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.refuse((problems) => checkPullOnly(problems, 'statement', statement));
    return this.policies.add(statement);
  }

  /**
   * Attaches a managed policy to the role.
   */
  public addManagedPolicy(policy: iam.IManagedPolicy): void {
    this.refuse((problems) => checkPullOnlyManagedPolicy(problems, 'addManagedPolicy()', this, policy));
    this.managed.push(policy);
    super.addManagedPolicy(policy);
  }

  /**
   * Attaches an inline policy to the role.
   */
  public attachInlinePolicy(policy: iam.Policy): void {
    this.refuse((problems) => checkPullOnlyDocument(problems, 'attachInlinePolicy()', this, policy.document));
    super.attachInlinePolicy(policy);
  }

  /** Throws if the role may only pull and the check finds more. */
  private refuse(check: (problems: Problems) => void): void {
    if (!this.isPullOnly) return;
    const problems = new Problems(this);
    check(problems);
    problems.throwIfAny();
  }

  /** The same when all is said: policies can be attached from their side, and changed after they were. */
  private rightsProblems({ inlinePolicies }: CiRoleProps): string[] {
    if (!this.isPullOnly) return [];
    const problems = new Problems(this);
    checkPullOnlyProps(problems, this, { inlinePolicies, managedPolicies: this.managed });
    for (const policy of this.node.root.node.findAll().filter(isPolicyResource)) {
      const { roles = [], role } = Stack.of(policy).resolve({ roles: policy.roles, role: this.roleName }) as { roles?: unknown[]; role: unknown };
      const isMine = roles.some((other) => JSON.stringify(other) === JSON.stringify(role));
      if (isMine) checkPullOnlyDocument(problems, policy.node.path, policy, policy.policyDocument as iam.PolicyDocument);
    }
    return [...problems.lines];
  }

  private trustPolicyProblems(issuer: string, limit: number): string[] {
    if (Token.isUnresolved(limit)) return [];
    const { known, guessed } = trustPolicySize(this.stack.resolve(this.assumeRolePolicy), hostOf(issuer));
    if (known > limit) return [`the trust policy must be at most ${limit} characters, got: ${known}; ${SHORTER}, or set 'trustPolicyLimit' if the account's quota was raised`];
    if (guessed > limit) {
      Annotations.of(this).addWarningV2('cdk-ecr-ci:CiRole.trustPolicyLength',
        `the trust policy is ${known} characters without what is known only at deploy, and at most ${limit} are allowed; ${SHORTER}`);
    }
    return [];
  }
}

/** What the trust comes to; incomplete if it is wrong. */
function bindTrust(problems: Problems, scope: Construct, { trust }: CiRoleProps): OidcTrustConfig {
  const before = problems.lines.length;
  trust._check(problems);
  const config = trust.bind(scope);
  // What is wrong with options would be found a second time in what they come to.
  if (problems.lines.length === before) checkTrust(problems, scope, config);
  return config;
}

function checkPullOnlyProps(
  problems: Problems, scope: Construct, { inlinePolicies = {}, managedPolicies = [] }: Pick<CiRoleProps, 'inlinePolicies' | 'managedPolicies'>,
): void {
  for (const [name, document] of Object.entries(inlinePolicies)) checkPullOnlyDocument(problems, `inlinePolicies.${name}`, scope, document);
  managedPolicies.forEach((policy, index) => checkPullOnlyManagedPolicy(problems, `managedPolicies[${index}]`, scope, policy));
}

function isPolicyResource(construct: unknown): construct is iam.CfnPolicy | iam.CfnManagedPolicy {
  return CfnResource.isCfnResource(construct)
    && [iam.CfnPolicy.CFN_RESOURCE_TYPE_NAME, iam.CfnManagedPolicy.CFN_RESOURCE_TYPE_NAME].includes(construct.cfnResourceType);
}
