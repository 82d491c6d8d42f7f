import { createHash } from 'node:crypto';
import { Aws, CustomResource, Duration, Fn, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
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
import { AUDIENCE, checkFormat, checkFormats, ISSUER_URL } from '../private/formats';
import { OidcProviderHandler } from '../private/oidc-provider-handler';
import { Problems } from '../private/validation';

/** Audiences that an OIDC provider may have: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MOST_AUDIENCES = 100;

/**
 * Properties of `AdoptingOidcProvider`.
 */
export interface AdoptingOidcProviderProps {
  /**
   * URL of the issuer, as its tokens say it in `iss`: https, without port, query or a `/` at the end.
   */
  readonly issuer: string;

  /**
   * Audiences that the provider has to have, as the tokens say them in `aud`: 1 to 100, of at most 255 characters each.
   */
  readonly audiences: string[];

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
 * The account's OIDC provider for an issuer, made if it is missing and adopted if it is there.
 *
 * IAM has room for one provider an issuer and account, so that a stack that creates a second one fails. This one can be
 * defined in any number of stacks, and beside a provider that was made by hand or by another tool: it adds the audiences
 * that are missing, and **never changes or deletes what it did not make**. The thumbprints, the tags and the other
 * audiences of a provider that is there stay as they are.
 *
 * A provider that it makes has the tags `cdk-ecr-ci:stack-id` and `cdk-ecr-ci:logical-id`, which say what made it.
 *
 * @example
 * const provider = new AdoptingOidcProvider(this, 'Github', {
 *   issuer: 'https://token.actions.githubusercontent.com',
 *   audiences: ['sts.amazonaws.com'],
 * });
 */
export class AdoptingOidcProvider extends Resource implements iam.IOidcProvider {
  /**
   * ARN of the provider. What uses it is deployed after the provider has its audiences.
   *
   * @attribute
   */
  public readonly oidcProviderArn: string;

  /**
   * The issuer without `https://`, as it begins condition keys.
   *
   * @attribute
   */
  public readonly oidcProviderIssuer: string;

  public constructor(scope: Construct, id: string, props: AdoptingOidcProviderProps) {
    super(scope, id);
    this.validate(props);

    const { issuer } = props;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const removal = removalPolicy === RemovalPolicy.DESTROY ? OidcRemoval.DESTROY : OidcRemoval.RETAIN;
    this.oidcProviderIssuer = Token.isUnresolved(issuer) ? Fn.select(1, Fn.split('://', issuer)) : issuer.replace('https://', '');
    const providerArn = Stack.of(this).formatArn({ service: 'iam', region: '', resource: 'oidc-provider', resourceName: this.oidcProviderIssuer });

    // Named after the issuer: another one is another resource with other rights, and CloudFormation takes away the old
    // resource while its rights are still there. The same holds for each audience.
    const adopted = new Construct(this, `Issuer${this.digest(issuer)}`);
    const handler = OidcProviderHandler.of(this);
    const policy = this.createPolicy(adopted, handler.role, providerArn, removal);
    const create = (childId: string, resourceType: OidcResourceType, properties: OidcProviderProperties | OidcAudienceProperties) => {
      const resource = new CustomResource(adopted, childId, {
        serviceToken: handler.functionArn,
        resourceType,
        properties,
        removalPolicy,
        serviceTimeout: Duration.seconds(OIDC_TIMEOUT_SECONDS + 60),
      });
      resource.node.addDependency(policy);
      return resource.getAttString(OIDC_PROVIDER_ARN);
    };
    // Each waits for the one before: IAM refuses changes of a provider that are made at the same time.
    this.oidcProviderArn = props.audiences.reduce(
      (arn, audience) => create(`Audience${this.digest(audience)}`, OidcResourceType.AUDIENCE, { providerArn: arn, audience, removal }),
      create('Provider', OidcResourceType.PROVIDER, { issuer, providerArn, removal }),
    );
  }

  /** @attribute */
  public get openIdConnectProviderArn(): string {
    return this.oidcProviderArn;
  }

  /** @attribute */
  public get openIdConnectProviderIssuer(): string {
    return this.oidcProviderIssuer;
  }

  /** A reference to the provider. */
  public get oidcProviderRef(): iam.OIDCProviderReference {
    return { oidcProviderArn: this.oidcProviderArn };
  }

  private validate({ issuer, audiences, removalPolicy }: AdoptingOidcProviderProps): void {
    const problems = new Problems(this);
    checkFormat(problems, 'issuer', issuer, ISSUER_URL);
    if (Token.isUnresolved(audiences)) {
      problems.add('audiences', 'a token', 'a list whose length is known at synth', 'list the audiences; each of them may be a token');
    } else {
      checkFormats(problems, 'audiences', audiences, AUDIENCE);
      problems.unless('audiences', audiences.length, (length) => length <= MOST_AUDIENCES, `at most ${MOST_AUDIENCES} audiences`, 'IAM takes no more');
      const twice = audiences.filter((audience, index) => audiences.indexOf(audience) !== index);
      for (const audience of new Set(twice)) problems.add('audiences', audience, 'audiences that differ', 'name each audience once');
    }
    problems.unless('removalPolicy', removalPolicy, (policy) => [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY].includes(policy),
      'RETAIN or DESTROY', 'leave it out for RETAIN');
    problems.throwIfAny();
  }

  private createPolicy(scope: Construct, role: iam.Role, providerArn: string, removal: OidcRemoval): iam.Policy {
    const policy = new iam.Policy(scope, 'Policy', { roles: [role] });
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
    if (removal === OidcRemoval.DESTROY) {
      policy.addStatements(
        new iam.PolicyStatement({ actions: RELEASE_PROVIDER_ACTIONS, resources: [providerArn] }),
        new iam.PolicyStatement({ actions: [LIST_ROLES_ACTION], resources: ['*'] }),
      );
    }
    return policy;
  }

  /** Stands for a text in an id; a token's is that of what it refers to. */
  private digest(text: string): string {
    return createHash('sha256').update(JSON.stringify(Stack.of(this).resolve(text))).digest('hex').slice(0, 8).toUpperCase();
  }
}
