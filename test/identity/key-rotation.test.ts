import { App, Aws, CfnParameter, Duration, Lazy, Stack, type StackProps } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as lib from '../../src';

function stackIn(region = 'eu-west-1', env: StackProps['env'] = { account: '111122223333', region }): Stack {
  return new Stack(new App(), 'Stack', { env });
}

let stack: Stack;
beforeEach(() => { stack = stackIn(); });

/** Logical ids of a type; the only one unless more are asked for. */
function ids(template: Template, type: string, properties?: object): string[] {
  return Object.keys(template.findResources(type, properties && { Properties: properties }));
}

function rotating(props: lib.CiUserProps = {}): { user: lib.CiUser; template: Template } {
  const user = new lib.CiUser(stack, 'User', { keyRotation: Duration.days(30), ...props });
  return { user, template: Template.fromStack(stack) };
}

describe('with keyRotation', () => {
  test('no key and no value of the secret is in the template', () => {
    const { template } = rotating();
    template.resourceCountIs('AWS::IAM::AccessKey', 0);
    expect(Object.values(template.findResources('AWS::SecretsManager::Secret'))).toEqual([{
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Description: 'Access key of the IAM user of a CI system' },
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
    }]);
  });

  test('the secret is the one that a user without rotation has, so that its readers stay', () => {
    const other = stackIn();
    new lib.CiUser(other, 'User');
    expect(ids(rotating().template, 'AWS::SecretsManager::Secret')).toEqual(ids(Template.fromStack(other), 'AWS::SecretsManager::Secret'));
  });

  test('the Lambda knows the user, the secret and the grace', () => {
    const { user, template } = rotating();
    const [userId] = ids(template, 'AWS::IAM::User');
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Rotates the access key of the IAM user of a CI system',
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      MemorySize: 256,
      Timeout: 600,
      Role: { 'Fn::GetAtt': [ids(template, 'AWS::IAM::Role', { Description: 'Rotates the access key of one IAM user' })[0], 'Arn'] },
      LoggingConfig: { LogGroup: { Ref: ids(template, 'AWS::Logs::LogGroup')[0] } },
      Environment: {
        Variables: {
          SECRET_ARN: { Ref: ids(template, 'AWS::SecretsManager::Secret')[0] },
          USER_NAME: { Ref: userId },
          USER_ARN: { 'Fn::GetAtt': [userId, 'Arn'] },
          GRACE_SECONDS: '86400',
        },
      },
    });
    expect(stack.resolve(user.keyRotationFunction!.functionName)).toEqual({ Ref: ids(template, 'AWS::Lambda::Function')[0] });
    template.hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
  });

  test('its role may do this on the one user and the one secret, and nothing else', () => {
    const { template } = rotating();
    const userArn = { 'Fn::GetAtt': [ids(template, 'AWS::IAM::User')[0], 'Arn'] };
    const [roleId] = ids(template, 'AWS::IAM::Role', { Description: 'Rotates the access key of one IAM user' });
    const [policy] = Object.values(template.findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: roleId }] } }));
    expect(policy.Properties.PolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [ids(template, 'AWS::Logs::LogGroup')[0], 'Arn'] } },
      {
        Effect: 'Allow',
        Action: ['iam:CreateAccessKey', 'iam:DeleteAccessKey', 'iam:ListAccessKeys', 'iam:ListUserTags', 'iam:UpdateAccessKey'],
        Resource: userArn,
      },
      {
        Effect: 'Allow',
        Action: ['iam:TagUser', 'iam:UntagUser'],
        Resource: userArn,
        Condition: {
          'ForAllValues:StringLike': { 'aws:TagKeys': ['cdk-ecr-ci:key:*', 'cdk-ecr-ci:creating:*'] },
          'Null': { 'aws:TagKeys': 'false' },
        },
      },
      {
        Effect: 'Allow',
        Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
        Resource: { Ref: ids(template, 'AWS::SecretsManager::Secret')[0] },
      },
    ]);
    expect(template.findResources('AWS::IAM::Role')[roleId].Properties.ManagedPolicyArns).toBeUndefined();
  });

  test('Secrets Manager may call it, for this account, and rotates on the schedule; not at once, after the first key', () => {
    const { template } = rotating();
    const [functionId] = ids(template, 'AWS::Lambda::Function');
    const [permissionId] = ids(template, 'AWS::Lambda::Permission');
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      FunctionName: { 'Fn::GetAtt': [functionId, 'Arn'] },
      Principal: 'secretsmanager.amazonaws.com',
      SourceAccount: '111122223333',
    });
    template.hasResource('AWS::SecretsManager::RotationSchedule', {
      Properties: {
        SecretId: { Ref: ids(template, 'AWS::SecretsManager::Secret')[0] },
        RotationLambdaARN: { 'Fn::GetAtt': [functionId, 'Arn'] },
        RotationRules: { ScheduleExpression: 'rate(30 days)' },
        RotateImmediatelyOnUpdate: false,
      },
      DependsOn: Match.arrayWith([ids(template, 'Custom::CiUserFirstKey')[0], functionId, permissionId]),
    });
  });

  test('the first key is made at deploy and the keys are deleted before the user and the role\'s rights', () => {
    const { template } = rotating();
    const [policyId] = ids(template, 'AWS::IAM::Policy', { PolicyName: Match.stringLikeRegexp('KeyRotationRole') });
    template.hasResource('Custom::CiUserFirstKey', {
      Properties: {
        ServiceToken: { 'Fn::GetAtt': [ids(template, 'AWS::Lambda::Function')[0], 'Arn'] },
        ServiceTimeout: '660',
        userName: { Ref: ids(template, 'AWS::IAM::User')[0] },
      },
      DependsOn: Match.arrayWith([ids(template, 'AWS::SecretsManager::Secret')[0], policyId]),
    });
  });

  test('replaced keys are retired hourly', () => {
    rotating().template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 hour)',
      State: 'ENABLED',
      Target: Match.objectLike({ Input: '{"retire":true}' }),
    });
  });

  test.each<[Duration, string, string]>([
    [Duration.hours(4), 'rate(4 hours)', '7200'],
    [Duration.hours(5), 'rate(5 hours)', '9000'],
    [Duration.minutes(300), 'rate(5 hours)', '9000'],
    [Duration.days(1), 'rate(1 day)', '43200'],
    [Duration.days(2), 'rate(2 days)', '86400'],
    [Duration.days(1000), 'rate(1000 days)', '86400'],
  ])('%s rotates at %s, with a default grace of %s seconds', (keyRotation, expression, grace) => {
    const { template } = rotating({ keyRotation });
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', { RotationRules: { ScheduleExpression: expression } });
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { GRACE_SECONDS: grace } } });
  });

  test('keyGrace is how long a replaced key works', () => {
    rotating({ keyGrace: Duration.days(7) }).template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { GRACE_SECONDS: '604800' } },
    });
  });

  test('takes tokens: the rotation in days, the grace in seconds', () => {
    const days = new CfnParameter(stack, 'Days', { type: 'Number' });
    const keyGrace = Duration.seconds(Lazy.number({ produce: () => 5000 }));
    const { template } = rotating({ keyRotation: Duration.days(days.valueAsNumber), keyGrace });
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { ScheduleExpression: { 'Fn::Join': ['', ['rate(', { Ref: 'Days' }, ' days)']] } },
    });
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { GRACE_SECONDS: '5000' } } });
    // Taken for the longest that Secrets Manager has.
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'KeyAgeSeconds', Threshold: 1000 * 86400 + 26 * 3600 });
  });

  test('a rotation that is a token has a grace of a day', () => {
    rotating({ keyRotation: Duration.days(Lazy.number({ produce: () => 1 })) }).template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { GRACE_SECONDS: '86400' } },
    });
  });

  test('a key of KMS is used through Secrets Manager, also one that was imported', () => {
    const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000';
    const { template } = rotating({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', keyArn) });
    template.hasResourceProperties('AWS::SecretsManager::Secret', { KmsKeyId: keyArn });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([{
          Effect: 'Allow',
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Resource: keyArn,
          Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
        }]),
      },
    });
  });

  test('two in one stack have all of their own', () => {
    new lib.CiUser(stack, 'Other', { keyRotation: Duration.days(1) });
    const { template } = rotating();
    for (const type of ['AWS::Lambda::Function', 'AWS::SecretsManager::RotationSchedule', 'Custom::CiUserFirstKey', 'AWS::Scheduler::Schedule']) {
      template.resourceCountIs(type, 2);
    }
    expect(new Set(Object.values(template.findResources('AWS::SecretsManager::RotationSchedule')).map(({ Properties }) => Properties.SecretId.Ref)).size).toBe(2);
  });

  test.each([['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov']])('in %s every ARN is of the partition %s', (region, partition) => {
    stack = stackIn(region);
    const { template } = rotating({ alarmTopic: sns.Topic.fromTopicArn(stack, 'Topic', `arn:${partition}:sns:${region}:111122223333:alarms`) });
    expect(JSON.stringify(template.toJSON()).match(/arn:aws:/g)).toBeNull();
  });

  test('in any environment the account is the stack\'s', () => {
    stack = new Stack(new App(), 'Any');
    rotating().template.hasResourceProperties('AWS::Lambda::Permission', { SourceAccount: { Ref: 'AWS::AccountId' } });
  });
});

