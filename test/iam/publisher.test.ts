import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { knownActions, PolicySimulator, type KnownAction } from './policy-simulator';
import * as lib from '../../src';

const ENV = { account: '111122223333', region: 'eu-west-1' };

const SERVICES = ['ecr', 'ecr-public', 'sts', 'secretsmanager', 'kms', 'sqs', 'dynamodb', 'lambda', 'ssm', 'iam', 'logs'];

let actions: KnownAction[];
let template: Template;
let simulator: PolicySimulator;
beforeAll(async () => {
  const known = (await Promise.all(SERVICES.map(knownActions))).flat();
  actions = known.filter(({ name }) => name !== 'sts:GetCallerIdentity'); // everybody may
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  const token = new secretsmanager.Secret(stack, 'Token');
  new secretsmanager.Secret(stack, 'Other');
  const [handler] = ['Called', 'NotCalled'].map((id) => new lambda.Function(stack, id, {
    runtime: lambda.Runtime.NODEJS_LATEST, handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = async () => {};'),
  }));
  const credentials = new lib.DockerCredentials(stack, 'Credentials', {
    targets: [lib.Target.gitlabVariable({ project: '1', token }), lib.Target.function({ handler })],
  });
  new lib.CiRepository(stack, 'App', { repositoryName: 'myuser/myapp' }).grantPullPush(credentials);
  const theirs = secretsmanager.Secret.fromSecretNameV2(stack, 'Theirs', 'theirs');
  new lib.DockerCredentials(stack, 'Neighbour', { targets: [lib.Target.gitlabVariable({ project: '2', token: theirs })] });
  template = Template.fromStack(stack);
  simulator = new PolicySimulator(template, ENV);
});

const id = (type: string, prefix: string) => (
  Object.keys(template.findResources(type)).filter((name) => name.startsWith(prefix)).sort((a, b) => a.length - b.length)[0]);
const arn = (type: string, prefix: string) => simulator.arn(id(type, prefix));

/** The simulator does not decide an action on a kind of resource that it does not take. */
function refused(error: Error): undefined {
  if (!/resource/i.test(error.message)) throw error;
}

/** What a role may do with one resource, or with what takes none, of all that the services know. */
async function allowed(role: string, resource?: string): Promise<string[]> {
  const identity = id('AWS::IAM::Role', role);
  const principal = simulator.arn(identity);
  const service = resource?.split(':')[2];
  const candidates = actions.filter(({ name, resourceTypes }) => (
    resource ? name.startsWith(`${service}:`) && resourceTypes.length > 0 : resourceTypes.length === 0));
  const decisions = await Promise.all(candidates.map(async ({ name }) => {
    const decision = await simulator.decide({ principal, identity, action: name, resource: resource ?? '*', context: {} }).catch(refused);
    return decision === 'Allowed' ? [name] : [];
  }));
  return decisions.flat().sort();
}

const PUBLISHER = 'CredentialsPublisherRole';
const REFRESHER = 'CredentialsRole';

describe('the publisher', () => {
  test.each<[string, () => string | undefined, string[]]>([
    ['its queue', () => arn('AWS::SQS::Queue', 'CredentialsPublisherQueue'),
      ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage']],
    ['its table', () => arn('AWS::DynamoDB::Table', 'CredentialsPublisherTargets'),
      ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem']],
    ['the dockercfg, which it does not write', () => arn('AWS::SecretsManager::Secret', 'CredentialsSecret'), ['secretsmanager:GetSecretValue']],
    ['the token of its target', () => arn('AWS::SecretsManager::Secret', 'Token'), ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']],
    ['the function of its target', () => arn('AWS::Lambda::Function', 'Called'), ['lambda:InvokeFunction']],
    ['a version of that function', () => `${arn('AWS::Lambda::Function', 'Called')}:1`, []],
    ['another function', () => arn('AWS::Lambda::Function', 'NotCalled'), []],
    ['another secret', () => arn('AWS::SecretsManager::Secret', 'Other'), []],
    ['the dockercfg of a neighbour', () => arn('AWS::SecretsManager::Secret', 'NeighbourSecret'), []],
    ['the token of a neighbour\'s target', () => `arn:aws:secretsmanager:${ENV.region}:${ENV.account}:secret:theirs-AbCdEf`, []],
    ['the queue of a neighbour', () => arn('AWS::SQS::Queue', 'NeighbourPublisherQueue'), []],
    ['the table of a neighbour', () => arn('AWS::DynamoDB::Table', 'NeighbourPublisherTargets'), []],
    ['a repository', () => arn('AWS::ECR::Repository', 'App'), []],
    ['what takes no resource, such as asking for an ECR token', () => undefined, []],
  ])('may do no more than it has to with %s', async (_what, resource, expected) => {
    expect(await allowed(PUBLISHER, resource())).toEqual(expected);
  });
});

describe('a function that is a target', () => {
  test.each<[string, () => string | undefined, string[]]>([
    ['the dockercfg', () => arn('AWS::SecretsManager::Secret', 'CredentialsSecret'), ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']],
    ['the token of another target', () => arn('AWS::SecretsManager::Secret', 'Token'), []],
    ['the publisher\'s queue', () => arn('AWS::SQS::Queue', 'CredentialsPublisherQueue'), []],
    ['the publisher\'s table', () => arn('AWS::DynamoDB::Table', 'CredentialsPublisherTargets'), []],
  ])('may do no more than it has to with %s', async (_what, resource, expected) => {
    expect(await allowed('CalledServiceRole', resource())).toEqual(expected);
  });
});

describe('the refresher', () => {
  test.each<[string, () => string | undefined, string[]]>([
    ['the publisher\'s queue', () => arn('AWS::SQS::Queue', 'CredentialsPublisherQueue'), ['sqs:SendMessage']],
    ['the publisher\'s table', () => arn('AWS::DynamoDB::Table', 'CredentialsPublisherTargets'), []],
    ['the token of a target', () => arn('AWS::SecretsManager::Secret', 'Token'), []],
  ])('may do no more than it has to with %s', async (_what, resource, expected) => {
    expect(await allowed(REFRESHER, resource())).toEqual(expected);
  });
});
