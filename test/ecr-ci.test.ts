import { App, Aws, CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import * as lib from '../src';

const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PULL_PUSH = [
  ...PULL, 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
].sort();
const NAMES = ['myuser/myapp', 'myuser/worker'];

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
});

function idsOf(type: string): string[] {
  return Object.keys(Template.fromStack(stack).findResources(type));
}

/** Sorted ECR actions, with their resources, of the policies attached to the principal whose logical id starts so. */
function ecrRightsOf(kind: 'Users' | 'Roles', id: string): { actions: string[]; resources: any[] }[] {
  const template = Template.fromStack(stack);
  const policies: any[] = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => Object.values(template.findResources(type)));
  return policies
    .filter(({ Properties }) => Properties[kind]?.[0].Ref.startsWith(id))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource }) => ({ actions: [Action].flat().sort(), resources: [Resource].flat() }))
    .filter(({ actions }) => actions.every((action) => action.startsWith('ecr:')));
}

function outputs(): Record<string, any> {
  return Object.fromEntries(Object.entries(Template.fromStack(stack).toJSON().Outputs)
    .map(([id, output]: [string, any]) => [id.replace(/[0-9A-F]{8}$/, ''), output.Value]));
}

describe('one line', () => {
  let ci: lib.EcrCi;
  beforeEach(() => { ci = new lib.EcrCi(stack, 'Ci', { repositoryNames: NAMES }); });

  test('defines the repositories, kept when the stack is deleted', () => {
    Template.fromStack(stack).resourcePropertiesCountIs('AWS::ECR::Repository', { RepositoryName: 'myuser/myapp', ImageTagMutability: 'IMMUTABLE' }, 1);
    Template.fromStack(stack).resourcePropertiesCountIs('AWS::ECR::Repository', { RepositoryName: 'myuser/worker' }, 1);
    Template.fromStack(stack).allResources('AWS::ECR::Repository', { DeletionPolicy: 'Retain' });
    expect(ci.repositories.map(({ node }) => node.path)).toEqual(['Stack/Ci/Repositories/myuser--myapp', 'Stack/Ci/Repositories/myuser--worker']);
  });

  test('gives a repository by its name', () => {
    expect(ci.repository('myuser/worker')).toBe(ci.repositories[1]);
    expect(() => ci.repository('myuser/wrong')).toThrow(
      'Stack/Ci: 1 problem\n  - \'repositoryName\' must be one of myuser/myapp, myuser/worker, got: \'myuser/wrong\' (12 characters); '
      + 'add it to \'repositoryNames\'');
  });

  test('lets a user pull and push, and read the dockercfg', () => {
    const repositories = idsOf('AWS::ECR::Repository').map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] }));
    expect(ecrRightsOf('Users', 'CiUser')).toEqual(expect.arrayContaining([
      { actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
      { actions: PULL_PUSH, resources: repositories },
    ]));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      Users: [{ Ref: idsOf('AWS::IAM::User')[0] }],
      PolicyDocument: {
        Statement: Match.arrayWith([{
          Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
          Effect: 'Allow',
          Resource: { Ref: idsOf('AWS::SecretsManager::Secret').find((id) => id.startsWith('CiCredentials')) },
        }]),
      },
    });
  });

  test('lets the dockercfg pull, and not push', () => {
    const repositories = idsOf('AWS::ECR::Repository').map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] }));
    expect(ecrRightsOf('Roles', 'CiCredentialsRole')).toEqual([
      { actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
      ...repositories.map((arn) => ({ actions: PULL, resources: [arn] })),
    ]);
  });

  test('writes outputs to paste', () => {
    const registry = ['111122223333.dkr.ecr.eu-west-1.', { Ref: 'AWS::URLSuffix' }];
    expect(Object.keys(outputs()).sort()).toEqual([
      'CiAccessKeySecretArn', 'CiDockerConfigSecretArn', 'CiRefreshScheduleName', 'CiRegistryUrl', 'CiRepositoryUrismyusermyapp', 'CiRepositoryUrismyuserworker',
    ]);
    expect(outputs().CiRegistryUrl).toEqual({ 'Fn::Join': ['', ['https://111122223333.dkr.ecr.eu-west-1.', registry[1]]] });
    expect(outputs().CiDockerConfigSecretArn).toEqual({ Ref: idsOf('AWS::SecretsManager::Secret').find((id) => id.startsWith('CiCredentials')) });
    expect(outputs().CiRefreshScheduleName).toEqual({ Ref: idsOf('AWS::Scheduler::Schedule')[0] });
    expect(outputs().CiAccessKeySecretArn).toEqual({ Ref: idsOf('AWS::SecretsManager::Secret').find((id) => id.startsWith('CiUser')) });
    expect(stack.resolve(ci.repositories[0].repositoryUri)).toEqual(outputs().CiRepositoryUrismyusermyapp);
  });
});