describe('the alarms', () => {
  test('go off when a rotation or a retirement failed', () => {
    const { user, template } = rotating();
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: ids(template, 'AWS::Lambda::Function')[0] } }],
      Statistic: 'Sum',
      Period: 3600,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      TreatMissingData: 'notBreaching',
      AlarmDescription: 'The access key of Stack/User could not be rotated, or a replaced one not be retired. The key in use still works. '
        + 'Runbook: https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md#key-rotation-failed',
    });
    expect(stack.resolve(user.alarmKeyRotationFailed!.alarmArn)).toEqual({ 'Fn::GetAtt': [ids(template, 'AWS::CloudWatch::Alarm', { MetricName: 'Errors' })[0], 'Arn'] });
  });

  test.each<[Duration, number]>([
    [Duration.hours(4), 7], [Duration.hours(30), 33], [Duration.days(1), 50], [Duration.days(30), 30 * 24 + 26],
  ])('go off when a key that is rotated every %s is older than %d hours, or of unknown age', (keyRotation, hours) => {
    const { user, template } = rotating({ keyRotation });
    template.hasResource('AWS::CloudWatch::Alarm', {
      Properties: {
        Namespace: 'CdkEcrCi',
        MetricName: 'KeyAgeSeconds',
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: ids(template, 'AWS::Lambda::Function')[0] } }],
        Statistic: 'Maximum',
        Period: 3600,
        EvaluationPeriods: 3,
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: hours * 3600,
        TreatMissingData: 'breaching',
        AlarmDescription: 'The access key of Stack/User was not rotated in time, or its age is not known. '
          + 'Runbook: https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/runbook.md#key-too-old',
      },
      DependsOn: [ids(template, 'Custom::CiUserFirstKey')[0]],
    });
    expect(stack.resolve(user.alarmKeyTooOld!.alarmArn)).toEqual({ 'Fn::GetAtt': [ids(template, 'AWS::CloudWatch::Alarm', { MetricName: 'KeyAgeSeconds' })[0], 'Arn'] });
  });

  test('have no action unless there is a topic, which is told of the beginning and the end', () => {
    for (const alarm of Object.values(rotating().template.findResources('AWS::CloudWatch::Alarm'))) {
      expect([alarm.Properties.AlarmActions, alarm.Properties.OKActions]).toEqual([undefined, undefined]);
    }
    stack = stackIn();
    const alarmTopic = new sns.Topic(stack, 'Topic');
    const { template } = rotating({ alarmTopic });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [stack.resolve(alarmTopic.topicArn)], OKActions: [stack.resolve(alarmTopic.topicArn)] });
  });

  test('EcrCi gives its topic to the user', () => {
    const alarmTopic = new sns.Topic(stack, 'Topic');
    new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], alarmTopic, identity: lib.CiIdentity.user({ keyRotation: Duration.days(30) }) });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 5);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [stack.resolve(alarmTopic.topicArn)] });
  });

  test('the metric of the key\'s age can be used elsewhere', () => {
    const { user } = rotating();
    expect(stack.resolve(user.metricKeyAge({ period: Duration.minutes(5) }))).toMatchObject({ metricName: 'KeyAgeSeconds', namespace: 'CdkEcrCi', statistic: 'Maximum', period: { amount: 5 } });
  });
});

