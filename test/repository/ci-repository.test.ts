import { App, CfnParameter, RemovalPolicy, Stack, Tags, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as fc from 'fast-check';
import * as lib from '../../src';

const ACCOUNT = '123456789012';
const OTHER_ACCOUNT = '111122223333';
const REGION = 'eu-central-1';

const { JSII_DEPRECATED } = process.env;

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: ACCOUNT, region: REGION } });
});

afterEach(() => {
  process.env.JSII_DEPRECATED = JSII_DEPRECATED;
});

/** Properties of the one repository of the stack. */
function properties(): Record<string, unknown> {
  const [resource, ...others] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
  expect(others).toEqual([]);
  return resource.Properties;
}

/** The lifecycle policy of the one repository of the stack. */
function lifecyclePolicy(): unknown {
  const { LifecyclePolicyText: text } = properties().LifecyclePolicy as Record<string, string>;
  return JSON.parse(text);
}

/** The message of the error that a repository with these properties is refused with. */
function refusal(props: lib.CiRepositoryProps): string {
  try {
    new lib.CiRepository(new Stack(new App(), 'Stack'), 'Repository', props);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('was not refused');
}

const UNTAGGED_AFTER_14_DAYS = {
  rulePriority: 1,
  description: 'Expire untagged images',
  selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countNumber: 14, countUnit: 'days' },
  action: { type: 'expire' },
};

