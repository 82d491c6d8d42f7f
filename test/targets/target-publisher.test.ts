import { App, Aws, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import * as lib from '../../src';
import { PublishEnvironment, type TargetGroup } from '../../src/private/target-contract';

let stack: Stack;
let token: secretsmanager.ISecret;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
  token = new secretsmanager.Secret(stack, 'Token');
});

const variable = (project: string, options: Partial<lib.GitlabVariableOptions> = {}) => lib.Target.gitlabVariable({ project, token, ...options });
const credentials = (props: lib.DockerCredentialsProps = {}) => new lib.DockerCredentials(stack, 'Credentials', { targets: [variable('1')], ...props });

function resources(type: string, of = stack): [string, any][] {
  return Object.entries(Template.fromStack(of).findResources(type));
}

/** The one resource of a type whose logical id begins so; of several the one with the shortest. */
function one(type: string, id: string, of = stack): any {
  const found = resources(type, of).filter(([logicalId]) => logicalId.startsWith(id)).sort(([a], [b]) => a.length - b.length);
  expect(found).not.toEqual([]);
  return found[0][1];
}

/** The targets as the registration sends them. */
function groups(of = stack): TargetGroup[] {
  const text = one('Custom::EcrCredentialsTargets', 'CredentialsPublisher', of).Properties.targets;
  return JSON.parse(typeof text === 'string' ? text : text['Fn::Join'][1].map((part: any) => (typeof part === 'string' ? part : JSON.stringify(part).replace(/"/g, ''))).join(''));
}

const publisherStatements = (of = stack) => one('AWS::IAM::Policy', 'CredentialsPublisherPolicy', of).Properties.PolicyDocument.Statement;

describe('without targets', () => {
  test('there is no publisher, and the refresher knows nothing of one', () => {
    const without = credentials({ targets: [], publishing: { maxConcurrency: 10 } });
    expect(without.publisher).toBeUndefined();
    expect(resources('AWS::SQS::Queue')).toHaveLength(1);
    expect(resources('AWS::DynamoDB::Table')).toEqual([]);
    expect(one('AWS::Lambda::Function', 'CredentialsFunction').Properties.Environment.Variables).toEqual({ SECRET_ARN: expect.anything() });
    expect(one('AWS::SecretsManager::Secret', 'CredentialsSecret').Properties.Tags).toBeUndefined();
  });
});

describe('by default', () => {
  beforeEach(() => { credentials(); });

  test('the queue\'s messages live as long as the credentials, and come again when no publisher can be at work on them', () => {
    expect(one('AWS::SQS::Queue', 'CredentialsPublisherQueue').Properties).toEqual({
      MessageRetentionPeriod: 12 * 3600,
      VisibilityTimeout: 6 * 180,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [expect.stringMatching(/^CredentialsPublisherDeadLetterQueue/), 'Arn'] }, maxReceiveCount: 5 },
      SqsManagedSseEnabled: true,
    });
    expect(one('AWS::SQS::Queue', 'CredentialsPublisherDeadLetterQueue').Properties).toEqual({ MessageRetentionPeriod: 14 * 86400, SqsManagedSseEnabled: true });
  });

  test('its messages are taken ten at a time by at most five publishers, and fail one by one', () => {
    expect(one('AWS::Lambda::EventSourceMapping', 'CredentialsPublisher').Properties).toEqual({
      BatchSize: 10,
      EventSourceArn: { 'Fn::GetAtt': [expect.stringMatching(/^CredentialsPublisherQueue/), 'Arn'] },
      FunctionName: { Ref: expect.stringMatching(/^CredentialsPublisherFunction/) },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });

  test('the table is paid by use, and goes with the stack: nothing in it is worth keeping', () => {
    const table = one('AWS::DynamoDB::Table', 'CredentialsPublisher');
    expect(table.DeletionPolicy).toBe('Delete');
    expect(table.Properties).toMatchObject({ BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }] });
  });

  test('the publisher has no right in ECR, and none but these', () => {
    const queue = { 'Fn::GetAtt': [expect.stringMatching(/^CredentialsPublisherQueue/), 'Arn'] };
    expect(publisherStatements()).toEqual([
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [expect.stringMatching(/^CredentialsPublisherLogGroup/), 'Arn'] } },
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: { Ref: expect.stringMatching(/^CredentialsSecret/) } },
      {
        Effect: 'Allow',
        Action: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^CredentialsPublisherTargets/), 'Arn'] },
      },
      { Effect: 'Allow', Action: ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'], Resource: queue },
    ]);
    expect(one('AWS::IAM::ManagedPolicy', 'CredentialsPublisherRights').Properties.PolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], Resource: { Ref: expect.stringMatching(/^Token/) } },
    ]);
  });

  test('the refresher may send to the queue, and is told where it is', () => {
    const variables = one('AWS::Lambda::Function', 'CredentialsFunction').Properties.Environment.Variables;
    expect(variables.TARGETS_QUEUE_URL).toEqual({ Ref: expect.stringMatching(/^CredentialsPublisherQueue/) });
    const policy = one('AWS::IAM::Policy', 'CredentialsRole').Properties.PolicyDocument.Statement;
    expect(policy).toContainEqual({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': [expect.stringMatching(/^CredentialsPublisherQueue/), 'Arn'] } });
    expect(JSON.stringify(policy)).not.toContain('dynamodb');
  });

  test('the publisher\'s environment is what its handler requires, no more', () => {
    const fn = one('AWS::Lambda::Function', 'CredentialsPublisher').Properties;
    expect(Object.keys(fn.Environment.Variables).sort()).toEqual(Object.values(PublishEnvironment).sort());
    expect(fn.Environment.Variables.SECRET_FORMAT).toBe('config.json');
    expect(fn).toMatchObject({ Timeout: 180, Runtime: 'nodejs24.x', MemorySize: 512 });
    expect(fn.VpcConfig).toBeUndefined();
  });

  test('the secret says where its targets are', () => {
    expect(one('AWS::SecretsManager::Secret', 'CredentialsSecret').Properties.Tags).toEqual([
      { Key: 'cdk-ecr-ci:targets-table', Value: { Ref: expect.stringMatching(/^CredentialsPublisherTargets/) } },
    ]);
  });

  test('a target that is removed is seen to before the rights change, and publishing comes after', () => {
    const [[registration, first]] = resources('Custom::EcrCredentialsTargets');
    const [[rights, policy]] = resources('AWS::IAM::ManagedPolicy').filter(([id]) => id.startsWith('CredentialsPublisherRights'));
    const [[, run]] = resources('Custom::EcrCredentialsPublish');
    const [[deployRun]] = resources('Custom::EcrCredentialsRefresh');
    expect(policy.DependsOn).toEqual([registration]);
    expect(run.DependsOn).toEqual(expect.arrayContaining([registration, rights, deployRun]));
    const [[own]] = resources('AWS::IAM::Policy').filter(([id]) => id.startsWith('CredentialsPublisherPolicy'));
    expect(first.DependsOn).toEqual([own]);
    expect(one('AWS::Lambda::EventSourceMapping', 'CredentialsPublisher').DependsOn).toContain(own);
    expect(first.Properties).toMatchObject({ ServiceTimeout: '240' });
    expect(run.Properties).toMatchObject({ failDeploy: 'false', codeKey: expect.stringMatching(/^[0-9a-f]{64}\.zip$/), targets: first.Properties.targets });
  });

  test('the deploy prints how it went', () => {
    expect(Object.values(Template.fromStack(stack).findOutputs('*', { Description: 'How publishing to the targets went' }))).toEqual([
      { Description: expect.any(String), Value: { 'Fn::GetAtt': [expect.stringMatching(/^CredentialsPublisherPublishRun/), 'Report'] } },
    ]);
  });
});