describe('without keyRotation', () => {
  test('there is no Lambda, no schedule and no alarm, also with a topic', () => {
    const user = new lib.CiUser(stack, 'User', { alarmTopic: new sns.Topic(stack, 'Topic') });
    const template = Template.fromStack(stack);
    for (const type of ['AWS::Lambda::Function', 'AWS::SecretsManager::RotationSchedule', 'AWS::Scheduler::Schedule', 'AWS::CloudWatch::Alarm']) {
      template.resourceCountIs(type, 0);
    }
    expect([user.keyRotationFunction, user.alarmKeyRotationFailed, user.alarmKeyTooOld]).toEqual([undefined, undefined, undefined]);
  });

  test('fails for the metric of the key\'s age', () => {
    expect(() => new lib.CiUser(stack, 'User').metricKeyAge()).toThrow(
      'Stack/User: 1 problem\n  - \'keyRotation\' must be given for this metric, got: undefined; the age of a key is measured only where it is rotated');
  });
});

describe('bad input', () => {
  test.each<[string, Duration, string]>([
    ['shorter than 4 hours', Duration.hours(3), '3 hours'],
    ['longer than 1,000 days', Duration.days(1001), '1001 days'],
    ['not in whole hours', Duration.minutes(250), '4 hours 10 minutes'],
  ])('fails for a rotation %s', (_what, keyRotation, got) => {
    expect(() => new lib.CiUser(stack, 'User', { keyRotation })).toThrow(new Error(
      `Stack/User: 1 problem\n  - 'keyRotation' must be 4 hours to 1,000 days, in whole hours, got: '${got}' (${got.length} characters); `
      + 'give it as Secrets Manager takes it, such as Duration.days(30)'));
  });

  test.each<[string, Duration, string]>([
    ['as long as the rotation', Duration.days(30), '30 days'], ['longer than it', Duration.days(31), '31 days'], ['shorter than an hour', Duration.minutes(59), '59 minutes'],
  ])('fails for a grace %s', (_what, keyGrace, got) => {
    expect(() => rotating({ keyGrace })).toThrow(new Error(
      `Stack/User: 1 problem\n  - 'keyGrace' must be at least 1 hour and shorter than 'keyRotation', got: '${got}' (${got.length} characters); `
      + 'leave it out for a day, or half the rotation if that is shorter: the next rotation needs the old key\'s place'));
  });

  test('fails for a grace without a rotation', () => {
    expect(() => new lib.CiUser(stack, 'User', { keyGrace: Duration.days(1) })).toThrow(
      '\'keyGrace\' must be left out without \'keyRotation\', got: \'1 day\' (5 characters); add \'keyRotation\', or leave out the grace: a key that is never replaced needs none');
  });

  test('takes the shortest and the longest', () => {
    new lib.CiUser(stack, 'A', { keyRotation: Duration.hours(4), keyGrace: Duration.hours(1) });
    new lib.CiUser(stack, 'B', { keyRotation: Duration.days(1000), keyGrace: Duration.hours(1000 * 24).minus(Duration.seconds(1)) });
    new lib.CiUser(stack, 'C', { keyRotation: Duration.days(Lazy.number({ produce: () => 1 })), keyGrace: Duration.days(900) });
    Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::RotationSchedule', 3);
  });

  test('fails with all of it in one error', () => {
    expect(() => new lib.CiUser(stack, 'User', { userName: 'my user', keyRotation: Duration.hours(1), keyGrace: Duration.hours(2), allowedCidrs: ['x'], allowedVpcs: [] }))
      .toThrow(/^Stack\/User: 5 problems\n  - 'userName' .*\n  - 'keyRotation' .*\n  - 'keyGrace' .*\n  - 'allowedCidrs\[0\]' .*\n  - 'allowedVpcs' must be at least one VPC/);
  });
});

