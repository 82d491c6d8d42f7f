import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Bench } from './fixtures';
import * as lib from '../../src';

const ENV = { account: '111122223333', region: 'eu-west-1' };
const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const functionIn = (stack: Stack, id = 'Push') => new lambda.Function(stack, id, {
  runtime: lambda.Runtime.NODEJS_LATEST, handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = async () => {};'),
});
const READ = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'];

/** The policies of a template that are of the role. */
function statementsOf(template: Template, role: RegExp): any[] {
  const types = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'];
  const policies = types.flatMap((type) => Object.values<any>(template.findResources(type)));
  const ofRole = policies.filter(({ Properties }) => role.test(JSON.stringify(Properties.Roles ?? Properties.RoleName)));
  return ofRole.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

describe('a function', () => {
  let bench: Bench;
  let handler: lambda.Function;
  beforeEach(() => {
    bench = new Bench();
    handler = functionIn(bench.stack);
  });

  test('is told of all registries', () => {
    const target = lib.Target.function({ handler });
    expect(bench.problems(target)).toEqual([]);
    expect(bench.bind(target)).toEqual({
      kind: 'function', where: { function: { 'Fn::GetAtt': [expect.stringMatching(/^Push/), 'Arn'] } }, settings: {}, form: 'config.json',
    });
  });

  test('or of some, has a name, and is told of its removal', () => {
    const target = lib.Target.function({ handler, name: 'prod', hosts: [HOST], removal: lib.TargetRemoval.BLANK });
    expect(bench.problems(target)).toEqual([]);
    expect(bench.bind(target)).toMatchObject({ where: { name: 'prod' }, hosts: [HOST], removal: 'blank' });
  });

  test('may be called by the publisher in the one version that is meant, and may read the dockercfg', () => {
    const alias = handler.addAlias('live');
    bench.bind(lib.Target.function({ handler: alias }));
    const template = Template.fromStack(bench.stack);
    expect(statementsOf(template, /"Role[0-9A-F]/)).toEqual([{ Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: { Ref: expect.stringMatching(/^PushAlias/) } }]);
    const [read, ...others] = statementsOf(template, /"PushServiceRole/);
    expect(others).toEqual([]);
    expect(read).toEqual({ Action: READ, Effect: 'Allow', Resource: expect.anything() });
    expect(JSON.stringify(read.Resource)).toMatch(/:secret:dockercfg-\?{6}"/);
  });

  test.each<[Partial<lib.FunctionTargetOptions>, RegExp]>([
    [{ name: '' }, /^'targets\[0\]\.name' must be 1 to 100 characters, got: '' \(0 characters\); leave it out if the function has one target$/],
    [{ name: 'a\nb' }, /^'targets\[0\]\.name'/],
    [{ hosts: [] }, /^'targets\[0\]\.hosts' must be at least one, got: \[\]; name one$/],
    [{ hosts: ['https://x'] }, /^'targets\[0\]\.hosts\[0\]' must be the host of a registry/],
  ])('is refused with %j', (options, problem) => {
    expect(bench.problems(lib.Target.function({ handler, ...options }))).toEqual([expect.stringMatching(problem)]);
  });
});

describe('with credentials', () => {
  test('the run at deploy waits for the right to read', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    new lib.DockerCredentials(stack, 'Credentials', { targets: [lib.Target.function({ handler: functionIn(stack) })] });
    const template = Template.fromStack(stack);
    const [read] = Object.keys(template.findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^PushServiceRole') }] } }));
    template.hasResource('Custom::EcrCredentialsPublish', { DependsOn: Match.arrayWith([read]) });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('two that share a function both may call it, and do not take each other\'s place', () => {
    const app = new App();
    const shared = new Stack(app, 'Shared', { env: ENV });
    const handler = functionIn(shared);
    const stacks = ['A', 'B'].map((id) => {
      const stack = new Stack(app, id, { env: ENV });
      new lib.DockerCredentials(stack, 'Credentials', { targets: [lib.Target.function({ handler })] });
      return stack;
    });
    const names = stacks.map((stack) => {
      const template = Template.fromStack(stack);
      expect(statementsOf(template, /CredentialsPublisherRole/)).toContainEqual({
        Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: { 'Fn::ImportValue': expect.stringMatching(/^Shared:.*PushF?.*Arn/) },
      });
      const [[, policy]] = Object.entries<any>(template.findResources('AWS::IAM::Policy')).filter(([id]) => /Target1Read/.test(id));
      expect(policy.Properties.PolicyDocument.Statement).toEqual([{ Action: READ, Effect: 'Allow', Resource: { Ref: expect.stringMatching(/^CredentialsSecret/) } }]);
      return policy.Properties.PolicyName;
    });
    expect(new Set(names).size).toBe(2);
    // What is shared needs none of those that share it.
    expect(shared.dependencies).toEqual([]);
    expect(JSON.stringify(Template.fromStack(shared).toJSON())).not.toContain('secretsmanager');
  });

  test('two in one stack that share a function both may call it', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const handler = functionIn(stack);
    for (const id of ['One', 'Two']) new lib.DockerCredentials(stack, id, { targets: [lib.Target.function({ handler })] });
    const template = Template.fromStack(stack);
    for (const id of ['One', 'Two']) {
      expect(statementsOf(template, new RegExp(`"${id}PublisherRole`))).toContainEqual({
        Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Push/), 'Arn'] },
      });
    }
  });

  test('what is granted on other resources to two publishers is granted to both', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const [handler, other] = [functionIn(stack), functionIn(stack, 'Other')];
    for (const id of ['One', 'Two']) {
      const { publisher } = new lib.DockerCredentials(stack, id, { targets: [lib.Target.function({ handler })] });
      other.grantInvoke(publisher!);
    }
    const template = Template.fromStack(stack);
    for (const id of ['One', 'Two']) expect(JSON.stringify(statementsOf(template, new RegExp(`"${id}PublisherRole`)))).toMatch(/"Other[0-9A-F]/);
  });

  test('a key that encrypts the dockercfg is the function\'s to decrypt with', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const encryptionKey = new kms.Key(stack, 'Key');
    new lib.DockerCredentials(stack, 'Credentials', { encryptionKey, targets: [lib.Target.function({ handler: functionIn(stack) })] });
    const template = Template.fromStack(stack);
    const [{ Properties: { KeyPolicy: { Statement } } }] = Object.values<any>(template.findResources('AWS::KMS::Key'));
    expect(Statement).toContainEqual({
      Action: 'kms:Decrypt',
      Effect: 'Allow',
      Principal: { AWS: { 'Fn::GetAtt': [expect.stringMatching(/^PushServiceRole/), 'Arn'] } },
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
    });
  });

  test('a function that is imported without its role is called, and warned of', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const handler = lambda.Function.fromFunctionArn(stack, 'Push', 'arn:aws:lambda:us-east-2:444455556666:function:push');
    new lib.DockerCredentials(stack, 'Credentials', { targets: [lib.Target.function({ handler })] });
    expect(statementsOf(Template.fromStack(stack), /CredentialsPublisherRole/)).toContainEqual({
      Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: 'arn:aws:lambda:us-east-2:444455556666:function:push',
    });
    Annotations.fromStack(stack).hasWarning('/Stack/Credentials/Publisher/Target1', 'the function was imported without its role, and nobody lets it read the dockercfg: '
      + 'import it with its role, by Function.fromFunctionAttributes(), or let its role read it, by grantRead() of the credentials [ack: cdk-ecr-ci:Target.functionWithoutRole]');
  });

  test('a function of another account is let read by the secret, as far as that goes', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const role = iam.Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::444455556666:role/push');
    const handler = lambda.Function.fromFunctionAttributes(stack, 'Push', { functionArn: 'arn:aws:lambda:eu-west-1:444455556666:function:push', role });
    const encryptionKey = new kms.Key(stack, 'Key');
    new lib.DockerCredentials(stack, 'Credentials', { encryptionKey, targets: [lib.Target.function({ handler })] });
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::ResourcePolicy', {
      ResourcePolicy: { Statement: Match.arrayWith([Match.objectLike({ Action: READ, Principal: { AWS: 'arn:aws:iam::444455556666:role/push' } })]) },
    });
  });

  test('a function that is imported with its role may read', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const role = iam.Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::111122223333:role/push');
    const handler = lambda.Function.fromFunctionAttributes(stack, 'Push', { functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:push', role });
    new lib.DockerCredentials(stack, 'Credentials', { targets: [lib.Target.function({ handler })] });
    expect(statementsOf(Template.fromStack(stack), /^\["push"\]$/)).toEqual([{ Action: READ, Effect: 'Allow', Resource: { Ref: expect.stringMatching(/^CredentialsSecret/) } }]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });
});