describe('targets', () => {
  test('that differ in their places only are one group', () => {
    credentials({ targets: [variable('1'), variable('2', { removal: lib.TargetRemoval.DELETE }), variable('3')] });
    const settings = { token: { secretArn: expect.stringMatching(/Token/) }, protected: false, masked: true };
    const where = (project: string) => ({ project, key: 'DOCKER_AUTH_CONFIG' });
    expect(groups()).toEqual([
      { kind: 'gitlab-variable', settings, form: 'config.json', removal: 'leave', where: [where('1'), where('3')] },
      { kind: 'gitlab-variable', settings, form: 'config.json', removal: 'delete', where: [where('2')] },
    ]);
  });

  test('are sent the registries that they name', () => {
    credentials({ targets: [variable('1', { value: lib.TargetValue.configJson('ghcr.io') })] });
    expect(groups()).toMatchObject([{ form: 'config.json', hosts: ['ghcr.io'] }]);
  });

  test('can be added later, the first one too', () => {
    const it = credentials({ targets: undefined });
    expect(it.publisher).toBeUndefined();
    it.addTarget(variable('1'));
    it.addTarget(variable('2'));
    expect(it.publisher).toBeInstanceOf(lib.TargetPublisher);
    expect(groups()[0].where).toHaveLength(2);
  });

  test('a thousand fit', () => {
    credentials({ targets: Array.from({ length: 1000 }, (_, index) => variable(String(10_000_000 + index))) });
    expect(groups()[0].where).toHaveLength(1000);
    expect(Object.keys(Template.fromStack(stack).toJSON().Resources).length).toBeLessThan(40);
  });

  test('too many are refused, with what fits', () => {
    credentials({ targets: Array.from({ length: 1000 }, (_, index) => variable(`${'a-long-path/'.repeat(10)}${index}`)) });
    expect(() => Template.fromStack(stack)).toThrow(/'targets' must be at most 110000 characters as CloudFormation sends them, got: 1\d{5}; give some of them to another DockerCredentials/);
  });

  test('at the same place are refused', () => {
    credentials({ targets: [variable('1'), variable('2'), variable('1', { protected: true })] });
    expect(() => Template.fromStack(stack)).toThrow('\'targets[2]\' must be another place than \'targets[0]\', got: {"project":"1","key":"DOCKER_AUTH_CONFIG"}; name each target once');
  });

  test('that are wrong are refused all at once, before anything is defined', () => {
    expect(() => credentials({ targets: [variable('a b'), variable('1'), variable('2', { key: '' })], publishing: { maxConcurrency: 1 }, roleName: 'a b' }))
      .toThrow(/^Stack\/Credentials: 4 problems\n.*'roleName'[^]*'publishing\.maxConcurrency'[^]*'targets\[0\]\.project'[^]*'targets\[2\]\.key'/);
  });

  test('that are added wrong are refused by their number', () => {
    const it = credentials({ targets: [variable('1'), variable('2')] });
    expect(() => it.addTarget(variable('a b'))).toThrow('\'targets[2].project\'');
  });

  test('may be of one\'s own', () => {
    class Mine extends lib.Target {
      public bind(scope: Construct, options: lib.TargetBindOptions): lib.TargetConfig {
        new secretsmanager.Secret(scope, 'Own');
        return variable('7').bind(scope, options);
      }
    }
    credentials({ targets: [new Mine()] });
    expect(groups()).toMatchObject([{ where: [{ project: '7' }] }]);
    one('AWS::SecretsManager::Secret', 'CredentialsPublisherTarget1Own');
  });

  test('may have values that only the deploy knows', () => {
    credentials({ targets: [variable(Lazy.string({ produce: () => Aws.STACK_NAME }))] });
    expect(groups()[0].where).toEqual([{ project: '{Ref:AWS::StackName}', key: 'DOCKER_AUTH_CONFIG' }]);
  });

  test('do not go with the bare password', () => {
    const allowed = '\'format\' must be another than the bare password when there are \'targets\', got: \'password\' (8 characters); give the targets a DockerCredentials of their own';
    expect(() => credentials({ format: lib.CredentialsFormat.JENKINS })).toThrow(allowed);
    const it = new lib.DockerCredentials(stack, 'Jenkins', { format: lib.CredentialsFormat.JENKINS });
    expect(() => it.addTarget(variable('1'))).toThrow(allowed);
  });

  describe('of one password', () => {
    let two: lib.Registry[];
    beforeEach(() => { two = [lib.Registry.ecr(), lib.Registry.fromSecret('ghcr.io', token)]; });
    let password: lib.Target;
    beforeEach(() => { password = variable('1', { value: lib.TargetValue.password() }); });

    test('name the registry if there are several', () => {
      expect(() => credentials({ registries: two, targets: [password] }))
        .toThrow('\'targets[0]\' must be given the host of one registry, of which the dockercfg has 2, got: undefined; name it, as its \'host\' if it has that property, otherwise in its \'value\', such as TargetValue.password(\'111122223333.dkr.ecr.eu-west-1.amazonaws.com\')');
      expect(() => new lib.DockerCredentials(stack, 'Later', { registries: two }).addTarget(password)).toThrow('the host of one registry');
    });

    test('need not if there is one, or if they are sent all', () => {
      credentials({ targets: [password] });
      new lib.DockerCredentials(stack, 'All', { registries: two, targets: [variable('1'), variable('2', { value: lib.TargetValue.password('ghcr.io') })] });
    });
  });
});

