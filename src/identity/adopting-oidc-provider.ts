import { createHash } from 'node:crypto';
import { Aws, CfnResource, CustomResource, Duration, Fn, Lazy, RemovalPolicy, Resource, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ICiOidcProvider } from './ci-oidc-provider';
import { ADOPT_PROVIDER_ACTIONS, LIST_ROLES_ACTION, RELEASE_PROVIDER_ACTIONS, TAG_PROVIDER_ACTION } from '../private/actions';
import {
  OIDC_PROVIDER_ARN,
  OIDC_TIMEOUT_SECONDS,
  OidcMakerTag,
  OidcRemoval,
  OidcResourceType,
  type OidcAudienceProperties,
  type OidcProviderProperties,
} from '../private/contract';
import { checkFormat } from '../private/formats';
import { AUDIENCE, ISSUER } from '../private/oidc/formats';
import { hostOf } from '../private/oidc/trust-policy';
import { OidcProviderHandler } from '../private/oidc-provider-handler';
import { Problems } from '../private/validation';

/** Audiences that a provider may have: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MOST_AUDIENCES = 100;

/**
 * Properties of `AdoptingOidcProvider`.
 */
export interface AdoptingOidcProviderProps {
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
   * What happens when the construct, or one of its audiences, is removed from the stack.
   *
   * `RETAIN` leaves all as it is. `DESTROY` removes the provider if this construct made it, nobody added another
   * audience and no role of the account trusts it; and an audience if this construct added it and no role that trusts
   * the provider takes it. To see that, its Lambda may list the roles of the account.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * The OpenID Connect provider of a CI in IAM, made if the account has none for the issuer and adopted if it has one.
 *
 * An account has room for one provider an issuer, so a stack that creates a second one fails. This construct can be
 * defined in any number of stacks, and beside a provider that was made by hand or by another tool: it adds the audiences
 * that are missing, and **never changes or deletes what it did not make**. The thumbprints, the tags and the other
 * audiences of a provider that is there stay as they are.
 *
 * A provider that it makes has the tags `cdk-ecr-ci:stack-id` and `cdk-ecr-ci:logical-id`, which say what made it.
 *
 * @example
 * const provider = new AdoptingOidcProvider(this, 'Github', { issuer: GithubIssuer.GITHUB_COM.url });
 * new CiRole(this, 'Role', {
 *   trust: OidcTrust.github({ owner: 'myuser', repository: 'myapp', subjects: [GithubSubject.branch('main')], provider }),
 * });
 */
export class AdoptingOidcProvider extends Resource implements ICiOidcProvider {
  /**
   * ARN of the provider. What uses it is deployed after the provider has its audiences.
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

  private readonly removalPolicy: RemovalPolicy;
  private readonly audiences = new Set<string>();
  private readonly adopted: Construct;
  private readonly handler: OidcProviderHandler;
  private readonly policy: iam.Policy;
  /** The provider's ARN, as the resource says it that is deployed last. */
  private lastArn: string;