test('DockerAccess.PULL_PUSH lets the dockercfg pull and push', () => {
  new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], credentials: lib.DockerAccess.PULL_PUSH });
  expect(ecrRightsOf('Roles', 'CiCredentialsRole')).toContainEqual(expect.objectContaining({ actions: PULL_PUSH }));
});

test('DockerAccess.NONE defines no dockercfg', () => {
  const ci = new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], credentials: lib.DockerAccess.NONE });
  expect(ci.credentials).toBeUndefined();
  Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 0);
  expect(Object.keys(outputs())).not.toContain('CiDockerConfigSecretArn');
  expect(Object.keys(outputs())).not.toContain('CiRefreshScheduleName');
});

describe('identity', () => {
  test('none: there is no user, and the dockercfg is still published', () => {
    const ci = new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], identity: lib.CiIdentity.none() });
    expect([ci.user, ci.role]).toEqual([undefined, undefined]);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::User', 0);
    Template.fromStack(stack).resourceCountIs('Custom::EcrCredentialsRefresh', 1);
    for (const output of ['CiAccessKeySecretArn', 'CiRoleArn']) expect(Object.keys(outputs())).not.toContain(output);
  });

  test('user: takes the user\'s properties', () => {
    const ci = new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], identity: lib.CiIdentity.user({ userName: 'ci' }) });
    expect(ci.user).toBeInstanceOf(lib.CiUser);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::User', { UserName: 'ci' });
  });

  describe('role', () => {
    const trust = lib.OidcTrust.github({ owner: 'myuser', repository: 'myapp', subjects: [lib.GithubSubject.branch('main')] });

    test('may pull and push, and read the dockercfg, as the user may', () => {
      const ci = new lib.EcrCi(stack, 'Ci', { repositoryNames: NAMES, identity: lib.CiIdentity.role({ trust, roleName: 'ci' }) });
      expect(ci.user).toBeUndefined();
      expect(ci.role).toBeInstanceOf(lib.CiRole);
      const repositories = idsOf('AWS::ECR::Repository').map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] }));
      expect(ecrRightsOf('Roles', 'CiRole')).toEqual([
        { actions: PULL_PUSH, resources: repositories },
        { actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
      ]);
      const template = Template.fromStack(stack);
      template.resourceCountIs('AWS::IAM::User', 0);
      template.hasResourceProperties('AWS::IAM::Role', { RoleName: 'ci' });
      template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
        Roles: [{ Ref: Match.stringLikeRegexp('^CiRole') }],
        PolicyDocument: {
          Statement: Match.arrayWith([{
            Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
            Effect: 'Allow',
            Resource: { Ref: idsOf('AWS::SecretsManager::Secret')[0] },
          }]),
        },
      });
    });

    test('has an output to paste in the place of the user\'s', () => {
      const ci = new lib.EcrCi(stack, 'Ci', { repositoryNames: NAMES, identity: lib.CiIdentity.role({ trust }) });
      expect(Object.keys(outputs())).not.toContain('CiAccessKeySecretArn');
      expect(outputs().CiRoleArn).toEqual(stack.resolve(ci.role!.roleArn));
    });

    test('is no role that pull requests may assume', () => {
      const pullRequests = lib.OidcTrust.github({ owner: 'myuser', repository: 'myapp', subjects: [lib.GithubSubject.pullRequest()] });
      expect(() => new lib.EcrCi(stack, 'Ci', { repositoryNames: NAMES, identity: lib.CiIdentity.role({ trust: pullRequests }) })).toThrow(
        /^Stack\/Ci\/Role: 1 problem\n {2}- 'statement\.actions' must be pull, token and describe actions of ECR only/);
    });
  });

  test('user and role may both be there', () => {
    class Both extends lib.CiIdentity {
      public bind(scope: Construct): lib.CiIdentityConfig {
        const trust = lib.OidcTrust.gitlab({ project: 'mygroup/myapp', subjects: [lib.GitlabSubject.branch('main')] });
        return { user: new lib.CiUser(scope, 'Robot'), role: new lib.CiRole(scope, 'Runs', { trust }) };
      }
    }
    new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], identity: new Both() });
    for (const rights of [ecrRightsOf('Users', 'CiRobot'), ecrRightsOf('Roles', 'CiRuns')]) expect(rights).toContainEqual(expect.objectContaining({ actions: PULL_PUSH }));
    expect(Object.keys(outputs())).toEqual(expect.arrayContaining(['CiAccessKeySecretArn', 'CiRoleArn']));
  });

  test('may be the caller\'s own', () => {
    class Given extends lib.CiIdentity {
      public bind(scope: Construct): lib.CiIdentityConfig {
        return { user: new lib.CiUser(scope, 'Robot') };
      }
    }
    expect(new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], identity: new Given() }).user?.node.path).toBe('Stack/Ci/Robot');
  });
});

