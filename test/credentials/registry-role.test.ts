import { App, Aws, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lib from '../../src';

const HOME = { account: '111122223333', region: 'eu-west-1' };
const OTHER = { account: '444455556666', region: 'eu-west-1' };
const ARN = 'arn:aws:iam::111122223333:role/docker-credentials';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Other', { env: OTHER }); });

test('trusts the credentials\' role, which need not exist yet, and nobody else of its account', () => {
  new lib.RegistryRole(stack, 'Role', { credentialsRoleArn: ARN });
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
    Description: 'What is granted to this role is what the ECR credentials of another account can do here',
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111122223333:root']] } },
        Condition: { ArnEquals: { 'aws:PrincipalArn': ARN } },
      }],
    },
  });
});

test('may get a token as soon as it exists, and what is granted to it', () => {
  const role = new lib.RegistryRole(stack, 'Role', { credentialsRoleArn: ARN });
  new lib.CiRepository(stack, 'App', { repositoryName: 'myuser/myapp' }).grantPull(role);
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::IAM::Role', {
    Policies: [{
      PolicyName: 'Token',
      PolicyDocument: { Version: '2012-10-17', Statement: [{ Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' }] },
    }],
  });
  const [policy]: any[] = Object.values(template.findResources('AWS::IAM::Policy'));
  expect(policy.Properties.PolicyDocument.Statement.flatMap(({ Action }: any) => Action)).toEqual(expect.arrayContaining([
    'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer',
  ]));
});

test('takes a name and a permissions boundary', () => {
  const permissionsBoundary = iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::444455556666:policy/boundary');
  new lib.RegistryRole(stack, 'Role', { credentialsRoleArn: ARN, roleName: 'ecr-tokens', permissionsBoundary });
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { RoleName: 'ecr-tokens', PermissionsBoundary: 'arn:aws:iam::444455556666:policy/boundary' });
});

test('both sides can be defined in one app, in either order', () => {
  const app = new App();
  const other = new Stack(app, 'Other', { env: OTHER });
  const home = new Stack(app, 'Home', { env: HOME });
  const role = new lib.RegistryRole(other, 'Role', { credentialsRoleArn: ARN });
  new lib.DockerCredentials(home, 'Credentials', { roleName: 'docker-credentials', registries: [lib.Registry.ecr({ assumeRole: role })] });
  app.synth();
  const [run]: any[] = Object.values(Template.fromStack(home).findResources('Custom::EcrCredentialsRefresh'));
  const [name] = Object.values<any>(Template.fromStack(other).findResources('AWS::IAM::Role')).map(({ Properties }) => Properties.RoleName);
  expect(name).toMatch(/^other/);
  expect(run.Properties.request.registries).toEqual([{
    kind: 'ecr',
    region: 'eu-west-1',
    accounts: ['444455556666'],
    hosts: ['standard'],
    roleArn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::444455556666:role/${name}`]] },
  }]);
});

test('the credentials\' role can be given as it is', () => {
  const app = new App();
  const home = new Stack(app, 'Home', { env: HOME });
  const credentials = new lib.DockerCredentials(home, 'Credentials');
  const other = new Stack(app, 'Other', { env: OTHER });
  new lib.RegistryRole(other, 'Role', { credentialsRoleArn: credentials.role.roleArn });
  app.synth();
  const [role]: any[] = Object.values(Template.fromStack(other).findResources('AWS::IAM::Role'));
  const [statement] = role.Properties.AssumeRolePolicyDocument.Statement;
  expect(JSON.stringify(statement.Condition)).toContain(':iam::111122223333:role/');
});

test('fails for what is no ARN of a role, and for a name that IAM does not take', () => {
  expect(() => new lib.RegistryRole(stack, 'Role', { credentialsRoleArn: 'arn:aws:iam::1111:role/x', roleName: 'a role' })).toThrow(
    'Other/Role: 2 problems\n'
    + '  - \'credentialsRoleArn\' must be the ARN of a role, got: \'arn:aws:iam::1111:role/x\' (24 characters); '
    + 'write it such as \'arn:aws:iam::111122223333:role/docker-credentials\'\n'
    + '  - \'roleName\' must be 1 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -, got: \'a role\' (6 characters); '
    + 'choose another name, or leave it out for a generated one');
});

test('takes a token', () => {
  expect(() => new lib.RegistryRole(stack, 'Role', { credentialsRoleArn: `arn:${Aws.PARTITION}:iam::111122223333:role/x` })).not.toThrow();
});
