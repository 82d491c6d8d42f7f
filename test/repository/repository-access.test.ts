import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as fc from 'fast-check';
import * as lib from '../../src';

const ORGANIZATION = 'o-a1b2c3d4e5';
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
];

let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'eu-central-1' } });
});

function account(id: unknown): unknown {
  return typeof id === 'string'
    ? { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${id}:root`]] }
    : { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', id, ':root']] };
}

/** The statements of the repository policy that come of it. */
function statements(...access: lib.RepositoryAccess[]): unknown {
  new lib.CiRepository(stack, 'Repository', { access });
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  const [{ Properties: properties }] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
  return properties.RepositoryPolicyText?.Statement;
}

/** The problems that a repository is refused for. */
function problems(...access: lib.RepositoryAccess[]): string[] {
  try {
    new lib.CiRepository(new Stack(new App(), 'Stack'), 'Repository', { access });
  } catch (error) {
    return (error as Error).message.split('\n').slice(1).map((line) => line.replace('  - ', ''));
  }
  return [];
}

test('no access writes no repository policy', () => {
  expect(statements()).toBeUndefined();
});

describe('pullFromAccounts', () => {
  test('lets one account pull', () => {
    expect(statements(lib.RepositoryAccess.pullFromAccounts(['111122223333']))).toEqual([
      { Action: PULL, Effect: 'Allow', Principal: { AWS: account('111122223333') } },
    ]);
  });

  test('lets several accounts pull, with tokens too', () => {
    const parameter = new CfnParameter(stack, 'Account');
    expect(statements(lib.RepositoryAccess.pullFromAccounts(['111122223333', parameter.valueAsString]))).toEqual([
      { Action: PULL, Effect: 'Allow', Principal: { AWS: [account('111122223333'), account({ Ref: 'Account' })] } },
    ]);
  });

  test('fails for what is no account id', () => {
    expect(problems(lib.RepositoryAccess.pullFromAccounts(['111122223333', '12345678901', 'arn:aws:iam::111122223333:root']))).toEqual([
      '\'access[0].pullFromAccounts[1]\' must be an AWS account id of 12 digits, got: \'12345678901\' (11 characters); '
      + 'write it as a string and with its leading zeros, which a number loses',
      expect.stringContaining('\'access[0].pullFromAccounts[2]\''),
    ]);
  });

  test('fails for no account', () => {
    expect(problems(lib.RepositoryAccess.pullFromAccounts([]))).toEqual([
      '\'access[0].pullFromAccounts\' must be at least one, got: []; name one',
    ]);
  });

  test('takes exactly what has 12 digits', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{11,13}$/)), (id) => {
      expect(problems(lib.RepositoryAccess.pullFromAccounts([id]))).toHaveLength(/^[0-9]{12}$/.test(id) ? 0 : 1);
    }));
  });
});

describe('pushFromAccounts', () => {
  test('lets accounts push', () => {
    expect(statements(lib.RepositoryAccess.pushFromAccounts(['111122223333']))).toEqual([
      { Action: PUSH, Effect: 'Allow', Principal: { AWS: account('111122223333') } },
    ]);
  });

  test('fails for what is no account id', () => {
    expect(problems(lib.RepositoryAccess.pushFromAccounts(['x']))).toEqual([expect.stringContaining('\'access[0].pushFromAccounts[0]\'')]);
  });
});

describe('pullFromOrganization', () => {
  test('lets the organization pull', () => {
    expect(statements(lib.RepositoryAccess.pullFromOrganization(ORGANIZATION))).toEqual([
      { Action: PULL, Effect: 'Allow', Principal: { AWS: '*' }, Condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } } },
    ]);
  });

  test('takes a token', () => {
    const parameter = new CfnParameter(stack, 'Organization');
    expect(statements(lib.RepositoryAccess.pullFromOrganization(parameter.valueAsString))).toMatchObject([
      { Condition: { StringEquals: { 'aws:PrincipalOrgID': { Ref: 'Organization' } } } },
    ]);
  });

  test.each(['', '*', 'o-*', 'o-short', 'O-A1B2C3D4E5', `x${ORGANIZATION}`])('fails for %j', (id) => {
    expect(problems(lib.RepositoryAccess.pullFromOrganization(id))).toEqual([
      '\'access[0].pullFromOrganization\' must be the id of an organization, o- and 10 to 32 lower-case letters and digits, '
      + `got: '${id}' (${id.length} characters); take it from "aws organizations describe-organization"`,
    ]);
  });
});

describe('pullFromOrganizationalUnits', () => {
  test.each([
    `${ORGANIZATION}/r-ab12/*`,
    `${ORGANIZATION}/r-ab12/ou-ab12-11111111/`,
    `${ORGANIZATION}/r-ab12/ou-ab12-11111111/*`,
    `${ORGANIZATION}/r-ab12/ou-ab12-11111111/ou-*`,
    `${ORGANIZATION}/r-ab12/ou-ab12-11111111/ou-ab12-22222222/*`,
  ])('lets %s pull', (path) => {
    expect(statements(lib.RepositoryAccess.pullFromOrganizationalUnits([path]))).toEqual([
      {
        Action: PULL, Effect: 'Allow', Principal: { AWS: '*' }, Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': [path] } },
      },
    ]);
  });

  test('takes a token', () => {
    const parameter = new CfnParameter(stack, 'Path');
    expect(statements(lib.RepositoryAccess.pullFromOrganizationalUnits([parameter.valueAsString]))).toMatchObject([
      { Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': [{ Ref: 'Path' }] } } },
    ]);
  });

  test.each(['*', 'ou-ab12-11111111', 'r-ab12/ou-ab12-11111111/*', '*/r-ab12/*', `${ORGANIZATION}/*`, `${ORGANIZATION}/r-ab12/ou-ab12-11111111`])('fails for %s', (path) => {
    expect(problems(lib.RepositoryAccess.pullFromOrganizationalUnits([path]))).toEqual([
      '\'access[0].pullFromOrganizationalUnits[0]\' must be a path from the organization and its root down to the unit, that ends in / or in /* to take the units below it, '
      + `got: '${path}' (${path.length} characters); write it such as 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*'`,
    ]);
  });

  test('fails for no path', () => {
    expect(problems(lib.RepositoryAccess.pullFromOrganizationalUnits([]))).toEqual([expect.stringContaining('at least one')]);
  });
});

describe('pullFromLambda', () => {
  const LOAD = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
  const functionArn = (...rest: unknown[]) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ...rest]] });

  test('lets the accounts and, for their functions, the service pull', () => {
    expect(statements(lib.RepositoryAccess.pullFromLambda({ accounts: ['111122223333', '444455556666'] }))).toEqual([
      { Action: LOAD, Effect: 'Allow', Principal: { AWS: [account('111122223333'), account('444455556666')] } },
      {
        Action: LOAD,
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Condition: {
          StringLike: {
            'aws:sourceArn': [functionArn(':lambda:eu-central-1:111122223333:function:*'), functionArn(':lambda:eu-central-1:444455556666:function:*')],
          },
        },
      },
    ]);
  });

  test('narrows to functions, and takes tokens', () => {
    const parameter = new CfnParameter(stack, 'Account');
    expect(statements(lib.RepositoryAccess.pullFromLambda({ accounts: [parameter.valueAsString], functionNames: ['api', 'job-*'] }))).toMatchObject([
      { Principal: { AWS: account({ Ref: 'Account' }) } },
      {
        Condition: {
          StringLike: {
            'aws:sourceArn': [
              functionArn(':lambda:eu-central-1:', { Ref: 'Account' }, ':function:api'),
              functionArn(':lambda:eu-central-1:', { Ref: 'Account' }, ':function:job-*'),
            ],
          },
        },
      },
    ]);
  });

  test('fails for bad accounts and names', () => {
    expect(problems(lib.RepositoryAccess.pullFromLambda({ accounts: ['1'], functionNames: ['arn:aws:lambda:x'] }))).toEqual([
      expect.stringContaining('\'access[0].pullFromLambda.accounts[0]\' must be an AWS account id of 12 digits, got: \'1\' (1 characters)'),
      '\'access[0].pullFromLambda.functionNames[0]\' must be the name of a Lambda function, 1 to 64 letters, digits, -, _ and the wildcards * and ?, '
      + 'got: \'arn:aws:lambda:x\' (16 characters); give the name alone, without ARN or version',
    ]);
    expect(problems(lib.RepositoryAccess.pullFromLambda({ accounts: [], functionNames: [] }))).toEqual([
      expect.stringContaining('\'access[0].pullFromLambda.accounts\' must be at least one'),
      expect.stringContaining('\'access[0].pullFromLambda.functionNames\' must be at least one'),
    ]);
  });
});

describe('statement', () => {
  const principals = [new iam.AccountPrincipal('111122223333')];

  test('goes into the policy as it is, and is copied', () => {
    const statement = new iam.PolicyStatement({ sid: 'List', principals, actions: ['ecr:ListImages'], conditions: { Bool: { 'aws:SecureTransport': 'true' } } });
    const access = lib.RepositoryAccess.statement(statement);
    expect(statements(access)).toEqual([{
      Sid: 'List', Action: 'ecr:ListImages', Effect: 'Allow', Principal: { AWS: account('111122223333') }, Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    }]);
    statement.addActions('ecr:BatchGetImage');
    new lib.CiRepository(stack, 'Second', { access: [access] });
    expect(statement.actions).toHaveLength(2);
  });

  test('takes tokens for actions and principals', () => {
    const parameter = new CfnParameter(stack, 'Token');
    expect(statements(lib.RepositoryAccess.statement(new iam.PolicyStatement({
      principals: [new iam.ArnPrincipal(parameter.valueAsString)], actions: [parameter.valueAsString],
    })))).toEqual([{ Action: { Ref: 'Token' }, Effect: 'Allow', Principal: { AWS: { Ref: 'Token' } } }]);
  });

  test.each([
    ['resources', { principals, actions: ['ecr:ListImages'], resources: ['*'] },
      '\'access[0].statement.resources\' must be left out in a repository policy, got: ["*"]; remove it: the policy is about its repository only'],
    ['notResources', { principals, actions: ['ecr:ListImages'], notResources: ['*'] },
      '\'access[0].statement.notResources\' must be left out in a repository policy, got: ["*"]; remove it: the policy is about its repository only'],
    ['the token action', { principals, actions: ['ecr:ListImages', 'ecr:GetAuthorizationToken'] },
      '\'access[0].statement.actions\' must be left out in a repository policy, got: \'ecr:GetAuthorizationToken\' (25 characters); allow it on * in a policy of the user or role instead'],
    ['no principal', { actions: ['ecr:ListImages'] },
      '\'access[0].statement.principals\' must be given in a repository policy, got: undefined; say whom the statement is about'],
  ])('fails for %s', (_what, props, problem) => {
    expect(problems(lib.RepositoryAccess.statement(new iam.PolicyStatement(props)))).toEqual([problem]);
  });

  test('fails for all of them at once', () => {
    expect(problems(lib.RepositoryAccess.statement(new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] })))).toHaveLength(3);
  });
});

test('several entries make several statements', () => {
  expect(statements(
    lib.RepositoryAccess.pullFromOrganization(ORGANIZATION),
    lib.RepositoryAccess.pushFromAccounts(['111122223333']),
    lib.RepositoryAccess.pullFromLambda({ accounts: ['111122223333'] }),
  )).toHaveLength(4);
});
