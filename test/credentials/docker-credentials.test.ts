import { App, Aws, CfnParameter, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import fc from 'fast-check';
import * as lib from '../../src';
import { RefreshEnvironment } from '../../src/private/contract';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
});

const LOG_STATEMENT = {
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Effect: 'Allow',
};
const TOKEN_STATEMENT = { Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' };

/** The one resource of a type. */
function only(type: string, of = stack): any {
  const found = Object.values(Template.fromStack(of).findResources(type));
  expect(found).toHaveLength(1);
  return found[0];
}

/** The alarm with that construct id. */
function alarm(id: string, of = stack): any {
  const [, found] = Object.entries(Template.fromStack(of).findResources('AWS::CloudWatch::Alarm')).find(([logicalId]) => logicalId.startsWith(`Credentials${id}`))!;
  return found;
}

/** Ids of the resources of a type. */
function idsOf(type: string, of = stack): string[] {
  return Object.keys(Template.fromStack(of).findResources(type));
}

/** What the refresher's role may do. */
function statementsOf(of = stack, role = 'CredentialsRole'): any[] {
  const policies: any[] = Object.values(Template.fromStack(of).findResources('AWS::IAM::Policy'));
  return policies
    .filter(({ Properties }) => Properties.Roles?.[0].Ref.startsWith(role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

describe('by default', () => {
  beforeEach(() => { new lib.DockerCredentials(stack, 'Credentials'); });

  test('the secret has no value, so that no deploy can overwrite the refresher\'s', () => {
    expect(only('AWS::SecretsManager::Secret')).toEqual({
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Description: 'dockercfg with fresh ECR credentials' },
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
    });
  });

  test('the refresher runs on Node 24 with a role of its own, and knows the secret', () => {
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 300,
      MemorySize: 256,
      Role: { 'Fn::GetAtt': [idsOf('AWS::IAM::Role').find((id) => id.startsWith('CredentialsRole')), 'Arn'] },
      LoggingConfig: { LogGroup: { Ref: idsOf('AWS::Logs::LogGroup')[0] } },
      Environment: { Variables: { SECRET_ARN: { Ref: idsOf('AWS::SecretsManager::Secret')[0] } } },
    });
  });

  test('the environment is what the handler requires, no more', () => {
    expect(Object.keys(only('AWS::Lambda::Function').Properties.Environment.Variables)).toEqual([RefreshEnvironment.SECRET_ARN]);
  });

  test('the role may get a token, use the secret and write its log, and nothing else', () => {
    expect(statementsOf()).toEqual([
      { ...LOG_STATEMENT, Resource: { 'Fn::GetAtt': [idsOf('AWS::Logs::LogGroup')[0], 'Arn'] } },
      {
        Action: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
        Effect: 'Allow',
        Resource: { Ref: idsOf('AWS::SecretsManager::Secret')[0] },
      },
      TOKEN_STATEMENT,
      { Action: 'sqs:SendMessage', Effect: 'Allow', Resource: { 'Fn::GetAtt': [idsOf('AWS::SQS::Queue')[0], 'Arn'] } },
    ]);
  });

  test('only Lambda can assume the role, which has no managed policy', () => {
    const role = Template.fromStack(stack).findResources('AWS::IAM::Role')[idsOf('AWS::IAM::Role').find((id) => id.startsWith('CredentialsRole'))!];
    expect(role.Properties).toEqual({
      Description: 'What is granted to this role is what the published ECR credentials can do',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
      },
    });
  });

  test('the schedule sends the stack\'s own registry every three hours', () => {
    Template.fromStack(stack).hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(3 hours)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: Match.objectLike({
        Arn: { 'Fn::GetAtt': [idsOf('AWS::Lambda::Function')[0], 'Arn'] },
        Input: {
          'Fn::Join': ['', [
            '{"registries":[{"kind":"ecr","region":"eu-west-1","accounts":["111122223333"],"hosts":["standard"]}],"urlSuffix":"', { Ref: 'AWS::URLSuffix' }, '"}',
          ]],
        },
      }),
    });
  });

  test('the refresher runs at deploy, once the role has its rights, and again when its code changes', () => {
    const run = only('Custom::EcrCredentialsRefresh');
    expect(run.Properties).toEqual({
      ServiceToken: { 'Fn::GetAtt': [idsOf('AWS::Lambda::Function')[0], 'Arn'] },
      ServiceTimeout: '360',
      request: {
        registries: [{ kind: 'ecr', region: 'eu-west-1', accounts: ['111122223333'], hosts: ['standard'] }],
        urlSuffix: { Ref: 'AWS::URLSuffix' },
      },
      codeKey: only('AWS::Lambda::Function').Properties.Code.S3Key,
    });
    expect(run.DependsOn).toEqual(expect.arrayContaining(idsOf('AWS::IAM::Policy').filter((id) => id.startsWith('CredentialsRole'))));
  });

  test('the log is kept for a month', () => {
    expect(only('AWS::Logs::LogGroup')).toEqual({
      Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete',
    });
  });

  test('the alarm goes off when two refreshes failed or did not happen, after the first run at deploy', () => {
    const expiring = alarm('AlarmExpiring');
    expect(expiring.Properties).toEqual({
      AlarmDescription: 'The ECR credentials of Stack/Credentials were not refreshed for 6 hours and will expire. '
        + 'Runbook: https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md#credentials-expiring',
      Namespace: 'CdkEcrCi',
      MetricName: 'SecondsRemaining',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: idsOf('AWS::Lambda::Function')[0] } }],
      Statistic: 'Minimum',
      Period: 3600,
      EvaluationPeriods: 6,
      Threshold: 10.5 * 3600,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    expect(expiring.DependsOn).toEqual([idsOf('Custom::EcrCredentialsRefresh')[0]]);
  });

  test('an alarm goes off when a registry failed in every run of an hour, so that an attempt that Lambda repeats with success is none', () => {
    expect(alarm('AlarmFailures').Properties).toEqual({
      AlarmDescription: 'A registry of Stack/Credentials failed in each run of an hour, and has its last good credentials at best. '
        + 'Runbook: https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md#a-registry-failing',
      Namespace: 'CdkEcrCi',
      MetricName: 'FailedRegistries',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: idsOf('AWS::Lambda::Function')[0] } }],
      Statistic: 'Minimum',
      Period: 3600,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'ignore',
    });
  });

  test('what was given up goes to an encrypted queue that wants TLS, and an alarm goes off', () => {
    const queue = idsOf('AWS::SQS::Queue')[0];
    expect(only('AWS::SQS::Queue').Properties).toEqual({ MessageRetentionPeriod: 14 * 86_400, SqsManagedSseEnabled: true });
    expect(only('AWS::SQS::QueuePolicy').Properties.PolicyDocument.Statement).toEqual([{
      Action: 'sqs:*',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }]);
    const arn = { 'Fn::GetAtt': [queue, 'Arn'] };
    expect(only('AWS::Lambda::Function').Properties.DeadLetterConfig).toEqual({ TargetArn: arn });
    expect(only('AWS::Scheduler::Schedule').Properties.Target.DeadLetterConfig).toEqual({ Arn: arn });
    expect(alarm('AlarmDeadLetters').Properties).toEqual({
      AlarmDescription: 'A refresh of Stack/Credentials was given up after its last attempt. '
        + 'Runbook: https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md#a-refresh-given-up',
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
      Statistic: 'Maximum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });
});

describe('format', () => {
  const { CONFIG_JSON, DOCKERCFG, JENKINS } = lib.CredentialsFormat;
  const requested = () => only('Custom::EcrCredentialsRefresh').Properties.request.format;

  test('config.json is the default and need not be said', () => {
    new lib.DockerCredentials(stack, 'Credentials', { format: CONFIG_JSON });
    expect(requested()).toBeUndefined();
  });

  test('the legacy dockercfg is asked for, by the schedule too', () => {
    new lib.DockerCredentials(stack, 'Credentials', { format: DOCKERCFG });
    expect(requested()).toBe('dockercfg');
    expect(JSON.stringify(only('AWS::Scheduler::Schedule').Properties.Target.Input)).toContain('\\"format\\":\\"dockercfg\\"');
    expect(only('AWS::SecretsManager::Secret').Properties).toEqual({ Description: 'dockercfg with fresh ECR credentials' });
  });

  test('for Jenkins the secret has the tags that its plugin looks for', () => {
    new lib.DockerCredentials(stack, 'Credentials', { format: JENKINS });
    expect(requested()).toBe('password');
    expect(only('AWS::SecretsManager::Secret').Properties).toEqual({
      Description: 'password of ECR that is always fresh',
      Tags: [{ Key: 'jenkins:credentials:type', Value: 'usernamePassword' }, { Key: 'jenkins:credentials:username', Value: 'AWS' }],
    });
  });

  test('the bare password may be that of ECR Public', () => {
    expect(() => new lib.DockerCredentials(stack, 'Credentials', { format: JENKINS, registries: [lib.Registry.ecrPublic()] })).not.toThrow();
  });

  test.each<[string, () => lib.Registry[]]>([
    ['two registries', () => [lib.Registry.ecr(), lib.Registry.ecrPublic()]],
    ['a login', () => [lib.Registry.fromSecret('ghcr.io', secretsmanager.Secret.fromSecretNameV2(stack, 'Login', 'login'))]],
  ])('the bare password fails for %s', (_name, registries) => {
    expect(() => new lib.DockerCredentials(stack, 'Credentials', { format: JENKINS, registries: registries() })).toThrow(
      'Stack/Credentials: 1 problem\n'
      + '  - \'format\' must be another than the bare password, which serves exactly one registry of ECR, got: \'password\' (8 characters); '
      + 'give each registry a DockerCredentials of its own, or leave it out for config.json');
  });
});

describe('readers', () => {
  const READ = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'];
  const account = { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::444455556666:root']] } };
  const viaService = { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' };
  const readers = [lib.CredentialsReader.account('444455556666'), lib.CredentialsReader.organization('o-abcdefghij')];

  test('of other accounts may read the secret, and decrypt with its key through Secrets Manager', () => {
    new lib.DockerCredentials(stack, 'Credentials', { encryptionKey: new kms.Key(stack, 'Key'), readers });
    expect(only('AWS::SecretsManager::ResourcePolicy').Properties).toEqual({
      SecretId: { Ref: idsOf('AWS::SecretsManager::Secret')[0] },
      ResourcePolicy: {
        Version: '2012-10-17',
        Statement: [
          { Action: READ, Effect: 'Allow', Principal: account, Resource: '*' },
          { Action: READ, Effect: 'Allow', Principal: { AWS: '*' }, Resource: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } } },
        ],
      },
    });
    expect(only('AWS::KMS::Key').Properties.KeyPolicy.Statement.slice(-2)).toEqual([
      { Action: 'kms:Decrypt', Effect: 'Allow', Principal: account, Resource: '*', Condition: { StringEquals: viaService } },
      {
        Action: 'kms:Decrypt',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij', ...viaService } },
      },
    ]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('need a statement in the policy of a key that was imported', () => {
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012');
    new lib.DockerCredentials(stack, 'Credentials', { encryptionKey, readers: [readers[1]] });
    Annotations.fromStack(stack).hasWarning('/Stack/Credentials', Match.stringLikeRegexp(
      'the policy of \'encryptionKey\' cannot be changed here; \'readers\' need this statement in it: \\{"Action":"kms:Decrypt".*"aws:PrincipalOrgID":"o-abcdefghij".*keyPolicy'));
  });

  test('fail without a key of the customer\'s', () => {
    expect(() => new lib.DockerCredentials(stack, 'Credentials', { readers: [readers[0]] })).toThrow(
      'Stack/Credentials: 1 problem\n'
      + '  - \'encryptionKey\' must be given when there are \'readers\', got: undefined; '
      + 'use a kms.Key: other accounts cannot use the account\'s own for Secrets Manager');
    expect(() => new lib.DockerCredentials(stack, 'NoReaders', { readers: [] })).not.toThrow();
  });

  test('fail for ids that are none', () => {
    const encryptionKey = new kms.Key(stack, 'Key');
    expect(() => new lib.DockerCredentials(stack, 'Credentials', {
      encryptionKey, readers: [lib.CredentialsReader.account('44445555666'), lib.CredentialsReader.organization('my-organization')],
    })).toThrow(/2 problems\n {2}- 'readers\[0\]\.account' must be an AWS account id of 12 digits.*\n {2}- 'readers\[1\]\.organization' must be the id of an organization/);
  });
});

test('replicaRegions have a copy of the secret', () => {
  new lib.DockerCredentials(stack, 'Credentials', { replicaRegions: [{ region: 'eu-central-1' }] });
  expect(only('AWS::SecretsManager::Secret').Properties.ReplicaRegions).toEqual([{ Region: 'eu-central-1' }]);
});

describe('roleName', () => {
  test('names the refresher\'s role', () => {
    const { role } = new lib.DockerCredentials(stack, 'Credentials', { roleName: 'docker-credentials' });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { RoleName: 'docker-credentials' });
    expect(stack.resolve(role.roleArn)).toEqual({ 'Fn::GetAtt': [idsOf('AWS::IAM::Role').find((id) => id.startsWith('CredentialsRole')), 'Arn'] });
  });

  test('fails for a name that IAM does not take', () => {
    expect(() => new lib.DockerCredentials(stack, 'Credentials', { roleName: 'a role' })).toThrow(
      '\'roleName\' must be 1 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -, got: \'a role\' (6 characters); choose another name, or leave it out for a generated one');
  });
});

test('addToDashboard adds a row with the credentials\' life, the registries that fail, and the alarms', () => {
  const dashboard = new cloudwatch.Dashboard(stack, 'Dashboard');
  new lib.DockerCredentials(stack, 'Credentials').addToDashboard(dashboard);
  const [function_] = idsOf('AWS::Lambda::Function');
  const alarms = ['AlarmExpiring', 'AlarmFailures', 'AlarmDeadLetters'].map((id) => idsOf('AWS::CloudWatch::Alarm').find((logicalId) => logicalId.startsWith(`Credentials${id}`)));
  // The body is a text with references in it.
  const text = only('AWS::CloudWatch::Dashboard').Properties.DashboardBody['Fn::Join'][1]
    .map((part: any) => (typeof part === 'string' ? part : part.Ref ?? part['Fn::GetAtt'].join('.'))).join('');
  const [remaining, failures, status] = JSON.parse(text).widgets;
  expect(remaining).toMatchObject({
    x: 0,
    width: 9,
    properties: {
      title: 'Stack/Credentials: seconds remaining',
      metrics: [['CdkEcrCi', 'SecondsRemaining', 'FunctionName', function_, { stat: 'Minimum', period: 3600 }]],
      annotations: { horizontal: [{ value: 37_800, label: expect.stringContaining('SecondsRemaining < 37800') }] },
    },
  });
  expect(failures).toMatchObject({
    x: 9,
    properties: {
      title: 'Stack/Credentials: registries that failed',
      metrics: [
        ['CdkEcrCi', 'FailedRegistries', 'FunctionName', function_, { label: 'all', stat: 'Sum', period: 3600 }],
        [{ expression: `SEARCH('{CdkEcrCi,FunctionName,Registry} MetricName="FailedRegistries" FunctionName="${function_}"', 'Sum')`, period: 3600 }],
      ],
    },
  });
  expect(status).toMatchObject({ x: 18, properties: { title: 'Stack/Credentials', alarms: alarms.map((id) => `${id}.Arn`) } });
});

describe('refreshInterval', () => {
  test.each<[Duration, string, number, number]>([
    [Duration.minutes(15), 'rate(15 minutes)', 2, 11.875 * 3600],
    [Duration.minutes(90), 'rate(90 minutes)', 4, 11.25 * 3600],
    [Duration.hours(4), 'rate(4 hours)', 8, 10 * 3600],
    [Duration.hours(6), 'rate(6 hours)', 8, 9 * 3600],
  ])('%s: the alarm waits for two runs, but never for more than eight hours', (refreshInterval, ScheduleExpression, EvaluationPeriods, Threshold) => {
    new lib.DockerCredentials(stack, 'Credentials', { refreshInterval });
    Template.fromStack(stack).hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression });
    expect(alarm('AlarmExpiring').Properties).toMatchObject({ EvaluationPeriods, Threshold });
  });

  test.each<[Duration, string]>([
    [Duration.minutes(14), '14 minutes'],
    [Duration.minutes(361), '6 hours 1 minute'],
    [Duration.hours(12), '12 hours'],
    [Duration.seconds(1000), '16 minutes 40 seconds'],
  ])('fails for %s', (refreshInterval, got) => {
    expect(() => new lib.DockerCredentials(stack, 'Credentials', { refreshInterval })).toThrow(
      'Stack/Credentials: 1 problem\n'
      + `  - 'refreshInterval' must be 15 minutes to 6 hours, in whole minutes, got: '${got}' (${got.length} characters); `
      + 'leave it out for 3 hours: a token lives 12 hours, and a late refresh must not be noticed');
  });

  test('takes a value that is only known at deploy, with the alarm of the longest interval', () => {
    const minutes = new CfnParameter(stack, 'Minutes', { type: 'Number' });
    new lib.DockerCredentials(stack, 'Credentials', { refreshInterval: Duration.minutes(minutes.valueAsNumber) });
    expect(alarm('AlarmExpiring').Properties).toMatchObject({ EvaluationPeriods: 8, Threshold: 9 * 3600 });
  });
});

describe('secretName', () => {
  test('names the secret', () => {
    new lib.DockerCredentials(stack, 'Credentials', { secretName: 'ci/dockercfg' });
    expect(only('AWS::SecretsManager::Secret').Properties.Name).toBe('ci/dockercfg');
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('takes exactly the names that Secrets Manager takes', () => {
    fc.assert(fc.property(fc.string({ maxLength: 20 }), (secretName) => {
      const define = () => new lib.DockerCredentials(new Stack(), 'Credentials', { secretName });
      if (secretName !== '' && [...secretName].every((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+=.@-'.includes(c))) {
        expect(define).not.toThrow();
      } else {
        expect(define).toThrow('\'secretName\' must be 1 to 512 of the characters A-Z a-z 0-9 / _ + = . @ -, got: ');
      }
    }), { numRuns: 30 });
    expect(() => new lib.DockerCredentials(stack, 'Credentials', { secretName: 'x'.repeat(513) })).toThrow('(513 characters)');
  });

  test('warns of an ending that looks like an ARN\'s', () => {
    new lib.DockerCredentials(stack, 'Credentials', { secretName: 'my-docker' });
    Annotations.fromStack(stack).hasWarning('/Stack/Credentials', Match.stringLikeRegexp('got: \'my-docker\'.*\\[ack: cdk-ecr-ci:DockerCredentials.secretNameSuffix\\]'));
  });

  test('takes a token', () => {
    new lib.DockerCredentials(stack, 'Credentials', { secretName: `${Aws.STACK_NAME}-dockercfg` });
    expect(only('AWS::SecretsManager::Secret').Properties.Name).toEqual({ 'Fn::Join': ['', [{ Ref: 'AWS::StackName' }, '-dockercfg']] });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('every problem is in one error', () => {
    expect(() => new lib.DockerCredentials(stack, 'Credentials', { secretName: 'a b', refreshInterval: Duration.hours(7) }))
      .toThrow(/^Stack\/Credentials: 2 problems\n {2}- 'refreshInterval' must .*\n {2}- 'secretName' must .*got: 'a b' \(3 characters\); choose another name, or leave it out for a generated one$/);
  });
});

test('encryptionKey encrypts the secret, and the refresher may use it through Secrets Manager only', () => {
  const encryptionKey = new kms.Key(stack, 'Key');
  new lib.DockerCredentials(stack, 'Credentials', { encryptionKey });
  const key = { 'Fn::GetAtt': [idsOf('AWS::KMS::Key')[0], 'Arn'] };
  expect(only('AWS::SecretsManager::Secret').Properties.KmsKeyId).toEqual(key);
  expect(statementsOf()).toContainEqual({
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Effect: 'Allow',
    Resource: key,
    Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
  });
});

test('alarmTopic is told when an alarm goes off and when it ends', () => {
  new lib.DockerCredentials(stack, 'Credentials', { alarmTopic: new sns.Topic(stack, 'Topic') });
  const topic = [{ Ref: idsOf('AWS::SNS::Topic')[0] }];
  for (const id of ['AlarmExpiring', 'AlarmFailures', 'AlarmDeadLetters']) {
    expect(alarm(id).Properties).toMatchObject({ AlarmActions: topic, OKActions: topic });
  }
});

test('logRetention and removalPolicy are taken', () => {
  new lib.DockerCredentials(stack, 'Credentials', { logRetention: logs.RetentionDays.ONE_WEEK, removalPolicy: RemovalPolicy.RETAIN });
  expect(only('AWS::Logs::LogGroup')).toMatchObject({ Properties: { RetentionInDays: 7 }, DeletionPolicy: 'Retain' });
  expect(only('AWS::SecretsManager::Secret')).toMatchObject({ DeletionPolicy: 'Retain' });
});

test('encryptionKey may be imported', () => {
  const arn = 'arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012';
  new lib.DockerCredentials(stack, 'Credentials', { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', arn) });
  expect(statementsOf()).toContainEqual(expect.objectContaining({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: arn }));
});

describe('grants', () => {
  test('what is granted to it goes to the refresher\'s role: that is what the dockercfg can do', () => {
    const credentials = new lib.DockerCredentials(stack, 'Credentials');
    const repository = new ecr.Repository(stack, 'Repository');
    repository.grantPull(credentials);
    expect(statementsOf()).toContainEqual({
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      Effect: 'Allow',
      Resource: { 'Fn::GetAtt': [idsOf('AWS::ECR::Repository')[0], 'Arn'] },
    });
  });

  test('grantRead lets a principal read the dockercfg, and no more', () => {
    const credentials = new lib.DockerCredentials(stack, 'Credentials');
    const grant = credentials.grantRead(new iam.User(stack, 'Reader'));
    expect(grant.success).toBe(true);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      Users: [{ Ref: idsOf('AWS::IAM::User')[0] }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [{
          Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
          Effect: 'Allow',
          Resource: { Ref: idsOf('AWS::SecretsManager::Secret')[0] },
        }],
      },
    });
  });
});

describe('metrics', () => {
  test('carry the names that the refresher writes', () => {
    const credentials = new lib.DockerCredentials(stack, 'Credentials');
    const metrics = [credentials.metricSecondsRemaining(), credentials.metricRefreshFailures()]
      .map((metric) => stack.resolve(metric.toMetricConfig().metricStat));
    const dimensions = [{ name: 'FunctionName', value: { Ref: idsOf('AWS::Lambda::Function')[0] } }];
    expect(metrics[0]).toMatchObject({ namespace: 'CdkEcrCi', metricName: 'SecondsRemaining', statistic: 'Minimum', dimensions });
    expect(metrics[1]).toMatchObject({ namespace: 'CdkEcrCi', metricName: 'FailedRegistries', statistic: 'Sum', dimensions });
    expect(credentials.metricSecondsRemaining().period).toEqual(Duration.hours(1));
  });

  test('of one registry, and of the secret\'s size', () => {
    const credentials = new lib.DockerCredentials(stack, 'Credentials');
    const [registry, size] = [credentials.metricRegistryFailures('ghcr.io'), credentials.metricSecretBytes()]
      .map((metric) => stack.resolve(metric.toMetricConfig().metricStat));
    const dimension = { name: 'FunctionName', value: { Ref: idsOf('AWS::Lambda::Function')[0] } };
    expect(registry).toMatchObject({
      namespace: 'CdkEcrCi', metricName: 'FailedRegistries', statistic: 'Sum', dimensions: [dimension, { name: 'Registry', value: 'ghcr.io' }],
    });
    expect(size).toMatchObject({ namespace: 'CdkEcrCi', metricName: 'SecretBytes', statistic: 'Maximum', dimensions: [dimension] });
  });

  test('take options', () => {
    const metric = new lib.DockerCredentials(stack, 'Credentials').metricRefreshFailures({ period: Duration.minutes(5), statistic: 'Maximum' });
    expect(metric).toMatchObject({ period: Duration.minutes(5), statistic: 'Maximum' });
  });
});

test('two in one stack have nothing in common', () => {
  new lib.DockerCredentials(stack, 'Push');
  new lib.DockerCredentials(stack, 'Pull');
  const template = Template.fromStack(stack);
  for (const type of ['AWS::SecretsManager::Secret', 'AWS::Lambda::Function', 'AWS::Scheduler::Schedule', 'AWS::Logs::LogGroup', 'AWS::SQS::Queue']) {
    template.resourceCountIs(type, 2);
  }
  template.resourceCountIs('AWS::CloudWatch::Alarm', 6);
  expect(statementsOf(stack, 'PushRole')).toHaveLength(4);
  expect(JSON.stringify(statementsOf(stack, 'PushRole'))).not.toContain('Pull');
});

test.each([
  ['cn-north-1', 'arn:aws-cn:'],
  ['us-gov-west-1', 'arn:aws-us-gov:'],
])('in %s no ARN or host of another partition is written', (region) => {
  const other = new Stack(new App(), 'Stack', { env: { account: '111122223333', region } });
  new lib.DockerCredentials(other, 'Credentials', { encryptionKey: new kms.Key(other, 'Key') });
  const text = JSON.stringify(Template.fromStack(other).toJSON());
  expect(text).not.toMatch(/arn:aws[:-]/);
  expect(text).not.toContain(`dkr.ecr.${region}.amazonaws.com`);
});

test('in a stack without an environment the account and the region are those of the deploy', () => {
  const agnostic = new Stack(new App(), 'Stack');
  new lib.DockerCredentials(agnostic, 'Credentials');
  expect(only('Custom::EcrCredentialsRefresh', agnostic).Properties.request).toEqual({
    registries: [{ kind: 'ecr', region: { Ref: 'AWS::Region' }, accounts: [{ Ref: 'AWS::AccountId' }], hosts: ['standard'] }],
    urlSuffix: { Ref: 'AWS::URLSuffix' },
  });
});
