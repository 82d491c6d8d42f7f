import { CfnParameter, DefaultTokenResolver, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { IPostProcessor, IResolvable, IResolveContext } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { arnSize, environmentSizes } from './environment-sizes';

/** A text of a template, as far as it is known before the deploy. */
export interface Measured {
  /** Tells the text from every other; the same in each synthesis, before and after references between stacks are rendered. */
  readonly measuredKey: string;
  /** The most characters that the text has in JSON after the deploy. */
  readonly measuredSize: number;
  /** Whether the size is a guess at what nothing is known of. */
  readonly isGuess: boolean;
}

/** The longest ARN that IAM takes, and so the most that a reference of no known kind comes to. */
const LONGEST_ARN = 2048;
/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const LONGEST_PARAMETER = 4096;
const LONGEST_STACK_NAME = 128;
/** Of ECR, which is also the most that a generated name comes to. */
const LONGEST_REPOSITORY_NAME = 256;

/** What stands around a reference in a key: no template holds this character. */
const MARK = '\u0000';

/** How the ARN of a kind of resource is made. */
interface Kind {
  /** The attribute that is the ARN. */
  readonly arn: string;
  readonly service: string;
  /** What the ARN has between the account and the name. */
  readonly type: string;
  /** The L1's property with the name; none if the name is always generated. */
  readonly name?: string;
  readonly longestName: number;
  /** Characters that the service adds to the name. */
  readonly suffix: number;
}

const KINDS: Record<string, Kind> = {
  'AWS::ECR::Repository': { arn: 'Arn', service: 'ecr', type: 'repository/', name: 'repositoryName', longestName: LONGEST_REPOSITORY_NAME, suffix: 0 },
  'AWS::KMS::Key': { arn: 'Arn', service: 'kms', type: 'key/', longestName: 36, suffix: 0 },
  'AWS::SecretsManager::Secret': { arn: 'Ref', service: 'secretsmanager', type: 'secret:', name: 'name', longestName: 512, suffix: 7 },
};

/** Characters of the longest ARN of an ECR repository. */
export function longestRepositoryArn(): number {
  return arnSize(environmentSizes(), 'ecr', 'repository/'.length + LONGEST_REPOSITORY_NAME);
}

/** Measures values of templates, as they are rendered in the stack of `scope`. */
export class Measurer {
  private readonly stack: Stack;
  private readonly resolver: DefaultTokenResolver;

  public constructor(private readonly scope: IConstruct) {
    this.stack = Stack.of(scope);
    this.resolver = new MeasuringResolver(
      (reference) => this.reference(reference),
      (left, right) => join([this.text(left), this.text(right)]),
    );
  }

  /** Measures a text, which may hold tokens, without quotation marks. */
  public measure(value: string): Measured {
    return Token.isUnresolved(value) ? this.text(this.resolve(value)) : literal(value);
  }

  /** Measures any value as JSON without white space. */
  public measureJson(value: unknown): Measured {
    return this.json(this.resolve(value));
  }

  private resolve(value: unknown): unknown {
    return Tokenization.resolve(value, { scope: this.scope, resolver: this.resolver });
  }

  private json(value: unknown): Measured {
    if (Array.isArray(value)) return list('[', value.map((item) => this.json(item)), ']');
    if (typeof value === 'object' && value !== null && !isText(value)) {
      return list('{', Object.entries(value).map(([key, item]) => join([this.json(key), literal(':'), this.json(item)])), '}');
    }
    const text = this.text(value);
    return typeof value === 'number' || typeof value === 'boolean' ? text : join([literal('"', 1), text, literal('"', 1)]);
  }

  /** Measures what a text was resolved to. */
  private text(value: unknown): Measured {
    if (isMeasured(value)) return value;
    if (typeof value !== 'object') return literal(String(value));
    const { Ref: name, 'Fn::Join': operand } = value as Record<string, unknown>;
    if (name) return this.pseudoParameter(String(name), this.stack);
    const [delimiter, parts] = operand as [string, unknown] ?? [];
    if (Array.isArray(parts)) return join(parts.flatMap((part, index) => (index > 0 ? [literal(delimiter!), this.text(part)] : [this.text(part)])));
    return guess(keyOf(value), LONGEST_ARN);
  }

  private pseudoParameter(name: string, stack: Stack): Measured {
    const sizes = environmentSizes(stack);
    const known: Record<string, number> = {
      'AWS::AccountId': sizes.account,
      'AWS::Partition': sizes.partition,
      'AWS::Region': sizes.region,
      'AWS::StackName': LONGEST_STACK_NAME,
      'AWS::URLSuffix': sizes.urlSuffix,
    };
    const measuredKey = mark(stack === this.stack ? name : `${stack.node.path}.${name}`);
    return name in known ? { measuredKey, measuredSize: known[name], isGuess: false } : guess(measuredKey, LONGEST_ARN);
  }

  private reference({ target, displayName }: Reference): Measured {
    if (displayName.startsWith('AWS::')) return this.pseudoParameter(displayName, Stack.of(target));
    const measuredKey = mark(`${this.pathOf(target)}.${displayName}`);
    if (target instanceof CfnParameter) return guess(measuredKey, parameterSize(target));

    const kind = KINDS[String(Reflect.get(target, 'cfnResourceType'))] as Kind | undefined;
    if (!kind) return guess(measuredKey, LONGEST_ARN);
    const name = kind.name && Reflect.get(target, kind.name) as string | undefined;
    const resolved = name === undefined ? undefined : this.resolve(name);
    const nameSize = (resolved === undefined ? kind.longestName : Math.min(this.text(resolved).measuredSize, kind.longestName)) + kind.suffix;
    if (displayName === kind.arn) {
      const measuredSize = arnSize(environmentSizes(Stack.of(target)), kind.service, kind.type.length + nameSize);
      return { measuredKey, measuredSize, isGuess: false };
    }
    return displayName === 'Ref' ? { measuredKey, measuredSize: nameSize, isGuess: false } : guess(measuredKey, LONGEST_ARN);
  }

  /** The path below the stack, if that is this one: it does not change when the whole stack is moved or used in another stage. */
  private pathOf(target: IConstruct): string {
    return Stack.of(target) === this.stack ? `/${target.node.path.slice(this.stack.node.path.length)}` : target.node.path;
  }
}

class MeasuringResolver extends DefaultTokenResolver {
  public constructor(private readonly ofReference: (reference: Reference) => Measured, concatenate: (left: unknown, right: unknown) => Measured) {
    super({
      join: (left, right) => (typeof left === 'string' && typeof right === 'string' ? left + right : concatenate(left ?? '', right ?? '')),
    });
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    return Reference.isReference(token) ? this.ofReference(token) : super.resolveToken(token, context, postProcessor);
  }
}

function literal(text: string, size = JSON.stringify(text).length - 2): Measured {
  return { measuredKey: text, measuredSize: size, isGuess: false };
}

function guess(measuredKey: string, measuredSize: number): Measured {
  return { measuredKey, measuredSize, isGuess: true };
}

function mark(key: string): string {
  return `${MARK}${key}${MARK}`;
}

function isMeasured(value: unknown): value is Measured {
  return typeof value === 'object' && value !== null && 'measuredKey' in value;
}

/** Whether the object stands for a text: what was measured, or an intrinsic function. */
function isText(value: object): boolean {
  const [name, ...others] = Object.keys(value);
  return isMeasured(value) || others.length === 0 && /^(Ref|Fn::.*)$/.test(name);
}

function join(parts: Measured[]): Measured {
  return {
    measuredKey: parts.map(({ measuredKey }) => measuredKey).join(''),
    measuredSize: parts.reduce((sum, { measuredSize }) => sum + measuredSize, 0),
    isGuess: parts.some(({ isGuess }) => isGuess),
  };
}

function list(open: string, items: Measured[], close: string): Measured {
  return join([literal(open), ...items.flatMap((item, index) => (index > 0 ? [literal(','), item] : [item])), literal(close)]);
}

/** The key of what is no text that could be measured. */
function keyOf(value: unknown): string {
  return mark(JSON.stringify(value, (_name, item) => (isMeasured(item) ? item.measuredKey : item)));
}

function parameterSize({ allowedValues, maxLength }: CfnParameter): number {
  if (allowedValues) return Math.max(...allowedValues.map((value) => value.length));
  return maxLength === undefined || Token.isUnresolved(maxLength) ? LONGEST_PARAMETER : maxLength;
}
