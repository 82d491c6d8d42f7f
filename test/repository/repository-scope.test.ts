import { App, Aws, Fn, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as lib from '../../src';

const ACCOUNT = '123456789012';
const OTHER_ACCOUNT = '111122223333';
const REGION = 'eu-central-1';
const ARN = `:ecr:${REGION}:${ACCOUNT}:repository`;
const WARNING = 'cdk-ecr-ci:RepositoryScope.grantWithoutEffect';

const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
];
const TOKEN = { Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' };

let app: App;
let stack: Stack;
let role: iam.Role;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: ACCOUNT, region: REGION } });
  role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
});

function statements(of = stack): unknown {
  const [policy] = Object.values(Template.fromStack(of).findResources('AWS::IAM::Policy'));
  return policy.Properties.PolicyDocument.Statement;
}

function arn(name: string): unknown {
  return { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `${ARN}/${name}`]] };
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('was not refused');
}

describe('namePrefix', () => {
  test('is one resource with a wildcard at its end', () => {
    lib.RepositoryScope.namePrefix(stack, 'myuser/').grantPull(role);
    expect(statements()).toEqual([{ Action: PULL, Effect: 'Allow', Resource: arn('myuser/*') }, TOKEN]);
  });

  test.each(['myuser/', 'myuser/app-', 'my_user.', 'a__', 'a/b/c/', 'a--'])('may be %s', (prefix) => {
    lib.RepositoryScope.namePrefix(stack, prefix).grantScan(role);
    expect(statements()).toEqual([{ Action: 'ecr:StartImageScan', Effect: 'Allow', Resource: arn(`${prefix}*`) }]);
  });

  test.each(['', '/', 'myuser', 'MyUser/', 'myuser/*', 'my*/', 'myuser//', '-', 'my user/', `${'x'.repeat(255)}/`])('cannot be \'%s\'', (prefix) => {
    expect(refusal(() => lib.RepositoryScope.namePrefix(stack, prefix))).toBe(
      'Stack: 1 problem\n  - \'prefix\' must be the beginning of repository names, in lower case and without wildcards, that ends in / or in . _ -, '
      + `got: '${prefix}' (${prefix.length} characters); write it such as 'myuser/'`);
  });

  test('may be a token', () => {
    lib.RepositoryScope.namePrefix(stack, Fn.importValue('Prefix')).grantScan(role);
    expect(JSON.stringify(statements())).toContain('{"Fn::ImportValue":"Prefix"},"*"');
  });
});

describe('names', () => {
  test('are a resource each', () => {
    lib.RepositoryScope.names(stack, ['myuser/one', 'two']).grantPush(role);
    expect(statements()).toEqual([{ Action: PUSH, Effect: 'Allow', Resource: [arn('myuser/one'), arn('two')] }, TOKEN]);
  });

  test('are refused if ECR takes no such name', () => {
    expect(refusal(() => lib.RepositoryScope.names(stack, ['ok', 'my*', 'Upper']))).toMatch(
      /^Stack: 2 problems\n {2}- 'repositoryNames\[1\]' must be .*'my\*' .*\n {2}- 'repositoryNames\[2\]' must be .*'Upper'/);
    expect(refusal(() => lib.RepositoryScope.names(stack, []))).toContain('\'repositoryNames\' must be at least one');
  });
});

