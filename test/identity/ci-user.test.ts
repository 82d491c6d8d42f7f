import { App, Aws, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lib from '../../src';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
});

test('has an access key, kept in a secret that the template only refers to', () => {
  const user = new lib.CiUser(stack, 'User');
  const template = Template.fromStack(stack);
  const [userId] = Object.keys(template.findResources('AWS::IAM::User'));
  const [keyId] = Object.keys(template.findResources('AWS::IAM::AccessKey'));
  template.hasResourceProperties('AWS::IAM::AccessKey', { UserName: { Ref: userId } });
  const [[secretId, secret]] = Object.entries(template.findResources('AWS::SecretsManager::Secret'));
  expect(secret).toEqual({
    Type: 'AWS::SecretsManager::Secret',
    Properties: {
      Description: 'Access key of the IAM user of a CI system',
      SecretString: {
        'Fn::Join': ['', [
          '{"Version":1,"AccessKeyId":"', { Ref: keyId }, '","SecretAccessKey":"', { 'Fn::GetAtt': [keyId, 'SecretAccessKey'] }, '"}',
        ]],
      },
    },
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
  });
  expect(stack.resolve(user.accessKeySecret.secretArn)).toEqual({ Ref: secretId });
});

test('has no rights, no password and no output', () => {
  new lib.CiUser(stack, 'User');
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::IAM::Policy', 0);
  template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  expect(Object.values(template.findResources('AWS::IAM::User'))[0].Properties).toBeUndefined();
  expect(template.toJSON().Outputs).toBeUndefined();
});

test('takes what an IAM user takes', () => {
  new lib.CiUser(stack, 'User', {
    userName: 'ci', path: '/ci/', managedPolicies: [iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Policy', 'arn:aws:iam::111122223333:policy/ci')],
  });
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::User', {
    UserName: 'ci', Path: '/ci/', ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/ci'],
  });
});

test('encryptionKey encrypts the secret', () => {
  new lib.CiUser(stack, 'User', { encryptionKey: new kms.Key(stack, 'Key') });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::SecretsManager::Secret', {
    KmsKeyId: { 'Fn::GetAtt': [Object.keys(template.findResources('AWS::KMS::Key'))[0], 'Arn'] },
  });
});

test('is granted to as any IAM user', () => {
  const repository = new ecr.Repository(stack, 'Repository');
  repository.grantRead(new lib.CiUser(stack, 'User'));
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
    Users: [{ Ref: Object.keys(template.findResources('AWS::IAM::User'))[0] }],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [{
        Action: ['ecr:DescribeImages', 'ecr:DescribeRepositories'],
        Effect: 'Allow',
        Resource: { 'Fn::GetAtt': [Object.keys(template.findResources('AWS::ECR::Repository'))[0], 'Arn'] },
      }],
    },
  });
});

test('fails for a name and a path that IAM refuses, with both in one error', () => {
  expect(() => new lib.CiUser(stack, 'User', { userName: 'my user', path: 'ci' })).toThrow(new Error([
    'Stack/User: 2 problems',
    '  - \'userName\' must be 1 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -, got: \'my user\' (7 characters); '
    + 'choose another name, or leave it out for a generated one',
    '  - \'path\' must be a path of at most 512 printable characters that begins and ends with /, got: \'ci\' (2 characters); '
    + 'write it such as \'/ci/\', or leave it out for \'/\'',
  ].join('\n')));
  expect(() => new lib.CiUser(stack, 'User', { userName: 'x'.repeat(65) })).toThrow('(65 characters)');
  expect(() => new lib.CiUser(stack, 'User', { path: `/${'x'.repeat(511)}/` })).toThrow('(513 characters)');
});

test('takes the longest name and path, and tokens', () => {
  new lib.CiUser(stack, 'Longest', { userName: 'x'.repeat(64), path: `/${'x'.repeat(510)}/` });
  new lib.CiUser(stack, 'Root', { path: '/' });
  new lib.CiUser(stack, 'Token', { userName: `${Aws.STACK_NAME} ci`, path: `${Aws.REGION} ` });
  Template.fromStack(stack).resourceCountIs('AWS::IAM::User', 3);
});

test('two in one stack have a key and a secret each', () => {
  new lib.CiUser(stack, 'One');
  new lib.CiUser(stack, 'Two');
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::IAM::AccessKey', 2);
  template.resourceCountIs('AWS::SecretsManager::Secret', 2);
});
