import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import { knownActions, PolicySimulator } from './policy-simulator';
import * as lib from '../../src';

const ACCOUNT = '123456789012';
const REGION = 'eu-central-1';

const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } });
const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-ours', availabilityZones: ['eu-central-1a'] });
const repository = new lib.CiRepository(stack, 'App', { repositoryName: 'myuser/myapp' });
const user = new lib.CiUser(stack, 'User', {
  userName: 'ci', keyRotation: Duration.days(30), allowedCidrs: ['203.0.113.0/24', '2001:db8::/32'], allowedVpcs: [vpc], encryptionKey: new kms.Key(stack, 'Key'),
});
const other = new lib.CiUser(stack, 'Other', { userName: 'other' });
repository.grantPullPush(user);
other.grantReadKey(user); // it can be a reader, of another's key
const template = Template.fromStack(stack);
const simulator = new PolicySimulator(template, { account: ACCOUNT, region: REGION });

const id = (type: string, prefix: string) => Object.keys(template.findResources(type)).find((logicalId) => logicalId.startsWith(prefix))!;
const role = id('AWS::IAM::Role', 'UserKeyRotationRole');
const secret = simulator.arn(id('AWS::SecretsManager::Secret', 'User'));
const otherSecret = simulator.arn(id('AWS::SecretsManager::Secret', 'Other'));
const [userArn, otherArn] = ['ci', 'other'].map((name) => `arn:aws:iam::${ACCOUNT}:user/${name}`);

const decide = (action: string, resource: string, context: Record<string, string | string[]> = {}) =>
  simulator.decide({ principal: simulator.arn(role), identity: role, action, resource, context });

/** Every action of a service that the rotation's role may take on a resource of that type. */
async function allowed(
  service: string, type: string, resource: string, context: (action: string) => Record<string, string[]> = () => ({}),
): Promise<string[]> {
  const found = [];
  for (const { name, resourceTypes } of await knownActions(service)) {
    if (await decide(name, resourceTypes.includes(type) ? resource : '*', context(name)) === 'Allowed') found.push(name);
  }
  return found.sort();
}

describe('the rotation\'s role', () => {
  const tagging = (action: string): Record<string, string[]> =>
    (['iam:TagUser', 'iam:UntagUser'].includes(action) ? { 'aws:TagKeys': ['cdk-ecr-ci:key:AKIA1'] } : {});

  test('may handle the keys of its user, record them, and do nothing else in IAM', async () => {
    expect(await allowed('iam', 'user', userArn, tagging)).toEqual([
      'iam:CreateAccessKey', 'iam:DeleteAccessKey', 'iam:ListAccessKeys', 'iam:ListUserTags', 'iam:TagUser', 'iam:UntagUser', 'iam:UpdateAccessKey',
    ]);
    expect(await allowed('iam', 'user', otherArn, tagging)).toEqual([]);
    expect(await allowed('iam', 'user', `${userArn}-2`, tagging)).toEqual([]);
  });

  test.each<[string[] | undefined, string]>([
    [['cdk-ecr-ci:key:AKIA1', 'cdk-ecr-ci:creating:run'], 'Allowed'],
    [['cdk-ecr-ci:key:AKIA1', 'team'], 'ImplicitlyDenied'],
    [['team'], 'ImplicitlyDenied'],
    [['cdk-ecr-ci:other'], 'ImplicitlyDenied'],
    [undefined, 'ImplicitlyDenied'],
  ])('may write the tags %j: %s', async (keys, decision) => {
    for (const action of ['iam:TagUser', 'iam:UntagUser']) expect(await decide(action, userArn, keys ? { 'aws:TagKeys': keys } : {})).toBe(decision);
  });

  test('may rotate its secret, and do nothing else in Secrets Manager', async () => {
    expect(await allowed('secretsmanager', 'Secret', secret)).toEqual([
      'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage',
    ]);
    expect(await allowed('secretsmanager', 'Secret', otherSecret)).toEqual([]);
  });

  test('may do nothing in ECR, and in STS only what nobody can be denied', async () => {
    expect(await allowed('ecr', 'repository', `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/myuser/myapp`)).toEqual([]);
    expect(await allowed('sts', 'role', `arn:aws:iam::${ACCOUNT}:role/any`)).toEqual(['sts:GetCallerIdentity']);
  });

  test('may write its own log, and no other', async () => {
    const logs = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group`;
    expect(await decide('logs:PutLogEvents', `${logs}:${id('AWS::Logs::LogGroup', 'User')}:log-stream:one`)).toBe('Allowed');
    expect(await decide('logs:PutLogEvents', `${logs}:/aws/lambda/other:log-stream:one`)).toBe('ImplicitlyDenied');
  });

  test('may use the secret\'s key of KMS through Secrets Manager, and not directly', async () => {
    const key = simulator.find('AWS::KMS::Key');
    const keyPolicy = simulator.properties(key).KeyPolicy;
    const use = (action: string, service: string) => simulator.decide({
      principal: simulator.arn(role),
      identity: role,
      action,
      resource: simulator.arn(key),
      resourcePolicy: keyPolicy,
      context: { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` },
    });
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
      expect([await use(action, 'secretsmanager'), await use(action, 's3')]).toEqual(['Allowed', 'ImplicitlyDenied']);
    }
  });
});