describe('options', () => {
  test('fail the deploy with a target, and let more publishers work at once', () => {
    credentials({ publishing: { failDeploy: true, maxConcurrency: 1000 } });
    expect(resources('Custom::EcrCredentialsPublish')[0][1].Properties.failDeploy).toBe('true');
    expect(one('AWS::Lambda::EventSourceMapping', 'Credentials').Properties.ScalingConfig).toEqual({ MaximumConcurrency: 1000 });
  });

  test.each([1, 1001, 2.5])('refuse a concurrency of %d', (maxConcurrency) => {
    expect(() => credentials({ publishing: { maxConcurrency } })).toThrow(`'publishing.maxConcurrency' must be a whole number from 2 to 1000, got: ${maxConcurrency}; leave it out for 5`);
  });

  test('put the publisher into a VPC, with the rights that this takes', () => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc });
    credentials({ publishing: { vpc, securityGroups: [group], vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } } });
    expect(one('AWS::Lambda::Function', 'CredentialsPublisher').Properties.VpcConfig).toEqual({
      SecurityGroupIds: [{ 'Fn::GetAtt': [expect.stringMatching(/^Group/), 'GroupId'] }],
      SubnetIds: [{ Ref: expect.stringMatching(/^VpcPrivate/) }],
    });
    expect(one('AWS::Lambda::Function', 'CredentialsPublisher').DependsOn).toContainEqual(expect.stringMatching(/^CredentialsPublisherPolicy/));
    expect(publisherStatements().at(-1)).toEqual({
      Effect: 'Allow',
      Action: [
        'ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets', 'ec2:UnassignPrivateIpAddresses',
      ],
      Resource: '*',
    });
  });
});