describe('grantReadKey', () => {
  test('lets a principal read the secret, and use its key of KMS', () => {
    const role = new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    const user = new lib.CiUser(stack, 'User', { keyRotation: Duration.days(30), encryptionKey: new kms.Key(stack, 'Key') });
    expect(user.grantReadKey(role).success).toBe(true);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [stack.resolve(role.roleName)],
      PolicyDocument: {
        Statement: Match.arrayWith([{
          Effect: 'Allow', Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], Resource: stack.resolve(user.accessKeySecret.secretArn),
        }]),
      },
    });
    expect(JSON.stringify(template.findResources('AWS::KMS::Key'))).toContain(JSON.stringify(stack.resolve(role.roleArn)));
  });
});

describe('allowedCidrs and allowedVpcs', () => {
  const denials = (props: lib.CiUserProps): unknown[] => {
    new lib.CiUser(stack, 'User', props);
    return Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement).filter(({ Effect }: { Effect: string }) => Effect === 'Deny');
  };
  const vpc = (id: string) => ec2.Vpc.fromVpcAttributes(stack, id, { vpcId: `vpc-${id}`, availabilityZones: ['eu-west-1a'] });

  test('deny what comes from elsewhere, but for what AWS services call', () => {
    expect(denials({ allowedCidrs: ['203.0.113.0/24', '2001:db8::/32'], allowedVpcs: [vpc('a'), vpc('b')] })).toEqual([{
      Sid: 'OnlyFromAllowedSources',
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: {
        NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '2001:db8::/32'] },
        StringNotEquals: { 'aws:SourceVpc': ['vpc-a', 'vpc-b'] },
        Bool: { 'aws:ViaAWSService': 'false' },
      },
    }]);
  });

  test('may each be given alone', () => {
    expect(denials({ allowedCidrs: ['203.0.113.7/32'] })).toMatchObject([{ Condition: { NotIpAddress: { 'aws:SourceIp': ['203.0.113.7/32'] }, Bool: {} } }]);
    stack = stackIn();
    const [denial] = denials({ allowedVpcs: [vpc('a')] }) as any[];
    expect(denial.Condition).toEqual({ StringNotEquals: { 'aws:SourceVpc': ['vpc-a'] }, Bool: { 'aws:ViaAWSService': 'false' } });
  });

  test('deny nothing when neither is given', () => {
    expect(denials({})).toEqual([]);
  });

  test.each(['203.0.113.0', '203.0.113.0/33', '203.0.113.0/0', '0.0.0.0/0', '::/0', '2001:db8::/129', '203.0.113/24', 'x/8', '/8', '203.0.113.0/', '203.0.113.0/a', ''])(
    'fail for %s', (cidr) => {
      expect(() => denials({ allowedCidrs: ['203.0.113.0/24', cidr] })).toThrow(
        `'allowedCidrs[1]' must be an IPv4 or IPv6 CIDR that does not hold every address, got: '${cidr}' (${cidr.length} characters); `
        + 'write it such as \'203.0.113.0/24\' or \'2001:db8::/32\'');
    });

  test('fail for an empty list', () => {
    expect(() => denials({ allowedCidrs: [] })).toThrow('\'allowedCidrs\' must be at least one CIDR, got: []; name one, or leave it out to allow every address');
    expect(() => denials({ allowedVpcs: [] })).toThrow('\'allowedVpcs\' must be at least one VPC, got: []; name one, or leave it out');
  });

  test.each(['1.2.3.4/1', '1.2.3.4/32', '::1/128', '2001:db8::/1'])('take %s', (cidr) => {
    expect(denials({ allowedCidrs: [cidr] })).toHaveLength(1);
  });

  test('take tokens', () => {
    const cidr = new CfnParameter(stack, 'Cidr');
    expect(denials({ allowedCidrs: [cidr.valueAsString, `${Aws.REGION}/8`] })).toHaveLength(1);
    stack = stackIn();
    const list = new CfnParameter(stack, 'Cidrs', { type: 'CommaDelimitedList' });
    expect(denials({ allowedCidrs: list.valueAsList })).toMatchObject([{ Condition: { NotIpAddress: { 'aws:SourceIp': { Ref: 'Cidrs' } } } }]);
  });
});