describe('defaults', () => {
  test('are immutable tags, scan on push, AES-256, RETAIN, and expiry of untagged images', () => {
    new lib.CiRepository(stack, 'Repository');

    Template.fromStack(stack).templateMatches({
      Resources: {
        Repository22E53BBD: {
          Type: 'AWS::ECR::Repository',
          DeletionPolicy: 'Retain',
          UpdateReplacePolicy: 'Retain',
        },
      },
    });
    expect(properties()).toEqual({
      ImageScanningConfiguration: { ScanOnPush: true },
      ImageTagMutability: 'IMMUTABLE',
      LifecyclePolicy: { LifecyclePolicyText: expect.any(String) },
    });
    expect(lifecyclePolicy()).toEqual({ rules: [UNTAGGED_AFTER_14_DAYS] });
  });

  test('give no warning', () => {
    new lib.CiRepository(stack, 'Repository');
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('hold for each of two repositories in a stack', () => {
    new lib.CiRepository(stack, 'A', { repositoryName: 'myuser/a' });
    new lib.CiRepository(stack, 'B', { repositoryName: 'myuser/b', mutableTags: ['latest'] });

    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::ECR::Repository', 2);
    template.hasResourceProperties('AWS::ECR::Repository', { RepositoryName: 'myuser/a', ImageTagMutability: 'IMMUTABLE' });
    template.hasResourceProperties('AWS::ECR::Repository', { RepositoryName: 'myuser/b', ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' });
  });
});

describe('properties of ecr.Repository', () => {
  test('take the place of the defaults', () => {
    new lib.CiRepository(stack, 'Repository', {
      repositoryName: 'myuser/myapp',
      imageScanOnPush: false,
      imageTagMutability: ecr.TagMutability.MUTABLE,
      removalPolicy: RemovalPolicy.DESTROY,
      emptyOnDelete: true,
      lifecycleRegistryId: OTHER_ACCOUNT,
      lifecycleRules: [{ maxImageCount: 3 }],
    });

    Template.fromStack(stack).hasResource('AWS::ECR::Repository', { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    expect(properties()).toEqual({
      RepositoryName: 'myuser/myapp',
      ImageScanningConfiguration: { ScanOnPush: false },
      ImageTagMutability: 'MUTABLE',
      EmptyOnDelete: true,
      LifecyclePolicy: { LifecyclePolicyText: expect.any(String), RegistryId: OTHER_ACCOUNT },
    });
  });

  test('leave the defaults where they are undefined', () => {
    new lib.CiRepository(stack, 'Repository', { imageScanOnPush: undefined, imageTagMutability: undefined, removalPolicy: undefined });
    expect(properties()).toMatchObject({ ImageScanningConfiguration: { ScanOnPush: true }, ImageTagMutability: 'IMMUTABLE' });
    Template.fromStack(stack).hasResource('AWS::ECR::Repository', { DeletionPolicy: 'Retain' });
  });

  test('autoDeleteImages works as in the CDK', () => {
    process.env.JSII_DEPRECATED = 'quiet';
    new lib.CiRepository(stack, 'Repository', { autoDeleteImages: true, removalPolicy: RemovalPolicy.DESTROY });
    Template.fromStack(stack).resourceCountIs('Custom::ECRAutoDeleteImages', 1);
  });

  test('the registry of the lifecycle stays with the default lifecycle', () => {
    new lib.CiRepository(stack, 'Repository', { lifecycleRegistryId: OTHER_ACCOUNT });
    expect(properties().LifecyclePolicy).toEqual({ LifecyclePolicyText: expect.any(String), RegistryId: OTHER_ACCOUNT });
  });

  test('the repository is an ecr.Repository and takes tags', () => {
    const repository: ecr.IRepository = new lib.CiRepository(stack, 'Repository');
    Tags.of(repository).add('team', 'ci');
    expect(repository).toBeInstanceOf(ecr.Repository);
    expect(properties().Tags).toEqual([{ Key: 'team', Value: 'ci' }]);
  });

  test('props are left as they were', () => {
    const props = Object.freeze({ mutableTags: Object.freeze(['latest']) as string[] });
    new lib.CiRepository(stack, 'Repository', props);
    expect(props).toEqual({ mutableTags: ['latest'] });
  });
});

describe('mutable tags', () => {
  test('are exclusion filters of an immutable repository', () => {
    new lib.CiRepository(stack, 'Repository', { mutableTags: ['latest', 'pr-*'] });
    expect(properties()).toMatchObject({
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: [
        { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'latest' },
        { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'pr-*' },
      ],
    });
  });

  test('none of them leave the repository immutable', () => {
    new lib.CiRepository(stack, 'Repository', { mutableTags: [] });
    expect(properties().ImageTagMutability).toBe('IMMUTABLE');
    expect(properties().ImageTagMutabilityExclusionFilters).toBeUndefined();
  });

  test('may be tokens', () => {
    const parameter = new CfnParameter(stack, 'Tag');
    new lib.CiRepository(stack, 'Repository', { mutableTags: [parameter.valueAsString, `x${parameter.valueAsString}`] });
    expect(properties().ImageTagMutabilityExclusionFilters).toEqual([
      { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: { Ref: 'Tag' } },
      { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: { 'Fn::Join': ['', ['x', { Ref: 'Tag' }]] } },
    ]);
  });

  test.each([
    [ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION, 'IMMUTABLE_WITH_EXCLUSION'],
    [ecr.TagMutability.MUTABLE_WITH_EXCLUSION, 'MUTABLE_WITH_EXCLUSION'],
    [undefined, 'IMMUTABLE_WITH_EXCLUSION'],
  ])('filters of the CDK pass with %s', (imageTagMutability, expected) => {
    new lib.CiRepository(stack, 'Repository', {
      imageTagMutability, imageTagMutabilityExclusionFilters: [ecr.ImageTagMutabilityExclusionFilter.wildcard('dev-*')],
    });
    expect(properties()).toMatchObject({
      ImageTagMutability: expected,
      ImageTagMutabilityExclusionFilters: [{ ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'dev-*' }],
    });
  });

  test('fails for more than five', () => {
    expect(refusal({ mutableTags: ['a', 'b', 'c', 'd', 'e', 'f'] })).toContain(
      '\'mutableTags\' must be at most 5 patterns, got: 6; join some with *');
  });

  test.each(['', 'a b', 'é', 'x/y', '*-*-*', 'a'.repeat(129)])('fails for %j', (tag) => {
    expect(refusal({ mutableTags: ['latest', tag] })).toContain(
      `'mutableTags[1]' must be 1 to 128 letters, digits, ., _, - and at most two *, got: '${tag}' (${tag.length} characters); write it such as 'latest' or 'pr-*'`);
  });

  test.each(['imageTagMutability', 'imageTagMutabilityExclusionFilters'])('fails together with %s', (property) => {
    const given = property === 'imageTagMutability'
      ? { imageTagMutability: ecr.TagMutability.MUTABLE }
      : { imageTagMutabilityExclusionFilters: [ecr.ImageTagMutabilityExclusionFilter.wildcard('dev-*')] };
    expect(refusal({ mutableTags: ['latest'], ...given })).toMatch(new RegExp(`'${property}' must be left out with 'mutableTags', got: .*; say it with one of the two`));
  });

  test.each([0, 6])('fails for %d filters of the CDK', (count) => {
    const filters = Array.from({ length: count }, (_, index) => ecr.ImageTagMutabilityExclusionFilter.wildcard(`t${index}`));
    expect(refusal({ imageTagMutabilityExclusionFilters: filters })).toContain(
      `'imageTagMutabilityExclusionFilters' must be 1 to 5 filters, got: ${count}; leave it out, or join some with *`);
  });

  test.each([
    [ecr.TagMutability.IMMUTABLE, [ecr.ImageTagMutabilityExclusionFilter.wildcard('x')]],
    [ecr.TagMutability.MUTABLE_WITH_EXCLUSION, undefined],
  ])('fails for %s if the filters of the CDK do not fit it', (imageTagMutability, imageTagMutabilityExclusionFilters) => {
    expect(refusal({ imageTagMutability, imageTagMutabilityExclusionFilters })).toContain(
      '\'imageTagMutability\' must be one WITH_EXCLUSION if and only if \'imageTagMutabilityExclusionFilters\' is given, got: ');
  });

  test('are judged as ECR does', () => {
    // The pattern of ImageTagMutabilityExclusionFilterValue, and the number of wildcards that ECR allows.
    const isAllowed = (tag: string) => /^[0-9a-zA-Z._*-]{1,128}$/.test(tag) && tag.split('*').length <= 3;
    const anyTag = fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9*._-]{0,12}$/), fc.stringMatching(/^[a-z*]{120,132}$/));
    fc.assert(fc.property(anyTag, (tag) => {
      const create = () => new lib.CiRepository(new Stack(), 'Repository', { mutableTags: [tag] });
      if (isAllowed(tag)) expect(create).not.toThrow();
      else expect(create).toThrow('\'mutableTags[0]\' must be');
    }));
  });
});

describe('the repository name', () => {
  test('may be a token', () => {
    const parameter = new CfnParameter(stack, 'Name');
    new lib.CiRepository(stack, 'Repository', { repositoryName: parameter.valueAsString });
    expect(properties().RepositoryName).toEqual({ Ref: 'Name' });
  });

  test.each(['a--b', 'a__b', 'a---b/c__d', '2048', 'a'.repeat(256)])('%s passes, as it does with ECR', (repositoryName) => {
    new lib.CiRepository(stack, 'Repository', { repositoryName });
    expect(properties().RepositoryName).toBe(repositoryName);
  });

  test.each(['MyApp', 'a', '', '-a', 'a-', 'a//b', '/a', 'a/', 'a._b', 'a..b', 'a___b', 'a b', 'a:b', 'a'.repeat(257)])('fails for %j', (repositoryName) => {
    expect(refusal({ repositoryName })).toBe('Stack/Repository: 1 problem\n'
      + '  - \'repositoryName\' must be 2 to 256 lower-case letters and digits, with ., _, __ or - between them and / between parts, '
      + `got: '${repositoryName}' (${repositoryName.length} characters); write it such as 'myuser/myapp'`);
  });

  test('is judged as ECR does', () => {
    // The pattern of RepositoryName in the API model of ECR, to match the whole name.
    const pattern = /^([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*)$/;
    const anyName = fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9._/-]{0,12}$/), fc.stringMatching(/^[a-z]{250,260}$/), fc.stringMatching(/^[aA]{2,3}$/));
    fc.assert(fc.property(anyName, (repositoryName) => {
      const create = () => new lib.CiRepository(new Stack(), 'Repository', { repositoryName });
      if (pattern.test(repositoryName) && repositoryName.length >= 2 && repositoryName.length <= 256) expect(create).not.toThrow();
      else expect(create).toThrow('\'repositoryName\' must be');
    }));
  });
});

describe('encryption', () => {
  test.each([
    [ecr.RepositoryEncryption.AES_256, undefined],
    [ecr.RepositoryEncryption.KMS, { EncryptionType: 'KMS' }],
    [ecr.RepositoryEncryption.KMS_DSSE, { EncryptionType: 'KMS_DSSE' }],
  ])('%j without a key', (encryption, expected) => {
    new lib.CiRepository(stack, 'Repository', { encryption });
    expect(properties().EncryptionConfiguration).toEqual(expected);
  });

  test.each([
    [undefined, 'KMS'],
    [ecr.RepositoryEncryption.KMS, 'KMS'],
    [ecr.RepositoryEncryption.KMS_DSSE, 'KMS_DSSE'],
  ])('%j with a key', (encryption, type) => {
    const encryptionKey = new kms.Key(stack, 'Key');
    new lib.CiRepository(stack, 'Repository', { encryption, encryptionKey });
    expect(properties().EncryptionConfiguration).toEqual({ EncryptionType: type, KmsKey: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } });
  });

  test('fails for AES-256 with a key', () => {
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${REGION}:${ACCOUNT}:key/k`);
    expect(refusal({ encryption: ecr.RepositoryEncryption.AES_256, encryptionKey })).toContain(
      '\'encryption\' must be KMS or KMS_DSSE with \'encryptionKey\', got: \'AES256\' (6 characters); leave it out to have KMS');
  });
});

describe('deletion', () => {
  test.each(['emptyOnDelete', 'autoDeleteImages'])('fails for %s unless the repository is to be destroyed', (property) => {
    for (const removalPolicy of [undefined, RemovalPolicy.RETAIN]) {
      expect(refusal({ [property]: true, removalPolicy })).toContain(`'removalPolicy' must be RemovalPolicy.DESTROY with '${property}', got: `);
    }
  });

  test('fails for neither if it is off', () => {
    process.env.JSII_DEPRECATED = 'quiet';
    expect(() => new lib.CiRepository(stack, 'Repository', { emptyOnDelete: false, autoDeleteImages: false })).not.toThrow();
  });
});

describe('lifecycle', () => {
  test('given, takes the place of the default', () => {
    new lib.CiRepository(stack, 'Repository', { lifecycle: lib.Lifecycle.rules([{ imageCountMoreThan: 5 }]) });
    expect(lifecyclePolicy()).toEqual({
      rules: [{
        rulePriority: 1, selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 5 }, action: { type: 'expire' },
      }],
    });
  });

  test('rules of the CDK take the place of the default, in the same words as in ecr.Repository', () => {
    const rules: ecr.LifecycleRule[] = [
      { maxImageCount: 10 },
      { description: 'untagged', tagStatus: ecr.TagStatus.UNTAGGED, maxImageCount: 1 },
      { rulePriority: 3, tagPatternList: ['pr-*'], maxImageCount: 2 },
      { tagPrefixList: ['v'], maxImageCount: 30 },
    ];
    new lib.CiRepository(stack, 'Repository', { lifecycleRules: rules });
    const plain = new Stack(new App(), 'Plain');
    new ecr.Repository(plain, 'Repository', { lifecycleRules: rules });
    const [expected] = Object.values(Template.fromStack(plain).findResources('AWS::ECR::Repository'));
    expect(properties().LifecyclePolicy).toEqual(expected.Properties.LifecyclePolicy);

    const ours = new Stack(new App(), 'Ours');
    new lib.CiRepository(ours, 'Repository', {
      lifecycle: lib.Lifecycle.rules(rules.map(({ maxImageCount, ...rule }) => ({ ...rule, imageCountMoreThan: maxImageCount }))),
    });
    Template.fromStack(ours).hasResourceProperties('AWS::ECR::Repository', { LifecyclePolicy: expected.Properties.LifecyclePolicy });
  });

  test('an empty list of rules of the CDK means none', () => {
    new lib.CiRepository(stack, 'Repository', { lifecycleRules: [] });
    expect(properties().LifecyclePolicy).toBeUndefined();
  });

  test('a rule added later takes the place of the default', () => {
    const repository = new lib.CiRepository(stack, 'Repository');
    repository.addLifecycleRule({ maxImageCount: 7 });
    repository.addLifecycleRule({ tagPrefixList: ['v'], maxImageCount: 9 });
    expect(lifecyclePolicy()).toMatchObject({ rules: [{ selection: { countNumber: 9 } }, { selection: { countNumber: 7 } }] });
  });

  test('a rule added later joins those given', () => {
    const repository = new lib.CiRepository(stack, 'Repository', { lifecycleRules: [{ maxImageCount: 7 }] });
    repository.addLifecycleRule({ tagPrefixList: ['v'], maxImageCount: 9 });
    expect(lifecyclePolicy()).toMatchObject({ rules: [{ selection: { countNumber: 9 } }, { selection: { countNumber: 7 } }] });
  });

  test('fails for a rule added later if the lifecycle is given', () => {
    const repository = new lib.CiRepository(stack, 'Repository', { lifecycle: lib.Lifecycle.keepLast(3) });
    expect(() => repository.addLifecycleRule({ maxImageCount: 7 })).toThrow('Stack/Repository: 1 problem\n'
      + '  - \'addLifecycleRule()\' must be called on a repository without \'lifecycle\', got: {"maxImageCount":7}; write the rule in Lifecycle.rules([…]) with the others');
  });

  test('fails for a bad rule added later, which changes nothing', () => {
    const repository = new lib.CiRepository(stack, 'Repository', { lifecycleRules: [{ rulePriority: 1, tagPrefixList: ['a'], maxImageCount: 7 }] });
    expect(() => repository.addLifecycleRule({ rulePriority: 1, maxImageCount: 0 })).toThrow([
      'Stack/Repository: 2 problems',
      '  - \'lifecycleRules[1].maxImageCount\' must be a whole number from 1, got: 0; use 1 or more',
      '  - \'lifecycleRules[1].rulePriority\' must be another number than \'lifecycleRules[0].rulePriority\', got: 1; leave it out to have rules numbered in order',
    ].join('\n'));
    expect(lifecyclePolicy()).toMatchObject({ rules: [{ selection: { countNumber: 7 } }] });
  });

  test('fails for lifecycle together with rules of the CDK', () => {
    expect(refusal({ lifecycle: lib.Lifecycle.keepLast(3), lifecycleRules: [{ maxImageCount: 1 }] })).toContain(
      '\'lifecycleRules\' must be left out with \'lifecycle\', got: [{"maxImageCount":1}]; write the rules in Lifecycle.rules([…])');
  });

  test('leaves to the CDK what a rule of its own may count by', () => {
    expect(() => new lib.CiRepository(stack, 'Repository', { lifecycleRules: [{ tagPrefixList: ['v'] }] })).toThrow(/exactly one of/);
  });

  test('fails for a registry that is no account', () => {
    expect(refusal({ lifecycleRegistryId: '42' })).toContain(
      '\'lifecycleRegistryId\' must be an AWS account id of 12 digits, got: \'42\' (2 characters); write it as a string and with its leading zeros, which a number loses');
  });
});

describe('grants', () => {
  const REPOSITORY = { 'Fn::GetAtt': ['Repository22E53BBD', 'Arn'] };
  const TOKEN = { Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' };
  const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'];
  const PUSH = [
    'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
  ];
  const PULL_PUSH = [
    'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:GetDownloadUrlForLayer', 'ecr:InitiateLayerUpload',
    'ecr:PutImage', 'ecr:UploadLayerPart',
  ];
  const READ = ['ecr:DescribeRepositories', 'ecr:DescribeImages'];
  const DESCRIBE = [
    'ecr:DescribeImageScanFindings', 'ecr:DescribeImageSigningStatus', 'ecr:DescribeImages', 'ecr:DescribeRepositories', 'ecr:GetLifecyclePolicy',
    'ecr:GetLifecyclePolicyPreview', 'ecr:GetRepositoryPolicy', 'ecr:ListImages', 'ecr:ListTagsForResource',
  ];
  const LIFECYCLE = ['ecr:DeleteLifecyclePolicy', 'ecr:PutLifecyclePolicy', 'ecr:StartLifecyclePolicyPreview', 'ecr:UpdateImageStorageClass'];

  const grants: [string, (repository: lib.CiRepository, grantee: iam.IGrantable) => iam.Grant, string | string[], object[]][] = [
    ['grantPull', (repository, grantee) => repository.grantPull(grantee), PULL, [TOKEN]],
    ['grantPush', (repository, grantee) => repository.grantPush(grantee), PUSH, [TOKEN]],
    ['grantPullPush', (repository, grantee) => repository.grantPullPush(grantee), PULL_PUSH, [TOKEN]],
    ['grantRead', (repository, grantee) => repository.grantRead(grantee), READ, []],
    ['grantDescribe', (repository, grantee) => repository.grantDescribe(grantee), DESCRIBE, []],
    ['grantScan', (repository, grantee) => repository.grantScan(grantee), 'ecr:StartImageScan', []],
    ['grantLifecycle', (repository, grantee) => repository.grantLifecycle(grantee), LIFECYCLE, []],
    ['grantDeleteImages', (repository, grantee) => repository.grantDeleteImages(grantee), 'ecr:BatchDeleteImage', []],
  ];

  describe.each(grants)('%s', (_name, giveTo, actions, others) => {
    const document = { Version: '2012-10-17', Statement: [{ Action: actions, Effect: 'Allow', Resource: REPOSITORY }, ...others] };
    let repository: lib.CiRepository;

    beforeEach(() => {
      repository = new lib.CiRepository(stack, 'Repository');
    });

    test('to a user is a policy of the user', () => {
      const grant = giveTo(repository, new iam.User(stack, 'User'));
      expect(grant.success).toBe(true);
      expect(stack.resolve(grant.principalStatement!.toStatementJson())).toEqual(document.Statement[0]);
      Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: document, Users: [{ Ref: 'User00B015A1' }] });
      expect(properties().RepositoryPolicyText).toBeUndefined();
    });

    test('to a role is a policy of the role', () => {
      giveTo(repository, new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
      Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: document, Roles: [{ Ref: 'Role1ABCC5F0' }] });
    });

    test('to an imported role of this account is a policy of that role', () => {
      giveTo(repository, iam.Role.fromRoleArn(stack, 'Imported', `arn:aws:iam::${ACCOUNT}:role/imported`));
      Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: document, Roles: ['imported'] });
    });

    test('to an account is in the repository policy, without the token', () => {
      const grant = giveTo(repository, new iam.AccountPrincipal(OTHER_ACCOUNT));
      expect(grant.success).toBe(true);
      expect(properties().RepositoryPolicyText).toEqual({
        Version: '2012-10-17',
        Statement: [{
          Action: actions,
          Effect: 'Allow',
          Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${OTHER_ACCOUNT}:root`]] } },
        }],
      });
      Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
    });

    test('to an imported role of another account is in the repository policy', () => {
      giveTo(repository, iam.Role.fromRoleArn(stack, 'Imported', `arn:aws:iam::${OTHER_ACCOUNT}:role/imported`));
      expect(properties().RepositoryPolicyText).toEqual({
        Version: '2012-10-17',
        Statement: [{ Action: actions, Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:role/imported` } }],
      });
    });

    test('to a role of a stack in another account is on both sides', () => {
      const otherStack = new Stack(app, 'Other', { env: { account: OTHER_ACCOUNT, region: REGION } });
      const role = new iam.Role(otherStack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
      const named = new lib.CiRepository(stack, 'Named', { repositoryName: 'myuser/myapp' });
      stack.node.tryRemoveChild('Repository');
      giveTo(named, role);

      expect(properties().RepositoryPolicyText).toMatchObject({
        Statement: [{
          Action: actions,
          Effect: 'Allow',
          Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${OTHER_ACCOUNT}:root`]] } },
          Condition: { StringEquals: { 'aws:PrincipalTag/aws-cdk:id': expect.stringContaining('Other_') } },
        }],
      });
      Template.fromStack(otherStack).hasResourceProperties('AWS::IAM::Policy', {
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{
            Action: actions,
            Effect: 'Allow',
            Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:${REGION}:${ACCOUNT}:repository/myuser/myapp`]] },
          }, ...others],
        },
      });
    });
  });
});

describe('the repository policy', () => {
  test('takes statements later', () => {
    const repository = new lib.CiRepository(stack, 'Repository');
    const result = repository.addToResourcePolicy(new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('codebuild.amazonaws.com')], actions: ['ecr:BatchGetImage'],
    }));
    expect(result.statementAdded).toBe(true);
    expect(properties().RepositoryPolicyText).toEqual({
      Version: '2012-10-17',
      Statement: [{ Action: 'ecr:BatchGetImage', Effect: 'Allow', Principal: { Service: 'codebuild.amazonaws.com' } }],
    });
  });

  test('fails for a statement with resources and for the token action', () => {
    const repository = new lib.CiRepository(stack, 'Repository');
    expect(() => repository.addToResourcePolicy(new iam.PolicyStatement({
      principals: [new iam.AccountPrincipal(OTHER_ACCOUNT)], actions: ['ecr:getauthorizationtoken'], resources: ['*'],
    }))).toThrow([
      'Stack/Repository: 2 problems',
      '  - \'statement.resources\' must be left out in a repository policy, got: ["*"]; remove it: the policy is about its repository only',
      '  - \'statement.actions\' must be left out in a repository policy, got: \'ecr:GetAuthorizationToken\' (25 characters); allow it on * in a policy of the user or role instead',
    ].join('\n'));
  });

  test.each([
    ['AnyPrincipal', new iam.AnyPrincipal()],
    ['StarPrincipal', new iam.StarPrincipal()],
  ])('warns if it allows %s', (_name, principal) => {
    const repository = new lib.CiRepository(stack, 'Repository');
    repository.grantPull(principal);
    Annotations.fromStack(stack).hasWarning('/Stack/Repository', Match.stringLikeRegexp('every AWS account.*cdk-ecr-ci:CiRepository.openToEveryone'));
  });

  test.each([
    ['a condition', { principals: [new iam.AnyPrincipal()], conditions: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } }],
    ['a denial', { principals: [new iam.AnyPrincipal()], effect: iam.Effect.DENY }],
    ['an account', { principals: [new iam.AccountPrincipal(OTHER_ACCOUNT)] }],
  ])('does not warn of %s', (_name, part) => {
    const repository = new lib.CiRepository(stack, 'Repository');
    repository.addToResourcePolicy(new iam.PolicyStatement({ actions: ['ecr:BatchGetImage'], ...part }));
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('fails at synth if it is larger than ECR takes', () => {
    const accounts = Array.from({ length: 310 }, (_, index) => String(100000000000 + index));
    new lib.CiRepository(stack, 'Repository', { access: [lib.RepositoryAccess.pullFromAccounts(accounts)] });
    expect(() => app.synth()).toThrow(/\[Stack\/Repository\] the repository policy must be at most 10240 characters, got: \d{5}; name an organization in the place of accounts/);
  });

  test('passes at synth if it may be small enough, whatever its tokens become', () => {
    const parameters = Array.from({ length: 150 }, (_, index) => new CfnParameter(stack, `${'A'.repeat(80)}${index}`).valueAsString);
    new lib.CiRepository(stack, 'Repository', {
      access: [lib.RepositoryAccess.statement(new iam.PolicyStatement({
        principals: parameters.map((arn) => new iam.ArnPrincipal(arn)), actions: ['ecr:BatchGetImage'],
      }))],
    });
    expect(JSON.stringify(properties().RepositoryPolicyText).length).toBeGreaterThan(10_240);
    expect(() => app.synth()).not.toThrow();
  });
});

describe('several problems', () => {
  test('are in one error, which names the construct', () => {
    expect(refusal({
      repositoryName: 'MyUser/MyApp',
      mutableTags: ['pr *'],
      lifecycle: lib.Lifecycle.keepLast(0),
      access: [lib.RepositoryAccess.pullFromAccounts(['42']), lib.RepositoryAccess.pullFromOrganization('my-org')],
    }).split('\n')).toEqual([
      'Stack/Repository: 5 problems',
      expect.stringContaining('\'repositoryName\''),
      expect.stringContaining('\'mutableTags[0]\''),
      expect.stringContaining('\'Lifecycle.keepLast.count\''),
      expect.stringContaining('\'access[0].pullFromAccounts[0]\''),
      expect.stringContaining('\'access[1].pullFromOrganization\''),
    ]);
  });
});

describe('elsewhere', () => {
  test.each(['cn-north-1', 'us-gov-west-1'])('in %s no ARN names another partition', (region) => {
    stack = new Stack(new App(), 'There', { env: { account: ACCOUNT, region } });
    const repository = new lib.CiRepository(stack, 'Repository', {
      repositoryName: 'myuser/myapp',
      access: [lib.RepositoryAccess.pullFromAccounts([OTHER_ACCOUNT]), lib.RepositoryAccess.pullFromLambda({ accounts: [OTHER_ACCOUNT] })],
    });
    repository.grantPush(new iam.User(stack, 'User'));

    const functions = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:lambda:${region}:${OTHER_ACCOUNT}:function:*`]] };
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::Repository', {
      RepositoryPolicyText: { Statement: Match.arrayWith([Match.objectLike({ Condition: { StringLike: { 'aws:sourceArn': [functions] } } })]) },
    });
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toMatch(/arn:aws|amazonaws\.com[^"]*\.com/);
  });

  test('without account and region', () => {
    stack = new Stack(new App(), 'Agnostic');
    const repository = new lib.CiRepository(stack, 'Repository');
    expect(Token.isUnresolved(repository.repositoryArn)).toBe(true);
    expect(lifecyclePolicy()).toEqual({ rules: [UNTAGGED_AFTER_14_DAYS] });
  });
});