test('a customer\'s key is used to read the secret, and by Secrets Manager only', () => {
  credentials({ encryptionKey: new kms.Key(stack, 'Key') });
  expect(publisherStatements()).toContainEqual({
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
    Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
  });
});

test('the dockercfg of older clients is published in the form that Docker reads', () => {
  credentials({ format: lib.CredentialsFormat.DOCKERCFG });
  expect(one('AWS::Lambda::Function', 'CredentialsPublisher').Properties.Environment.Variables.SECRET_FORMAT).toBe('dockercfg');
  expect(groups()).toMatchObject([{ form: 'config.json' }]);
});

describe('alarms', () => {
  const alarm = (id: string) => one('AWS::CloudWatch::Alarm', `CredentialsPublisher${id}`).Properties;
  const RUNBOOK = 'Runbook: https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md';

  test.each([
    [Duration.minutes(15), 9],
    [Duration.hours(3), 7.5],
    [Duration.hours(6), 3],
    [Duration.minutes(Lazy.number({ produce: () => 60 })), 3],
  ])('a copy that missed a round will expire: %s', (refreshInterval, hours) => {
    credentials({ refreshInterval });
    expect(alarm('AlarmExpiring')).toMatchObject({
      MetricName: 'TargetSecondsRemaining',
      Namespace: 'CdkEcrCi',
      Statistic: 'Minimum',
      Period: 3600,
      EvaluationPeriods: 1,
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: expect.stringMatching(/^CredentialsPublisherFunction/) } }],
      ComparisonOperator: 'LessThanThreshold',
      Threshold: hours * 3600,
      TreatMissingData: 'ignore',
      AlarmDescription: `A copy of the ECR credentials of Stack/Credentials was not renewed at its target and will expire. ${RUNBOOK}#a-copy-expiring`,
    });
  });

  test('a target that was given up, and a token that expires', () => {
    credentials();
    expect(alarm('AlarmDeadLetters')).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Namespace: 'AWS/SQS',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      AlarmDescription: `A target of Stack/Credentials was given up after its last attempt, until the next refresh. ${RUNBOOK}#a-target-given-up`,
    });
    expect(alarm('AlarmExpiringTokens')).toMatchObject({
      MetricName: 'ExpiringTokens',
      Statistic: 'Maximum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'ignore',
      AlarmDescription: `The token of a target of Stack/Credentials expires within 14 days. ${RUNBOOK}#a-token-expiring`,
    });
  });

  test('tell the topic', () => {
    credentials({ alarmTopic: new sns.Topic(stack, 'Topic') });
    for (const id of ['AlarmExpiring', 'AlarmDeadLetters', 'AlarmExpiringTokens']) {
      expect(alarm(id)).toMatchObject({ AlarmActions: [{ Ref: expect.stringMatching(/^Topic/) }], OKActions: [{ Ref: expect.stringMatching(/^Topic/) }] });
    }
  });
});

