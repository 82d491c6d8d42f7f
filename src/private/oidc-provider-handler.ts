import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { OIDC_TIMEOUT_SECONDS } from './contract';
import { OidcProviderFunction } from './oidc-provider-function';

const ID = 'CdkEcrCiOidcProviders';

/** The Lambda behind the adopting providers of a stack: one for all of them. */
export class OidcProviderHandler extends Construct {
  /** The one of the stack. */
  public static of(scope: Construct): OidcProviderHandler {
    const stack = Stack.of(scope);
    return stack.node.tryFindChild(ID) as OidcProviderHandler | undefined ?? new OidcProviderHandler(stack);
  }

  /** Its rights: each adopting provider adds those for its own. */
  public readonly role: iam.Role;

  public readonly functionArn: string;

  private constructor(stack: Stack) {
    super(stack, ID);
    const logGroup = new logs.LogGroup(this, 'LogGroup', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new iam.Role(this, 'Role', {
      description: 'Finds or makes OIDC providers, and adds audiences to them',
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(this.role);
    this.functionArn = new OidcProviderFunction(this, 'Function', {
      description: 'Finds or makes OIDC providers, and adds audiences to them',
      role: this.role,
      logGroup,
      timeout: Duration.seconds(OIDC_TIMEOUT_SECONDS),
      memorySize: 256,
    }).functionArn;
  }
}
