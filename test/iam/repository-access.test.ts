import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { knownActions, PolicySimulator } from './policy-simulator';
import type { KnownAction } from './policy-simulator';
import * as lib from '../../src';

const ACCOUNT = '123456789012';
const OTHER_ACCOUNT = '111122223333';
const REGION = 'eu-central-1';
const NAME = 'myuser/myapp';
const REPOSITORY = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/${NAME}`;

const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
];

let actions: KnownAction[];

beforeAll(async () => {
  actions = [...await knownActions('ecr'), ...await knownActions('ecr-public')];
});

describe('RepositoryAccess', () => {
  const ALLOW_ALL = [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ecr:*', Resource: '*' }] }];
  const ORGANIZATION = 'o-a1b2c3d4e5';
  const UNIT = `${ORGANIZATION}/r-ab12/ou-ab12-11111111`;

  function simulate(...access: lib.RepositoryAccess[]): { simulator: PolicySimulator; resourcePolicy: unknown } {
    const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } });
    new lib.CiRepository(stack, 'Repository', { repositoryName: NAME, access });
    const simulator = new PolicySimulator(Template.fromStack(stack), { account: ACCOUNT, region: REGION });
    return { simulator, resourcePolicy: simulator.properties(simulator.find('AWS::ECR::Repository')).RepositoryPolicyText };
  }

  /** The actions that a role of that account may take, which has every right to ECR in its own account. */
  async function allowedFor(access: lib.RepositoryAccess, account: string, context: Record<string, string | string[]> = {}): Promise<string[]> {
    const { simulator, resourcePolicy } = simulate(access);
    const allowed: string[] = [];
    for (const { name } of actions.filter((action) => action.name.startsWith('ecr:') && action.resourceTypes.includes('repository'))) {
      const decision = await simulator.decide({
        principal: `arn:aws:iam::${account}:role/ci`, policies: ALLOW_ALL, action: name, resource: REPOSITORY, resourcePolicy, context,
      });
      if (decision === 'Allowed') allowed.push(name);
    }
    return allowed.sort();
  }

  async function allowedForLambda(access: lib.RepositoryAccess, functionArn: string, principal = 'lambda.amazonaws.com'): Promise<string[]> {
    const { simulator, resourcePolicy } = simulate(access);
    const allowed: string[] = [];
    for (const { name } of actions.filter((action) => action.name.startsWith('ecr:') && action.resourceTypes.includes('repository'))) {
      const decision = await simulator.decide({
        principal, action: name, resource: REPOSITORY, resourcePolicy, context: { 'aws:SourceArn': functionArn },
      });
      if (decision === 'Allowed') allowed.push(name);
    }
    return allowed.sort();
  }

  test('pullFromAccounts lets the account pull, and no other account', async () => {
    const access = lib.RepositoryAccess.pullFromAccounts([OTHER_ACCOUNT]);
    expect(await allowedFor(access, OTHER_ACCOUNT)).toEqual(PULL);
    expect(await allowedFor(access, '444455556666')).toEqual([]);
  });

  test('pullFromAccounts gives a role nothing that its own account does not', async () => {
    const { simulator, resourcePolicy } = simulate(lib.RepositoryAccess.pullFromAccounts([OTHER_ACCOUNT]));
    const request = { principal: `arn:aws:iam::${OTHER_ACCOUNT}:role/ci`, action: 'ecr:BatchGetImage', resource: REPOSITORY, resourcePolicy };
    expect(await simulator.decide(request)).toBe('ImplicitlyDenied');
    expect(await simulator.decide({ ...request, policies: ALLOW_ALL })).toBe('Allowed');
  });

  test('pushFromAccounts lets the account push, and no other account', async () => {
    const access = lib.RepositoryAccess.pushFromAccounts([OTHER_ACCOUNT]);
    expect(await allowedFor(access, OTHER_ACCOUNT)).toEqual(PUSH);
    expect(await allowedFor(access, '444455556666')).toEqual([]);
  });

  test('pullFromOrganization lets accounts of the organization pull, and no others', async () => {
    const access = lib.RepositoryAccess.pullFromOrganization(ORGANIZATION);
    expect(await allowedFor(access, OTHER_ACCOUNT, { 'aws:PrincipalOrgID': ORGANIZATION })).toEqual(PULL);
    expect(await allowedFor(access, OTHER_ACCOUNT, { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' })).toEqual([]);
    expect(await allowedFor(access, OTHER_ACCOUNT)).toEqual([]);
  });

  test('pullFromOrganizationalUnits lets accounts of the unit and those below pull, and no others', async () => {
    const access = lib.RepositoryAccess.pullFromOrganizationalUnits([`${UNIT}/*`]);
    const allowedIn = async (path: string) => allowedFor(access, OTHER_ACCOUNT, { 'aws:PrincipalOrgPaths': [path] });
    expect(await allowedIn(`${UNIT}/`)).toEqual(PULL);
    expect(await allowedIn(`${UNIT}/ou-ab12-22222222/`)).toEqual(PULL);
    expect(await allowedIn(`${ORGANIZATION}/r-ab12/ou-ab12-99999999/`)).toEqual([]);
    expect(await allowedIn(`${ORGANIZATION}/r-ab12/`)).toEqual([]);
    expect(await allowedFor(access, OTHER_ACCOUNT)).toEqual([]);
  });

  test('pullFromOrganizationalUnits without the wildcard leaves out the units below', async () => {
    const access = lib.RepositoryAccess.pullFromOrganizationalUnits([`${UNIT}/`]);
    expect(await allowedFor(access, OTHER_ACCOUNT, { 'aws:PrincipalOrgPaths': [`${UNIT}/`] })).toEqual(PULL);
    expect(await allowedFor(access, OTHER_ACCOUNT, { 'aws:PrincipalOrgPaths': [`${UNIT}/ou-ab12-22222222/`] })).toEqual([]);
  });

  test('pullFromLambda lets Lambda load the image for functions of the accounts, and no others', async () => {
    const access = lib.RepositoryAccess.pullFromLambda({ accounts: [OTHER_ACCOUNT] });
    const load = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
    expect(await allowedForLambda(access, `arn:aws:lambda:${REGION}:${OTHER_ACCOUNT}:function:any`)).toEqual(load);
    expect(await allowedForLambda(access, `arn:aws:lambda:${REGION}:444455556666:function:any`)).toEqual([]);
    expect(await allowedForLambda(access, `arn:aws:lambda:us-east-1:${OTHER_ACCOUNT}:function:any`)).toEqual([]);
    expect(await allowedForLambda(access, `arn:aws:lambda:${REGION}:${OTHER_ACCOUNT}:function:any`, 'ecs-tasks.amazonaws.com')).toEqual([]);
    expect(await allowedFor(access, OTHER_ACCOUNT)).toEqual(load);
    expect(await allowedFor(access, '444455556666')).toEqual([]);
  });

  test('pullFromLambda narrows to the named functions', async () => {
    const access = lib.RepositoryAccess.pullFromLambda({ accounts: [OTHER_ACCOUNT], functionNames: ['api', 'job-*'] });
    const arn = `arn:aws:lambda:${REGION}:${OTHER_ACCOUNT}:function`;
    expect(await allowedForLambda(access, `${arn}:api`)).toHaveLength(2);
    expect(await allowedForLambda(access, `${arn}:job-1`)).toHaveLength(2);
    expect(await allowedForLambda(access, `${arn}:api2`)).toEqual([]);
  });

  test('statement allows what it says', async () => {
    const access = lib.RepositoryAccess.statement(new iam.PolicyStatement({
      principals: [new iam.ArnPrincipal(`arn:aws:iam::${OTHER_ACCOUNT}:role/ci`)], actions: ['ecr:ListImages'],
    }));
    expect(await allowedFor(access, OTHER_ACCOUNT)).toEqual(['ecr:ListImages']);
    expect(await allowedFor(access, '444455556666')).toEqual([]);
  });
});

describe('the simulator does not guess', () => {
  const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } });
  new lib.CiRepository(stack, 'Repository', { repositoryName: NAME });
  const simulator = new PolicySimulator(Template.fromStack(stack), { account: ACCOUNT, region: REGION });
  const request = { principal: `arn:aws:iam::${ACCOUNT}:user/u`, action: 'ecr:PutImage', resource: REPOSITORY };

  test.each([
    ['an unknown action', { action: 'ecr:PushImage' }, /PushImage/],
    ['an ARN of another kind', { resource: 'arn:aws:s3:::bucket' }, /s3/],
    ['a condition key that it would ignore', { context: { 'ecr:ImageTag': 'latest' } }, /ecr:ImageTag/i],
  ])('fails for %s', async (_what, part, error) => {
    await expect(simulator.decide({ ...request, ...part })).rejects.toThrow(error);
  });

  test.each([
    [{ Ref: 'Parameter' }, /Parameter/],
    [{ 'Fn::GetAtt': ['Repository', 'RepositoryUri'] }, /RepositoryUri/],
    [{ 'Fn::Sub': 'x' }, /Fn::Sub/],
  ])('fails for %j', (value, error) => {
    expect(() => simulator.resolve(value)).toThrow(error);
  });
});