describe('a user that may only be used from some addresses and VPCs', () => {
  const push = (context: Record<string, string>) => simulator.decide({
    principal: userArn,
    identity: id('AWS::IAM::User', 'User'),
    action: 'ecr:PutImage',
    resource: `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/myuser/myapp`,
    context: { 'aws:ViaAWSService': 'false', ...context },
  });

  test.each<[string, Record<string, string>, string]>([
    ['an IPv4 address of the list', { 'aws:SourceIp': '203.0.113.7' }, 'Allowed'],
    ['an IPv6 address of the list', { 'aws:SourceIp': '2001:db8::7' }, 'Allowed'],
    ['another IPv4 address', { 'aws:SourceIp': '203.0.114.7' }, 'ExplicitlyDenied'],
    ['another IPv6 address', { 'aws:SourceIp': '2001:db9::7' }, 'ExplicitlyDenied'],
    ['an endpoint in the VPC', { 'aws:SourceVpc': 'vpc-ours', 'aws:VpcSourceIp': '10.0.0.7' }, 'Allowed'],
    ['an endpoint in another VPC', { 'aws:SourceVpc': 'vpc-theirs', 'aws:VpcSourceIp': '10.0.0.7' }, 'ExplicitlyDenied'],
    ['an endpoint in another VPC with an address of the list', { 'aws:SourceVpc': 'vpc-theirs', 'aws:VpcSourceIp': '203.0.113.7' }, 'ExplicitlyDenied'],
    ['an AWS service on the user\'s behalf', { 'aws:SourceIp': '198.51.100.7', 'aws:ViaAWSService': 'true' }, 'Allowed'],
    ['nowhere that is known', {}, 'ExplicitlyDenied'],
  ])('from %s', async (_from, context, decision) => {
    expect(await push(context)).toBe(decision);
  });

  test('may do no more than was granted, from wherever', async () => {
    expect(await simulator.decide({
      principal: userArn,
      identity: id('AWS::IAM::User', 'User'),
      action: 'iam:CreateAccessKey',
      resource: userArn,
      context: { 'aws:ViaAWSService': 'false', 'aws:SourceIp': '203.0.113.7' },
    })).toBe('ImplicitlyDenied');
  });
});

test('grantReadKey lets a principal read that key, and no other', async () => {
  const reader = id('AWS::IAM::User', 'User');
  const read = (resource: string) => simulator.decide({
    principal: userArn, identity: reader, action: 'secretsmanager:GetSecretValue', resource, context: { 'aws:ViaAWSService': 'false', 'aws:SourceIp': '203.0.113.7' },
  });
  expect([await read(otherSecret), await read(secret)]).toEqual(['Allowed', 'ImplicitlyDenied']);
});