  public constructor(scope: Construct, id: string, props: AdoptingOidcProviderProps) {
    const { audiences = [], issuer, removalPolicy } = props;
    const problems = new Problems(scope, id);
    checkFormat(problems, 'issuer', issuer, ISSUER);
    checkAudiences(problems, audiences);
    problems.unless('removalPolicy', removalPolicy, (policy) => [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY].includes(policy),
      'RETAIN or DESTROY', 'leave it out for RETAIN');
    problems.throwIfAny();

    super(scope, id);
    this.removalPolicy = removalPolicy ?? RemovalPolicy.RETAIN;
    this.oidcProviderIssuer = Token.isUnresolved(issuer) ? Fn.select(1, Fn.split('://', issuer)) : hostOf(issuer);
    const providerArn = this.stack.formatArn({ service: 'iam', region: '', resource: 'oidc-provider', resourceName: this.oidcProviderIssuer });

    // Named after the issuer: another issuer is another resource with rights of its own, and CloudFormation removes the
    // old resource while its rights are still there. The same holds for audiences.
    this.adopted = new Construct(this, `Issuer${this.digest(issuer)}`);
    this.handler = OidcProviderHandler.of(this);
    this.policy = this.createPolicy(providerArn);
    this.lastArn = this.adopt('Provider', OidcResourceType.PROVIDER, { issuer, providerArn, removal: this.removal });
    this.oidcProviderArn = Lazy.string({ produce: () => this.lastArn });
    this.addAudiences(audiences);
    this.node.addValidation({ validate: () => [...this.audienceProblems(), ...this.collisions(issuer)] });
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
   *
   * @param audiences each once, however often it is added
   */
  public addAudiences(audiences: string[]): void {
    const problems = new Problems(this);
    checkAudiences(problems, audiences);
    problems.throwIfAny();
    for (const audience of audiences) {
      if (this.audiences.has(audience)) continue;
      this.audiences.add(audience);
      // Each waits for the one before: IAM refuses changes of a provider that are made at the same time.
      const properties: OidcAudienceProperties = { providerArn: this.lastArn, audience, removal: this.removal };
      this.lastArn = this.adopt(`Audience${this.digest(audience)}`, OidcResourceType.AUDIENCE, properties);
    }
  }

  private get removal(): OidcRemoval {
    return this.removalPolicy === RemovalPolicy.DESTROY ? OidcRemoval.DESTROY : OidcRemoval.RETAIN;
  }

  /** Defines a custom resource, and gives the provider's ARN as it says it. */
  private adopt(id: string, resourceType: OidcResourceType, properties: OidcProviderProperties | OidcAudienceProperties): string {
    const resource = new CustomResource(this.adopted, id, {
      serviceToken: this.handler.functionArn,
      resourceType,
      properties,
      removalPolicy: this.removalPolicy,
      serviceTimeout: Duration.seconds(OIDC_TIMEOUT_SECONDS + 60),
    });
    resource.node.addDependency(this.policy);
    return resource.getAttString(OIDC_PROVIDER_ARN);
  }

  private createPolicy(providerArn: string): iam.Policy {
    const policy = new iam.Policy(this.adopted, 'Policy', { roles: [this.handler.role] });
    policy.addStatements(
      new iam.PolicyStatement({ actions: ADOPT_PROVIDER_ACTIONS, resources: [providerArn] }),
      new iam.PolicyStatement({
        actions: [TAG_PROVIDER_ACTION],
        resources: [providerArn],
        conditions: {
          'StringEquals': { [`aws:RequestTag/${OidcMakerTag.STACK}`]: Aws.STACK_ID },
          'ForAllValues:StringEquals': { 'aws:TagKeys': Object.values(OidcMakerTag) },
        },
      }),
    );
    if (this.removal === OidcRemoval.DESTROY) {
      policy.addStatements(
        new iam.PolicyStatement({ actions: RELEASE_PROVIDER_ACTIONS, resources: [providerArn] }),
        new iam.PolicyStatement({ actions: [LIST_ROLES_ACTION], resources: ['*'] }),
      );
    }
    return policy;
  }

  private audienceProblems(): string[] {
    const { size } = this.audiences;
    if (size === 0) return ['a provider needs at least one audience, got: 0; name it in \'audiences\', or give the provider to the trust of a CiRole'];
    if (size > MOST_AUDIENCES) return [`a provider must have at most ${MOST_AUDIENCES} audiences, got: ${size}; share audiences between roles`];
    return [];
  }

  /** A provider that the stack makes without looking fails if this one was there before it. */
  private collisions(issuer: string): string[] {
    return this.stack.node.findAll()
      .filter((other) => CfnResource.isCfnResource(other) && other.cfnResourceType === iam.CfnOIDCProvider.CFN_RESOURCE_TYPE_NAME
        && (other as iam.CfnOIDCProvider).url === issuer)
      .map((other) => `${other.node.path} defines the provider of ${issuer} as well, and an account can have one only; `
        + 'give this one to every trust of the issuer as \'provider\'');
  }

  /** Stands for a text in an id; a token's is that of what it refers to. */
  private digest(text: string): string {
    return createHash('sha256').update(JSON.stringify(this.stack.resolve(text))).digest('hex').slice(0, 8).toUpperCase();
  }
}

function checkAudiences(problems: Problems, audiences: string[]): void {
  if (Token.isUnresolved(audiences)) {
    problems.add('audiences', 'a token', 'a list whose length is known at synth', 'list the audiences; each of them may be a token');
  } else {
    audiences.forEach((audience, index) => checkFormat(problems, `audiences[${index}]`, audience, AUDIENCE));
  }
}
