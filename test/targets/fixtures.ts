import { App, Stack, type Environment } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Target, TargetConfig } from '../../src';
import { Problems } from '../../src/private/validation';

/** A stack with a publisher's role and a token, for targets to be bound in. */
export class Bench {
  public readonly stack: Stack;
  public readonly role: iam.Role;
  public readonly token: secretsmanager.ISecret;
  private bound = 0;

  public constructor(env: Environment = { account: '111122223333', region: 'eu-west-1' }) {
    this.stack = new Stack(new App(), 'Stack', { env });
    this.role = new iam.Role(this.stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.token = new secretsmanager.Secret(this.stack, 'Token');
  }

  /** What the target means to the publisher, as the template has it. */
  public bind(target: Target): TargetConfig {
    const scope = new Construct(this.stack, `Target${this.bound++}`);
    const secret = secretsmanager.Secret.fromSecretNameV2(scope, 'Dockercfg', 'dockercfg');
    const { value, ...config } = target.bind(scope, { publisher: this.role, publisherRoleArn: this.role.roleArn, secret });
    return { ...this.stack.resolve(config), form: value._form, hosts: value._hosts };
  }

  /** What is wrong with the target. */
  public problems(target: Target): string[] {
    const problems = new Problems(this.stack, 'Credentials');
    target._check(problems, 'targets[0]', this.stack);
    return [...problems.lines];
  }

  /** What the role may do. */
  public statements(): any[] {
    const policies = Object.values<any>(Template.fromStack(this.stack).findResources('AWS::IAM::Policy'));
    return policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  }
}

/** The right to read a secret of the stack. */
export const READ_TOKEN = {
  Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
  Effect: 'Allow',
  Resource: { Ref: Match.stringLikeRegexp('^Token') },
};