test('metrics are there to be looked at', () => {
  const publisher = credentials().publisher!;
  const shown = (metric: cloudwatch.Metric) => [metric.metricName, metric.statistic, Object.keys(metric.dimensions!), metric.period.toHours()];
  expect(shown(publisher.metricPublished())).toEqual(['PublishedTargets', 'Sum', ['FunctionName'], 1]);
  expect(shown(publisher.metricFailures())).toEqual(['FailedTargets', 'Sum', ['FunctionName'], 1]);
  expect(shown(publisher.metricDelayed())).toEqual(['DelayedTargets', 'Sum', ['FunctionName'], 1]);
  expect(publisher.metricTargetFailures('gitlab-variable project=1', { period: Duration.hours(3) }).dimensions).toMatchObject({ Target: 'gitlab-variable project=1' });
  expect(shown(publisher.metricExpiringTokens({ statistic: 'Average' }))).toEqual(['ExpiringTokens', 'Average', ['FunctionName'], 1]);
});

test('who may read how the targets stand reads the table and nothing else', () => {
  const user = new iam.User(stack, 'User');
  credentials().publisher!.grantReadStatus(user);
  expect(one('AWS::IAM::Policy', 'User').Properties.PolicyDocument.Statement).toEqual([
    { Effect: 'Allow', Action: 'dynamodb:Query', Resource: { 'Fn::GetAtt': [expect.stringMatching(/^CredentialsPublisherTargets/), 'Arn'] } },
  ]);
});

test('rights that are granted to the publisher come after the registration, too', () => {
  const publisher = credentials().publisher!;
  new secretsmanager.Secret(stack, 'Another').grantRead(publisher);
  const policies = resources('AWS::IAM::ManagedPolicy');
  expect(policies).toHaveLength(1);
  expect(JSON.stringify(policies)).toContain('Another');
  expect(publisher.grantPrincipal.policyFragment.principalJson).toEqual({ AWS: [expect.anything()] });
  expect(publisher.grantPrincipal.grantPrincipal).toBe(publisher.grantPrincipal);
});

test('a dashboard shows the targets, too', () => {
  const dashboard = new cloudwatch.Dashboard(stack, 'Dashboard');
  credentials().addToDashboard(dashboard);
  const body = JSON.stringify(one('AWS::CloudWatch::Dashboard', 'Dashboard').Properties.DashboardBody);
  expect(body).toContain('TargetSecondsRemaining');
  expect(body).toContain('FailedTargets');
});

test('two in a stack have nothing in common', () => {
  credentials();
  new lib.DockerCredentials(stack, 'Second', { targets: [variable('1')] });
  expect(resources('AWS::DynamoDB::Table')).toHaveLength(2);
  expect(resources('Custom::EcrCredentialsTargets')).toHaveLength(2);
});

test.each([['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov']])('in %s no ARN is of another partition', (region) => {
  const other = new Stack(new App(), 'Other', { env: { account: '111122223333', region } });
  new lib.DockerCredentials(other, 'Credentials', {
    encryptionKey: new kms.Key(other, 'Key'),
    targets: [lib.Target.gitlabVariable({ project: '1', token: secretsmanager.Secret.fromSecretNameV2(other, 'Token', 'token') })],
  });
  const template = Template.fromStack(other);
  expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
  template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
    PolicyDocument: { Statement: [Match.objectLike({ Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:secretsmanager:${region}:111122223333:secret:token-??????`]] } })] },
  });
});

describe('EcrCi', () => {
  test('passes targets on to its credentials', () => {
    const ci = new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], targets: [variable('1')], publishing: { maxConcurrency: 2 } });
    expect(ci.credentials!.publisher).toBeDefined();
    expect(one('AWS::Lambda::EventSourceMapping', 'Ci').Properties.ScalingConfig).toEqual({ MaximumConcurrency: 2 });
  });

  test('refuses them where it makes no dockercfg', () => {
    expect(() => new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], credentials: lib.DockerAccess.NONE, targets: [variable('1')] }))
      .toThrow('\'targets\' must be left out with DockerAccess.NONE, got: 1; let \'credentials\' be DockerAccess.PULL or DockerAccess.PULL_PUSH, or leave out the targets');
  });
});
