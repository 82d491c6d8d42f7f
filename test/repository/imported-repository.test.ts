import { App, Fn, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as lib from '../../src';

const ACCOUNT = '123456789012';
const OTHER_ACCOUNT = '111122223333';
const REGION = 'eu-central-1';
const ARN = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/myuser/myapp`;
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'];
const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
];
const TOKEN = { Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' };

let app: App;
let stack: Stack;
let other: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: ACCOUNT, region: REGION } });
  other = new Stack(app, 'Other', { env: { account: OTHER_ACCOUNT, region: REGION } });
  for (const each of [stack, other]) new sns.Topic(each, 'Topic'); // a template must not be empty
});

const IMPORTS: Record<string, (scope: Stack) => ecr.IRepository> = {
  fromRepositoryName: (scope) => lib.CiRepository.fromRepositoryName(scope, 'Repository', 'myuser/myapp'),
  fromRepositoryArn: (scope) => lib.CiRepository.fromRepositoryArn(scope, 'Repository', ARN),
  fromRepositoryAttributes: (scope) => lib.CiRepository.fromRepositoryAttributes(scope, 'Repository', { repositoryArn: ARN, repositoryName: 'myuser/myapp' }),
};

function noWarning(of: Stack): void {
  Annotations.fromStack(of).hasNoWarning('*', Match.anyValue());
}

describe.each(Object.keys(IMPORTS))('%s', (name) => {
  test('has the repository\'s name, ARN and address', () => {
    const repository = IMPORTS[name](stack);
    expect(repository.repositoryName).toBe('myuser/myapp');
    expect(JSON.stringify(stack.resolve(repository.repositoryArn)).replace('{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":', '"arn:aws:').replace(/"\]\]\}$/, '"'))
      .toBe(`"${ARN}"`);
    expect(JSON.stringify(stack.resolve(repository.repositoryUri))).toContain(`${ACCOUNT}.dkr.ecr.${REGION}.`);
  });

  test('grants to a principal of the same account as CiRepository does, without a warning', () => {
    const repository = IMPORTS[name](stack);
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    expect(repository.grantPush(role).success).toBe(true);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [{ Action: PUSH, Effect: 'Allow', Resource: Match.anyValue() }, TOKEN] },
    });
    noWarning(stack);
  });

  test('warns of a principal of another account', () => {
    const repository = IMPORTS[name](stack);
    const role = new iam.Role(other, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    repository.grantPullPush(role);
    Template.fromStack(other).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [{ Action: [...new Set([...PULL, ...PUSH])].sort(), Effect: 'Allow', Resource: Match.anyValue() }, TOKEN] },
    });
    Annotations.fromStack(stack).hasWarning('/Stack/Repository', `a grant to Other/Role has no effect, because repositories of account ${ACCOUNT} must allow it in `
      + 'their policies, which cannot be changed from here; add a RepositoryAccess to each repository where it is defined '
      + '[ack: cdk-ecr-ci:CiRepository.grantWithoutEffect]');
  });

  test('warns of a principal without policies', () => {
    expect(IMPORTS[name](stack).grantPull(new iam.AccountPrincipal(OTHER_ACCOUNT)).success).toBe(false);
    Annotations.fromStack(stack).hasWarning('/Stack/Repository', Match.stringLikeRegexp('cdk-ecr-ci:CiRepository.grantWithoutEffect'));
  });
});

test('a repository of another account warns of a principal of the stack\'s own', () => {
  for (const [name, create] of Object.entries(IMPORTS).slice(1)) {
    const each = new Stack(app, name, { env: { account: OTHER_ACCOUNT, region: REGION } });
    create(each).grantPull(new lib.CiUser(each, 'User'));
    Annotations.fromStack(each).hasWarning('*', Match.stringLikeRegexp(`account ${ACCOUNT} must allow it`));
  }
});

test('without an account nothing is known to be without effect', () => {
  const agnostic = new Stack(app, 'Agnostic');
  lib.CiRepository.fromRepositoryArn(agnostic, 'Repository', ARN).grantPull(new iam.User(agnostic, 'User'));
  noWarning(agnostic);
});

test('a repository of one\'s own needs no warning in any account: both sides are written', () => {
  const repository = new lib.CiRepository(stack, 'Repository', { repositoryName: 'myuser/myapp' });
  repository.grantDescribe(new iam.Role(other, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
  const actions = Match.arrayWith(['ecr:ListImages']);
  Template.fromStack(stack).hasResourceProperties('AWS::ECR::Repository', { RepositoryPolicyText: { Statement: [{ Action: actions, Effect: 'Allow' }] } });
  Template.fromStack(other).hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement: [{ Action: actions, Effect: 'Allow' }] } });
  noWarning(stack);
  noWarning(other);
});

test('an ARN is refused that is none of a repository, or not known', () => {
  expect(() => lib.CiRepository.fromRepositoryArn(stack, 'Repository', 'arn:aws:s3:::bucket')).toThrow(
    'Stack/Repository: 1 problem\n  - \'repositoryArn\' must be the ARN of a repository, got: \'arn:aws:s3:::bucket\' (19 characters); '
    + 'write it such as \'arn:aws:ecr:eu-west-1:111122223333:repository/myuser/myapp\'');
  expect(() => lib.CiRepository.fromRepositoryArn(stack, 'Repository', Fn.importValue('Arn'))).toThrow(
    /^Stack\/Repository: 1 problem\n {2}- 'repositoryArn' must be known at synth, got: .*; use fromRepositoryAttributes\(\) with the repository's name$/);
});

test('an ARN that is not known is taken with a name', () => {
  const repository = lib.CiRepository.fromRepositoryAttributes(stack, 'Repository', { repositoryArn: Fn.importValue('Arn'), repositoryName: 'myuser/myapp' });
  repository.grantPull(new lib.CiUser(stack, 'User'));
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
    PolicyDocument: { Statement: [{ Action: [...PULL].sort(), Effect: 'Allow', Resource: { 'Fn::ImportValue': 'Arn' } }, TOKEN] },
  });
  noWarning(stack);
});

test('takes no statements for its policy', () => {
  expect(IMPORTS.fromRepositoryName(stack).addToResourcePolicy(new iam.PolicyStatement())).toEqual({ statementAdded: false });
});