describe('buildCache', () => {
  const cached = (props: Partial<lib.EcrCiProps> = {}) => new lib.EcrCi(stack, 'Ci', { repositoryNames: NAMES, buildCache: true, ...props });
  /** ARNs of the repositories, those of caches or the others. */
  const arns = (isCache: boolean) => idsOf('AWS::ECR::Repository')
    .filter((id) => id.startsWith('CiBuildCaches') === isCache)
    .map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] }));

  test('is left out unless it is asked for', () => {
    for (const [id, buildCache] of [['One', undefined], ['Two', false]] as const) {
      expect(new lib.EcrCi(stack, id, { repositoryNames: [`${id.toLowerCase()}/app`], buildCache }).buildCaches).toEqual([]);
    }
    Template.fromStack(stack).resourceCountIs('AWS::ECR::Repository', 2);
    expect(Object.keys(outputs()).join()).not.toContain('Cache');
  });

  test('defines a repository beside each, whose tags can be moved and whose images expire', () => {
    const ci = cached();
    expect(ci.buildCaches.map(({ node }) => node.path)).toEqual(['Stack/Ci/BuildCaches/myuser--myapp', 'Stack/Ci/BuildCaches/myuser--worker']);
    expect(ci.repositories).toHaveLength(2);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::ECR::Repository', 4);
    for (const name of NAMES) {
      template.hasResource('AWS::ECR::Repository', {
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          RepositoryName: `${name}-cache`,
          ImageTagMutability: 'MUTABLE',
          ImageTagMutabilityExclusionFilters: Match.absent(),
          ImageScanningConfiguration: { ScanOnPush: true },
          EncryptionConfiguration: Match.absent(),
        },
      });
    }
    const [cache]: any[] = Object.values(template.findResources('AWS::ECR::Repository', { Properties: { RepositoryName: 'myuser/myapp-cache' } }));
    expect(JSON.parse(cache.Properties.LifecyclePolicy.LifecyclePolicyText).rules.map(({ selection }: any) => selection)).toEqual([
      { tagStatus: 'untagged', countType: 'sinceImagePushed', countNumber: 1, countUnit: 'days' },
      { tagStatus: 'any', countType: 'sinceImagePushed', countNumber: 14, countUnit: 'days' },
    ]);
  });

  test('leaves the repositories as they are', () => {
    cached();
    const template = Template.fromStack(stack);
    for (const RepositoryName of NAMES) template.resourcePropertiesCountIs('AWS::ECR::Repository', { RepositoryName, ImageTagMutability: 'IMMUTABLE' }, 1);
  });

  test('lets the user pull and push there, and the dockercfg pull', () => {
    cached();
    expect(arns(true)).toHaveLength(2);
    expect(ecrRightsOf('Users', 'CiUser')).toEqual([
      { actions: PULL_PUSH, resources: expect.arrayContaining([...arns(true), ...arns(false)]) },
      { actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
    ]);
    expect(ecrRightsOf('Roles', 'CiCredentialsRole')).toEqual([
      { actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
      ...[...arns(false), ...arns(true)].map((arn) => ({ actions: PULL, resources: [arn] })),
    ]);
  });

  test('lets a dockercfg that may push fill it', () => {
    cached({ credentials: lib.DockerAccess.PULL_PUSH });
    expect(ecrRightsOf('Roles', 'CiCredentialsRole')).toEqual([
      { actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
      ...[...arns(false), ...arns(true)].map((arn) => ({ actions: PULL_PUSH, resources: [arn] })),
    ]);
  });

  test('works without an identity and without a dockercfg', () => {
    const ci = cached({ identity: lib.CiIdentity.none(), credentials: lib.DockerAccess.NONE });
    expect(ci.buildCaches).toHaveLength(2);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
  });

  test('takes the construct\'s key and removal policy', () => {
    cached({ encryptionKey: new kms.Key(stack, 'Key'), removalPolicy: RemovalPolicy.DESTROY });
    const template = Template.fromStack(stack);
    template.allResources('AWS::ECR::Repository', { DeletionPolicy: 'Delete' });
    template.allResourcesProperties('AWS::ECR::Repository', {
      EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': [idsOf('AWS::KMS::Key')[0], 'Arn'] } },
    });
  });

  test('writes an output for each cache', () => {
    const ci = cached();
    expect(Object.keys(outputs()).filter((id) => id.includes('Cache')).sort())
      .toEqual(['CiBuildCacheUrismyusermyapp', 'CiBuildCacheUrismyuserworker']);
    expect(outputs().CiBuildCacheUrismyusermyapp).toEqual(stack.resolve(ci.buildCaches[0].repositoryUri));
  });

  test('writes none for more than 50: a stack holds 200', () => {
    cached({ repositoryNames: Array.from({ length: 51 }, (_, i) => `myuser/app${i}`) });
    expect(Object.keys(outputs()).sort()).toEqual(['CiAccessKeySecretArn', 'CiDockerConfigSecretArn', 'CiRefreshScheduleName', 'CiRegistryUrl']);
  });

  test('takes names with tokens', () => {
    const name = new CfnParameter(stack, 'Name');
    cached({ repositoryNames: [name.valueAsString, `${Aws.STACK_NAME}/app`] });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ECR::Repository', { RepositoryName: { 'Fn::Join': ['', [{ Ref: 'Name' }, '-cache']] } });
    template.hasResourceProperties('AWS::ECR::Repository', { RepositoryName: { 'Fn::Join': ['', [{ Ref: 'AWS::StackName' }, '/app-cache']] } });
  });

  test('takes a name that leaves room for the cache\'s, and fails for a longer one', () => {
    const longest = 'a'.repeat(250);
    cached({ repositoryNames: [longest] });
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::Repository', { RepositoryName: `${longest}-cache` });
    expect(() => new lib.EcrCi(stack, 'Longer', { repositoryNames: [`${longest}a`], buildCache: true })).toThrow(
      'Stack/Longer: 1 problem\n  - \'repositoryNames\' must be names of at most 250 characters with \'buildCache\', '
      + `got: '${longest}a' (251 characters); shorten it: the cache's name adds '-cache'`);
  });

  test('takes a name of 256 characters without it', () => {
    new lib.EcrCi(stack, 'Ci', { repositoryNames: ['a'.repeat(256)] });
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::Repository', { RepositoryName: 'a'.repeat(256) });
  });

  test('fails when a repository has the name of another\'s cache', () => {
    const repositoryNames = ['a/b-cache', 'a/b', 'c/d-cache'];
    expect(() => cached({ repositoryNames })).toThrow(
      'Stack/Ci: 1 problem\n  - \'repositoryNames\' must be no build cache of another repository with \'buildCache\', '
      + 'got: \'a/b-cache\' (9 characters); remove it, or choose another name');
    expect(new lib.EcrCi(stack, 'Other', { repositoryNames }).repositories).toHaveLength(3);
  });

  test('fails when a name with a token is another\'s cache', () => {
    const name = new CfnParameter(stack, 'Name').valueAsString;
    expect(() => cached({ repositoryNames: [name, `${name}-cache`] })).toThrow(/'repositoryNames' must be no build cache of another repository/);
  });

  test('lets none of two in one stack use the other\'s', () => {
    new lib.EcrCi(stack, 'One', { repositoryNames: ['one/app'], buildCache: true, credentials: lib.DockerAccess.PULL_PUSH });
    new lib.EcrCi(stack, 'Two', { repositoryNames: ['two/app'], buildCache: true });
    const [two] = idsOf('AWS::ECR::Repository').filter((id) => id.startsWith('TwoBuildCaches'));
    expect(JSON.stringify(ecrRightsOf('Users', 'OneUser'))).not.toContain(two);
    expect(JSON.stringify(ecrRightsOf('Roles', 'OneCredentialsRole'))).not.toContain(two);
  });
});

test('encryptionKey encrypts the images and both secrets', () => {
  const encryptionKey = new kms.Key(stack, 'Key');
  new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], encryptionKey });
  const KmsKeyId = { 'Fn::GetAtt': [idsOf('AWS::KMS::Key')[0], 'Arn'] };
  const template = Template.fromStack(stack);
  template.allResourcesProperties('AWS::SecretsManager::Secret', { KmsKeyId });
  template.hasResourceProperties('AWS::ECR::Repository', { EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: KmsKeyId } });
});

