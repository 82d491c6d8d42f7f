import { Annotations, CfnResource, Lazy, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { checkFormat } from '../private/formats';
import { AUDIENCE, ISSUER, THUMBPRINT } from '../private/oidc/formats';
import { hostOf } from '../private/oidc/trust-policy';
import { Problems } from '../private/validation';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MOST_AUDIENCES = 100;
const MOST_THUMBPRINTS = 5;

/** Holds the providers that a stack's roles share. */
const SHARED_PROVIDERS = 'CiOidcProviders';

/**
 * A provider that learns the audiences of the trusts that use it.
 */
export interface ICiOidcProvider extends iam.IOidcProvider {
  /**
   * Has the provider take tokens for these audiences too.
   *
   * @param audiences each once, however often it is added
   */
  addAudiences(audiences: string[]): void;
}

/**
 * Properties of `CiOidcProvider`.
 */
export interface CiOidcProviderProps {
  /**
   * URL of the issuer, such as `https://token.actions.githubusercontent.com`.
   */
  readonly issuer: string;

  /**
   * Audiences of the tokens to take, at most 100 with those of the roles.
   *
   * @default - those of the roles that use the provider
   */
  readonly audiences?: string[];

  /**
   * SHA-1 thumbprints of the certificates of the issuer, at most 5.
   *
   * @default - IAM finds them out
   */
  readonly thumbprints?: string[];

  /**
   * What happens to the provider when it is removed from the stack. Other stacks of the account may depend on it.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * The OpenID Connect provider of a CI in IAM, which roles trust. An account has one for each issuer.
 *
 * A `CiRole` whose trust names none gets one that it shares with its stack's other roles. Define it yourself where
 * several stacks share it, and use `CiOidcProvider.fromIssuer()` where the account has it already.
 *
 * @example
 * const provider = new CiOidcProvider(this, 'Github', { issuer: GithubIssuer.GITHUB_COM.url });
 * new CiRole(this, 'Role', {
 *   trust: OidcTrust.github({ owner: 'myuser', repository: 'myapp', subjects: [GithubSubject.tag('v*')], provider }),
 * });
 */
export class CiOidcProvider extends Resource implements ICiOidcProvider {
  /**
   * The provider of an issuer that the account of the stack has already.
   *
   * @param scope where it is used
   * @param id of the construct
   * @param issuer its URL, such as `https://token.actions.githubusercontent.com`
   */
  public static fromIssuer(scope: Construct, id: string, issuer: string): iam.IOidcProvider {
    const problems = new Problems(scope, id);
    checkFormat(problems, 'issuer', issuer, ISSUER);
    problems.throwIfAny();
    const host = hostOf(issuer);

    class Import extends Resource implements iam.IOidcProvider {
      public readonly oidcProviderArn = Stack.of(scope).formatArn({ service: 'iam', region: '', resource: 'oidc-provider', resourceName: host });
      public readonly oidcProviderIssuer = host;
      public readonly openIdConnectProviderArn = this.oidcProviderArn;
      public readonly openIdConnectProviderIssuer = host;
      public readonly oidcProviderRef = { oidcProviderArn: this.oidcProviderArn };
    }
    return new Import(scope, id);
  }

  /**
   * The provider that the stack's roles share, defined when it is asked for first. Nested stacks share their parent's.
   *
   * @internal
   */
  public static _shared(scope: Construct, issuer: string): CiOidcProvider {
    const stack = outermostStack(scope);
    const providers = stack.node.tryFindChild(SHARED_PROVIDERS) ?? new Construct(stack, SHARED_PROVIDERS);
    const id = hostOf(issuer);
    return providers.node.tryFindChild(id) as CiOidcProvider ?? new CiOidcProvider(providers as Construct, id, { issuer });
  }

  /**
   * ARN of the provider.
   *
   * @attribute
   */
  public readonly oidcProviderArn: string;

  /**
   * The issuer, without `https://`.
   *
   * @attribute
   */
  public readonly oidcProviderIssuer: string;

  private readonly audiences = new Set<string>();

  public constructor(scope: Construct, id: string, props: CiOidcProviderProps) {
    const { audiences = [], issuer, removalPolicy, thumbprints } = props;
    const problems = new Problems(scope, id);
    checkFormat(problems, 'issuer', issuer, ISSUER);
    audiences.forEach((audience, index) => checkFormat(problems, `audiences[${index}]`, audience, AUDIENCE));
    problems.unless('thumbprints', thumbprints, (list) => list.length <= MOST_THUMBPRINTS, `at most ${MOST_THUMBPRINTS}`, 'leave them out, IAM finds them out');
    thumbprints?.forEach((thumbprint, index) => checkFormat(problems, `thumbprints[${index}]`, thumbprint, THUMBPRINT));
    problems.throwIfAny();

    super(scope, id);
    this.addAudiences(audiences);
    const resource = new iam.CfnOIDCProvider(this, 'Resource', {
      url: issuer,
      clientIdList: Lazy.list({ produce: () => [...this.audiences] }),
      thumbprintList: thumbprints,
    });
    resource.applyRemovalPolicy(removalPolicy ?? RemovalPolicy.RETAIN);
    this.oidcProviderArn = resource.ref;
    this.oidcProviderIssuer = hostOf(issuer);
    this.node.addValidation({ validate: () => [...this.audienceProblems(), ...this.collisions(resource)] });
  }

  /** The provider, for what takes any. */
  public get oidcProviderRef(): iam.OIDCProviderReference {
    return { oidcProviderArn: this.oidcProviderArn };
  }

  /** The same as `oidcProviderArn`. */
  public get openIdConnectProviderArn(): string {
    return this.oidcProviderArn;
  }

  /** The same as `oidcProviderIssuer`. */
  public get openIdConnectProviderIssuer(): string {
    return this.oidcProviderIssuer;
  }

  /**
   * Has the provider take tokens for these audiences too.
   */
  public addAudiences(audiences: string[]): void {
    for (const audience of audiences) this.audiences.add(audience);
  }

  private audienceProblems(): string[] {
    const { size } = this.audiences;
    if (size === 0) return ['a provider needs at least one audience, got: 0; name it in \'audiences\', or give the provider to the trust of a CiRole'];
    if (size > MOST_AUDIENCES) return [`a provider must have at most ${MOST_AUDIENCES} audiences, got: ${size}; share audiences between roles`];
    return [];
  }

  /** An account has one provider for each issuer, so the second that is deployed fails. */
  private collisions(resource: iam.CfnOIDCProvider): string[] {
    const others = this.node.root.node.findAll().filter((other): other is iam.CfnOIDCProvider => other !== resource
      && CfnResource.isCfnResource(other) && other.cfnResourceType === iam.CfnOIDCProvider.CFN_RESOURCE_TYPE_NAME
      && (other as iam.CfnOIDCProvider).url === resource.url);
    const errors: string[] = [];
    for (const other of others) {
      const [mine, theirs] = [this.stack.account, Stack.of(other).account];
      const areSame = mine === theirs && !Token.isUnresolved(mine);
      const mayBeSame = Token.isUnresolved(mine) || Token.isUnresolved(theirs);
      const both = `${other.node.path} defines the provider of ${resource.url} as well, and an account can have one only`;
      const fix = 'define it once and give it to the trusts as \'provider\', or use CiOidcProvider.fromIssuer()';
      if (areSame || outermostStack(other) === outermostStack(this)) {errors.push(`${both}; ${fix}`);} else if (mayBeSame) {
        Annotations.of(this).addWarningV2('cdk-ecr-ci:CiOidcProvider.definedTwice', `${both}; if both stacks go to one account, ${fix}`);
      }
    }
    return errors;
  }
}

/** The stack that is deployed by itself. */
function outermostStack(scope: Construct): Stack {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  return stack;
}