describe('tagged', () => {
  test('is every repository, on a condition', () => {
    lib.RepositoryScope.tagged(stack, 'team', 'payments').grantDeleteImages(role);
    expect(statements()).toEqual([{
      Action: 'ecr:BatchDeleteImage',
      Effect: 'Allow',
      Resource: arn('*'),
      Condition: { StringEquals: { 'aws:ResourceTag/team': 'payments' } },
    }]);
  });

  test('may hold a policy variable or a token', () => {
    lib.RepositoryScope.tagged(stack, 'team', '${aws:PrincipalTag/team}').grantScan(role);
    lib.RepositoryScope.tagged(stack, 'stack', Aws.STACK_NAME).grantScan(role);
    expect(JSON.stringify(statements())).toContain('{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}');
    expect(JSON.stringify(statements())).toContain('{"aws:ResourceTag/stack":{"Ref":"AWS::StackName"}}');
  });

  test('is refused with a key and a value that no tag has', () => {
    expect(refusal(() => lib.RepositoryScope.tagged(stack, '', 'pay*'))).toBe([
      'Stack: 2 problems',
      '  - \'key\' must be the key of a tag, 1 to 128 letters, digits, spaces and _ . : / = + - @, got: \'\' (0 characters); write it such as \'team\'',
      '  - \'value\' must be the value of a tag, 1 to 256 letters, digits, spaces and _ . : / = + - @, got: \'pay*\' (4 characters); '
      + 'write it as it is on the repositories, without wildcards',
    ].join('\n'));
    expect(refusal(() => lib.RepositoryScope.tagged(stack, 'x'.repeat(129), 'x'.repeat(257)))).toContain('2 problems');
  });

  test('cannot be created on push', () => {
    expect(refusal(() => lib.RepositoryScope.tagged(stack, 'team', 'payments').grantCreateOnPush(role))).toBe(
      'Stack: 1 problem\n  - \'grantCreateOnPush()\' must be called on RepositoryScope.namePrefix() or names(), '
      + 'got: {"StringEquals":{"aws:ResourceTag/team":"payments"}}; a repository that is not there has no tags');
  });
});

describe('grants', () => {
  test('say whether they were made, and come before what they are applied before', () => {
    const grant = lib.RepositoryScope.namePrefix(stack, 'myuser/').grantPullPush(role);
    expect(grant.success).toBe(true);
    grant.applyBefore(new sns.Topic(stack, 'Topic'));
    Template.fromStack(stack).hasResource('AWS::SNS::Topic', { DependsOn: ['RoleDefaultPolicy5FFB7DAB'] });
  });

  test('take as much room in a user\'s policy for any number of repositories', () => {
    const user = new lib.CiUser(stack, 'User');
    lib.RepositoryScope.namePrefix(stack, 'myuser/').grantCreateOnPush(user);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: [{ Action: [...PUSH, 'ecr:CreateRepository'].sort(), Effect: 'Allow', Resource: arn('myuser/*') }, TOKEN] },
    });
  });

  test('may be given to a dockercfg', () => {
    const credentials = new lib.DockerCredentials(stack, 'Credentials');
    expect(lib.RepositoryScope.namePrefix(stack, 'myuser/').grantPull(credentials).success).toBe(true);
  });

  test('are of the scope\'s own environment', () => {
    const china = new Stack(app, 'China', { env: { account: ACCOUNT, region: 'cn-north-1' } });
    const user = new lib.CiUser(china, 'User');
    lib.RepositoryScope.namePrefix(china, 'myuser/').grantScan(user);
    Template.fromStack(china).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: [{
          Action: 'ecr:StartImageScan',
          Effect: 'Allow',
          Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:cn-north-1:${ACCOUNT}:repository/myuser/*`]] },
        }],
      },
    });
  });

  test('to a principal of this account give no warning', () => {
    lib.RepositoryScope.namePrefix(stack, 'myuser/').grantPullPush(role);
    const agnostic = new Stack(app, 'Agnostic');
    lib.RepositoryScope.namePrefix(agnostic, 'myuser/').grantPullPush(new iam.User(agnostic, 'User'));
    for (const each of [stack, agnostic]) Annotations.fromStack(each).hasNoWarning('*', Match.anyValue());
  });

  test('to a principal of another account warn that they are not enough', () => {
    const other = new Stack(app, 'Other', { env: { account: OTHER_ACCOUNT, region: REGION } });
    lib.RepositoryScope.namePrefix(stack, 'myuser/').grantPull(new iam.User(other, 'User', { userName: 'ci' }));
    expect(statements(other)).toEqual([{ Action: PULL, Effect: 'Allow', Resource: arn('myuser/*') }, TOKEN]);
    Annotations.fromStack(stack).hasWarning('/Stack', `a grant to Other/User has no effect, because repositories of account ${ACCOUNT} must allow it in `
      + 'their policies, which cannot be changed from here; add a RepositoryAccess to each repository where it is defined '
      + `[ack: ${WARNING}]`);
  });

  test('to a principal without policies warn that they have no effect', () => {
    expect(lib.RepositoryScope.namePrefix(stack, 'myuser/').grantPull(new iam.ServicePrincipal('lambda.amazonaws.com')).success).toBe(false);
    Annotations.fromStack(stack).hasWarning('/Stack', Match.stringLikeRegexp(WARNING));
  });
});