test('a user\'s own key goes before the construct\'s', () => {
  const own = new kms.Key(stack, 'Own');
  new lib.EcrCi(stack, 'Ci', {
    repositoryNames: ['myuser/myapp'], encryptionKey: new kms.Key(stack, 'Key'), identity: lib.CiIdentity.user({ encryptionKey: own }),
  });
  Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::Secret', {
    Description: Match.stringLikeRegexp('Access key'), KmsKeyId: { 'Fn::GetAtt': [stack.getLogicalId(own.node.defaultChild as kms.CfnKey), 'Arn'] },
  });
});

test('alarmTopic is told of the expiry', () => {
  new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], alarmTopic: new sns.Topic(stack, 'Topic') });
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmActions: [{ Ref: idsOf('AWS::SNS::Topic')[0] }] });
});

test('removalPolicy is the repositories\'', () => {
  new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'], removalPolicy: RemovalPolicy.DESTROY });
  Template.fromStack(stack).allResources('AWS::ECR::Repository', { DeletionPolicy: 'Delete' });
});

describe('repositoryNames', () => {
  test('fails when empty', () => {
    expect(() => new lib.EcrCi(stack, 'Ci', { repositoryNames: [] })).toThrow(
      'Stack/Ci: 1 problem\n  - \'repositoryNames\' must be at least one name, got: []; name a repository, such as \'myuser/myapp\'');
  });

  test('fails when a name stands twice', () => {
    expect(() => new lib.EcrCi(stack, 'Ci', { repositoryNames: ['a/b', 'c/d', 'a/b', 'a/b', 'c/d'] })).toThrow(
      'Stack/Ci: 2 problems\n'
      + '  - \'repositoryNames\' must be names that differ, got: \'a/b\' (3 characters); name each repository once\n'
      + '  - \'repositoryNames\' must be names that differ, got: \'c/d\' (3 characters); name each repository once');
  });

  test('fails as the repository does for a name that ECR refuses', () => {
    expect(() => new lib.EcrCi(stack, 'Ci', { repositoryNames: ['My App'] })).toThrow(/^Stack\/Ci\/Repositories\/My App: 1 problem\n.*'repositoryName' must be/);
  });

  test('takes tokens, one by one and as a list', () => {
    const name = new CfnParameter(stack, 'Name');
    const ci = new lib.EcrCi(stack, 'Ci', { repositoryNames: [name.valueAsString, `${Aws.STACK_NAME}/app`] });
    expect(ci.repository(name.valueAsString)).toBe(ci.repositories[0]);
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::Repository', { RepositoryName: { Ref: 'Name' } });
  });

  test('is copied: what the caller does with the list later changes nothing', () => {
    const repositoryNames = ['myuser/myapp'];
    const ci = new lib.EcrCi(stack, 'Ci', { repositoryNames });
    repositoryNames[0] = 'other/app';
    expect(ci.repository('myuser/myapp')).toBe(ci.repositories[0]);
  });
});

test('more than 50 repositories get no output each: a stack holds 200', () => {
  new lib.EcrCi(stack, 'Ci', { repositoryNames: Array.from({ length: 51 }, (_, i) => `myuser/app${i}`) });
  expect(Object.keys(outputs()).sort()).toEqual(['CiAccessKeySecretArn', 'CiDockerConfigSecretArn', 'CiRefreshScheduleName', 'CiRegistryUrl']);
});

test('two in one stack share nothing', () => {
  new lib.EcrCi(stack, 'One', { repositoryNames: ['one/app'] });
  new lib.EcrCi(stack, 'Two', { repositoryNames: ['two/app'] });
  const two = idsOf('AWS::ECR::Repository').filter((id) => id.startsWith('Two'));
  expect(two).toHaveLength(1);
  expect(JSON.stringify(ecrRightsOf('Users', 'OneUser'))).not.toContain(two[0]);
  expect(JSON.stringify(ecrRightsOf('Roles', 'OneCredentialsRole'))).not.toContain(two[0]);
});
