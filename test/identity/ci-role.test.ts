import { App, Aws, CfnParameter, Duration, Lazy, Resource, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import * as lib from '../../src';

const HOST = 'token.actions.githubusercontent.com';
const REPOSITORY = { owner: 'myuser', repository: 'myapp' };
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const ONLY_PULL = 'pull, token and describe actions of ECR only, for a role that pull requests may assume';
const FIX = 'give other runs a role of their own, or set \'allowPullRequestsToPush\'';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
});

function github(...subjects: lib.GithubSubject[]): lib.OidcTrust {
  return lib.OidcTrust.github({ ...REPOSITORY, subjects: subjects.length > 0 ? subjects : [lib.GithubSubject.branch('main')] });
}

function pullRequests(): lib.OidcTrust {
  return github(lib.GithubSubject.pullRequest());
}

function idOf(type: string): string {
  const [id, ...others] = Object.keys(Template.fromStack(stack).findResources(type));
  expect(others).toEqual([]);
  return id;
}

/** The one trust policy of the stack. */
function trustPolicy(): any {
  return (Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'))[0] as any).Properties.AssumeRolePolicyDocument;
}

function conditions(): any {
  return trustPolicy().Statement[0].Condition;
}

describe('a role', () => {
  test('is assumed by a token of its issuer with audience and subject, and has nothing else', () => {
    new lib.CiRole(stack, 'Role', { trust: github() });
    expect(Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'))).toEqual([{
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: { StringEquals: { [`${HOST}:aud`]: 'sts.amazonaws.com', [`${HOST}:sub`]: 'repo:myuser/myapp:ref:refs/heads/main' } },
            Effect: 'Allow',
            Principal: { Federated: { Ref: idOf('AWS::IAM::OIDCProvider') } },
          }],
        },
      },
    }]);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
  });

  test('takes what an IAM role takes', () => {
    const boundary = iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::111122223333:policy/boundary');
    new lib.CiRole(stack, 'Role', {
      trust: github(),
      description: 'pushes images',
      inlinePolicies: { Inline: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] })] }) },
      managedPolicies: [iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Policy', 'arn:aws:iam::111122223333:policy/ci')],
      maxSessionDuration: Duration.hours(2),
      path: '/ci/',
      permissionsBoundary: boundary,
      roleName: 'ci',
    });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      Description: 'pushes images',
      ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/ci'],
      MaxSessionDuration: 7200,
      Path: '/ci/',
      PermissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary',
      Policies: [{ PolicyName: 'Inline', PolicyDocument: { Statement: [{ Action: 's3:GetObject', Effect: 'Allow', Resource: '*' }], Version: '2012-10-17' } }],
      RoleName: 'ci',
    });
  });

  test('is granted to as any role', () => {
    const repository = new lib.CiRepository(stack, 'Repository', { repositoryName: 'myuser/myapp' });
    const role: iam.IRole = new lib.CiRole(stack, 'Role', { trust: github() });
    repository.grantPull(role);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      Roles: [{ Ref: idOf('AWS::IAM::Role') }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Action: [...PULL].sort(), Effect: 'Allow', Resource: { 'Fn::GetAtt': [idOf('AWS::ECR::Repository'), 'Arn'] } },
          { Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' },
        ],
      },
    });
  });

  test('leaves its properties as they were', () => {
    const props = { trust: github(), managedPolicies: [] };
    new lib.CiRole(stack, 'Role', props).addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess'));
    expect(props.managedPolicies).toEqual([]);
  });
});

describe('conditions', () => {
  test('compare exactly where no value is a pattern', () => {
    new lib.CiRole(stack, 'Role', { trust: github(lib.GithubSubject.branch('main'), lib.GithubSubject.environment('prod')) });
    expect(conditions()).toEqual({
      StringEquals: { [`${HOST}:aud`]: 'sts.amazonaws.com', [`${HOST}:sub`]: ['repo:myuser/myapp:ref:refs/heads/main', 'repo:myuser/myapp:environment:prod'] },
    });
  });

  test('compare a key by patterns where one of its values is one, and each key once', () => {
    new lib.CiRole(stack, 'Role', {
      trust: lib.OidcTrust.github({
        ...REPOSITORY,
        subjects: [lib.GithubSubject.branch('main'), lib.GithubSubject.tag('v?')],
        claims: { actor: ['octocat', 'robot-*'], repositoryId: ['456'] },
      }),
    });
    expect(conditions()).toEqual({
      StringEquals: { [`${HOST}:aud`]: 'sts.amazonaws.com', [`${HOST}:repository_id`]: '456' },
      StringLike: {
        [`${HOST}:sub`]: ['repo:myuser/myapp:ref:refs/heads/main', 'repo:myuser/myapp:ref:refs/tags/v?'],
        [`${HOST}:actor`]: ['octocat', 'robot-*'],
      },
    });
  });

  test('name a value once that is given twice', () => {
    new lib.CiRole(stack, 'Role', {
      trust: lib.OidcTrust.github({
        ...REPOSITORY, subjects: [lib.GithubSubject.branch('main'), lib.GithubSubject.branch('main')], audiences: ['aws', 'aws'],
      }),
    });
    expect(conditions()).toEqual({ StringEquals: { [`${HOST}:aud`]: 'aws', [`${HOST}:sub`]: 'repo:myuser/myapp:ref:refs/heads/main' } });
  });

  test('take tokens as exact values', () => {
    const branch = new CfnParameter(stack, 'Branch').valueAsString;
    new lib.CiRole(stack, 'Role', {
      trust: lib.OidcTrust.github({ owner: Aws.STACK_NAME, repository: 'myapp', subjects: [lib.GithubSubject.branch(branch)], audiences: [Aws.REGION] }),
    });
    expect(conditions()).toEqual({
      StringEquals: {
        [`${HOST}:aud`]: { Ref: 'AWS::Region' },
        [`${HOST}:sub`]: { 'Fn::Join': ['', ['repo:', { Ref: 'AWS::StackName' }, '/myapp:ref:refs/heads/', { Ref: 'Branch' }]] },
      },
    });
  });
});

describe('a trust of one\'s own', () => {
  class Own extends lib.OidcTrust {
    public constructor(private readonly config: Partial<lib.OidcTrustConfig> = {}) {
      super();
    }

    public bind(scope: Construct): lib.OidcTrustConfig {
      new Construct(scope, 'Own');
      return { issuer: 'https://ci.example.com', audiences: ['aws'], subjects: ['project:myapp:*'], ...this.config };
    }
  }

  test('is taken, and may define what it needs', () => {
    new lib.CiRole(stack, 'Role', { trust: new Own({ claims: { email: ['ci@example.com'] } }) });
    expect(conditions()).toEqual({
      StringEquals: { 'ci.example.com:aud': 'aws', 'ci.example.com:email': 'ci@example.com' },
      StringLike: { 'ci.example.com:sub': 'project:myapp:*' },
    });
    expect(stack.node.tryFindChild('Own')).toBeDefined();
  });

  test('is not let open the role', () => {
    expect(() => new lib.CiRole(stack, 'Role', { trust: new Own({ subjects: ['*'] }) })).toThrow(/'trust.subjects\[0\]' must be more than wildcards/);
  });

  test('may say that pull requests are among its runs', () => {
    const role = new lib.CiRole(stack, 'Role', { trust: new Own({ includesPullRequests: true }) });
    expect(() => new lib.CiRepository(stack, 'Repository').grantPush(role)).toThrow(ONLY_PULL);
  });
});

describe('the provider', () => {
  test('is one for the roles of a stack, with the audiences of all', () => {
    new lib.CiRole(stack, 'One', { trust: github() });
    new lib.CiRole(stack, 'Two', { trust: lib.OidcTrust.github({ ...REPOSITORY, subjects: [lib.GithubSubject.tag('v1')], audiences: ['ecr', 'sts.amazonaws.com'] }) });
    const template = Template.fromStack(stack);
    expect(Object.values(template.findResources('AWS::IAM::OIDCProvider'))).toEqual([{
      Type: 'AWS::IAM::OIDCProvider',
      Properties: { Url: `https://${HOST}`, ClientIdList: ['sts.amazonaws.com', 'ecr'] },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    }]);
    template.allResourcesProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Federated: { Ref: idOf('AWS::IAM::OIDCProvider') } } })] },
    });
  });

  test('is another for another issuer', () => {
    new lib.CiRole(stack, 'One', { trust: github() });
    new lib.CiRole(stack, 'Two', { trust: lib.OidcTrust.gitlab({ project: 'mygroup/myapp', subjects: [lib.GitlabSubject.branch('main')] }) });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::OIDCProvider', 2);
    Template.fromStack(stack).resourcePropertiesCountIs('AWS::IAM::OIDCProvider', { Url: 'https://gitlab.com', ClientIdList: ['https://gitlab.com'] }, 1);
  });

  function federated(provider: iam.IOIDCProviderRef): any {
    new lib.CiRole(stack, 'Role', { trust: lib.OidcTrust.github({ ...REPOSITORY, subjects: [lib.GithubSubject.branch('main')], audiences: ['ecr'], provider }) });
    return trustPolicy().Statement[0].Principal.Federated;
  }

  test('may be a CiOidcProvider, which learns the audience', () => {
    const provider = new lib.CiOidcProvider(stack, 'Provider', { issuer: `https://${HOST}`, audiences: ['sts.amazonaws.com'] });
    expect(federated(provider)).toEqual({ Ref: idOf('AWS::IAM::OIDCProvider') });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::OIDCProvider', { ClientIdList: ['sts.amazonaws.com', 'ecr'] });
  });

  test('may be a CiOidcProvider of another stack', () => {
    const shared = new Stack(app, 'Shared', { env: { account: '111122223333', region: 'eu-central-1' } });
    const provider = new lib.CiOidcProvider(shared, 'Provider', { issuer: `https://${HOST}` });
    stack = new Stack(app, 'Other', { env: { account: '111122223333', region: 'eu-central-1' } });
    expect(federated(provider)).toEqual({ 'Fn::ImportValue': expect.stringContaining('Shared') });
    Template.fromStack(shared).hasResourceProperties('AWS::IAM::OIDCProvider', { ClientIdList: ['ecr'] });
  });

  test('may be one that exists', () => {
    expect(federated(lib.CiOidcProvider.fromIssuer(stack, 'Provider', `https://${HOST}`))).toEqual({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::111122223333:oidc-provider/${HOST}`]],
    });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::OIDCProvider', 0);
  });

  test('may be one of aws-cdk-lib', () => {
    expect(federated(new iam.OidcProviderNative(stack, 'Provider', { url: `https://${HOST}`, clientIds: ['ecr'] }))).toEqual({
      Ref: idOf('AWS::IAM::OIDCProvider'),
    });
  });

  test('may be a reference by its ARN', () => {
    const arn = `arn:aws:iam::111122223333:oidc-provider/${HOST}`;
    expect(federated(iam.OidcProviderNative.fromOidcProviderArn(stack, 'Provider', arn))).toBe(arn);
  });

  /** No more than what the CDK asks of a reference. */
  class Reference extends Resource implements iam.IOIDCProviderRef {
    public readonly oidcProviderRef: iam.OIDCProviderReference;

    public constructor(scope: Construct, id: string, host: string) {
      super(scope, id);
      this.oidcProviderRef = { oidcProviderArn: `arn:aws:iam::111122223333:oidc-provider/${host}` };
    }
  }

  test('may be a mere reference', () => {
    expect(federated(new Reference(stack, 'Provider', HOST))).toBe(`arn:aws:iam::111122223333:oidc-provider/${HOST}`);
  });

  test('must be of the trust\'s issuer', () => {
    expect(() => federated(new Reference(stack, 'Provider', 'gitlab.com'))).toThrow(
      'Stack/Role: 1 problem\n  - \'trust.provider\' must be the provider of https://token.actions.githubusercontent.com, got: '
      + '\'arn:aws:iam::111122223333:oidc-provider/gitlab.com\' (50 characters); give the one of the trust\'s issuer, or leave it out to have one made');
  });

  test('must be of the trust\'s issuer, also where it is a construct', () => {
    const provider = new lib.CiOidcProvider(stack, 'Provider', { issuer: 'https://gitlab.com' });
    expect(() => federated(provider)).toThrow('\'trust.provider\' must be the provider of https://token.actions.githubusercontent.com, got: \'gitlab.com\'');
  });
});

describe('a role that pull requests may assume', () => {
  let role: lib.CiRole;
  let repository: lib.CiRepository;
  beforeEach(() => {
    role = new lib.CiRole(stack, 'Role', { trust: pullRequests() });
    repository = new lib.CiRepository(stack, 'Repository', { repositoryName: 'myuser/myapp' });
  });

  const push = (): iam.PolicyStatement => new iam.PolicyStatement({ actions: ['ecr:PutImage'], resources: ['*'] });
  const error = (property: string, actions: string[]): string => (
    `Stack/Role: 1 problem\n  - '${property}' must be ${ONLY_PULL}, got: ${JSON.stringify(actions)}; ${FIX}`
  );

  test('may pull, and describe', () => {
    repository.grantPull(role);
    repository.grantRead(role);
    role.addToPolicy(new iam.PolicyStatement({ actions: ['ecr:ListImages', 'ECR:describeImageScanFindings'], resources: ['*'] }));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([{
        Action: ['ECR:describeImageScanFindings', 'ecr:GetAuthorizationToken', 'ecr:ListImages'], Effect: 'Allow', Resource: '*',
      }]) },
    });
  });

  test('may be denied anything', () => {
    role.addToPolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, notActions: ['ecr:*'], resources: ['*'] }));
    Template.fromStack(stack).resourceCountIs('AWS::IAM::ManagedPolicy', 1);
  });

  test('is not granted push', () => {
    const pushes = ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'];
    expect(() => repository.grantPush(role)).toThrow(error('statement.actions', pushes));
    expect(() => repository.grantPullPush(role)).toThrow(error('statement.actions', pushes));
    expect(() => ecr.Repository.fromRepositoryName(stack, 'Other', 'other').grantPush(role)).toThrow(ONLY_PULL);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  });

  test.each(['ecr:*', '*', 'ecr:Put*', 'ecr:DeleteRepository', 'secretsmanager:GetSecretValue', 's3:GetObject'])('is not allowed %s', (action) => {
    expect(() => role.addToPolicy(new iam.PolicyStatement({ actions: [action], resources: ['*'] }))).toThrow(error('statement.actions', [action]));
    expect(() => role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: [action], resources: ['*'] }))).toThrow(error('statement.actions', [action]));
  });

  test('is not allowed all but something', () => {
    expect(() => role.addToPolicy(new iam.PolicyStatement({ notActions: ['iam:*'], resources: ['*'] }))).toThrow(
      `'statement.notActions' must be left out: ${ONLY_PULL}, got: ["iam:*"]; ${FIX}`);
  });

  test('is not given more by properties, all of it in one error', () => {
    expect(() => new lib.CiRole(stack, 'Bad', {
      trust: pullRequests(),
      inlinePolicies: { Push: new iam.PolicyDocument({ statements: [push()] }) },
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEC2ContainerRegistryPowerUser'),
        new iam.ManagedPolicy(stack, 'Managed', { statements: [push()] }),
      ],
    })).toThrow(new Error([
      'Stack/Bad: 3 problems',
      `  - 'inlinePolicies.Push.statement[0].actions' must be ${ONLY_PULL}, got: ["ecr:PutImage"]; ${FIX}`,
      '  - \'managedPolicies[0]\' must be AmazonEC2ContainerRegistryPullOnly, AmazonEC2ContainerRegistryReadOnly or one of this app, '
      + 'for a role that pull requests may assume, got: {"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"]]}; '
      + FIX,
      `  - 'managedPolicies[1].document.statement[0].actions' must be ${ONLY_PULL}, got: ["ecr:PutImage"]; ${FIX}`,
    ].join('\n')));
  });

  test('is not given more by policies that are attached', () => {
    expect(() => role.attachInlinePolicy(new iam.Policy(stack, 'Policy', { statements: [push()] }))).toThrow(
      error('attachInlinePolicy().statement[0].actions', ['ecr:PutImage']));
    expect(() => role.addManagedPolicy(new iam.ManagedPolicy(stack, 'Managed', { statements: [push()] }))).toThrow(
      error('addManagedPolicy().document.statement[0].actions', ['ecr:PutImage']));
    expect(() => role.addManagedPolicy(iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Imported', 'arn:aws:iam::111122223333:policy/AmazonEC2ContainerRegistryPullOnly')))
      .toThrow(/'addManagedPolicy\(\)' must be AmazonEC2ContainerRegistryPullOnly/);
  });

  test('takes the managed policies of AWS that only pull, and policies of the app that do', () => {
    const pull = new iam.PolicyStatement({ actions: PULL, resources: ['*'] });
    role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEC2ContainerRegistryPullOnly'));
    role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEC2ContainerRegistryReadOnly'));
    role.addManagedPolicy(new iam.ManagedPolicy(stack, 'Managed', { statements: [pull] }));
    role.attachInlinePolicy(new iam.Policy(stack, 'Policy', { statements: [pull] }));
    Template.fromStack(stack).resourceCountIs('AWS::IAM::ManagedPolicy', 1);
  });

  describe('is looked at again at synth', () => {
    const statement = (): iam.PolicyStatement => new iam.PolicyStatement({ actions: ['ecr:BatchGetImage'], resources: ['*'] });
    const synth = (): Template => Template.fromStack(stack);

    test('for a statement that is changed', () => {
      const changed = statement();
      role.addToPolicy(changed);
      changed.addActions('ecr:PutImage');
      expect(synth).toThrow(/\[Stack\/Role\] 'Stack\/Role\/Policy1\.statement\[0\]\.actions' must be pull.*\["ecr:PutImage"\]/);
    });

    test('for an inline policy that is attached from its side', () => {
      new iam.Policy(stack, 'Policy', { statements: [push()], roles: [role] });
      expect(synth).toThrow(/'Stack\/Policy\/Resource\.statement\[0\]\.actions' must be pull/);
    });

    test('for a managed policy that is attached from its side', () => {
      new iam.ManagedPolicy(stack, 'Managed', { statements: [push()], roles: [role] });
      expect(synth).toThrow(/'Stack\/Managed\/Resource\.statement\[0\]\.actions' must be pull/);
    });

    test('for a managed policy of another stack that is attached from its side', () => {
      new iam.ManagedPolicy(new Stack(app, 'Other', { env: { account: '111122223333', region: 'eu-west-1' } }), 'Managed', { statements: [push()], roles: [role] });
      expect(() => app.synth()).toThrow(/'Other\/Managed\/Resource\.statement\[0\]\.actions' must be pull/);
    });

    test('for a managed policy that grows', () => {
      const managed = new iam.ManagedPolicy(stack, 'Managed', { statements: [statement()] });
      role.addManagedPolicy(managed);
      managed.addStatements(push());
      expect(synth).toThrow(/'managedPolicies\[0\]\.document\.statement\[1\]\.actions' must be pull/);
    });

    test('for an inline policy that grows', () => {
      const document = new iam.PolicyDocument({ statements: [statement()] });
      new lib.CiRole(stack, 'Inline', { trust: pullRequests(), inlinePolicies: { Pull: document } });
      document.addStatements(push());
      expect(synth).toThrow(/\[Stack\/Inline\] 'inlinePolicies\.Pull\.statement\[1\]\.actions' must be pull/);
    });

    test('and not for what others may do', () => {
      new lib.CiRole(stack, 'Pushes', { trust: github() }).addToPolicy(push());
      new iam.ManagedPolicy(stack, 'Managed', { statements: [push()], users: [new iam.User(stack, 'User')] });
      expect(synth).not.toThrow();
    });
  });

  test('may push if it is said so', () => {
    const trusted = new lib.CiRole(stack, 'Trusted', { trust: pullRequests(), allowPullRequestsToPush: true });
    repository.grantPush(trusted);
    trusted.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess'));
    trusted.attachInlinePolicy(new iam.Policy(stack, 'Policy', { statements: [push()] }));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['ecr:PutImage']) })]) },
    });
  });
});

describe('the length of the trust policy', () => {
  /** A role whose trust policy has so many characters. */
  function roleOf(length: number, trustPolicyLimit?: number): void {
    // Everything but the names of branches, with the longest partition; one more subject costs its quotes, comma and beginning.
    const branches: string[] = [];
    const beginning = 'repo:myuser/myapp:ref:refs/heads/';
    const empty = JSON.stringify({
      Statement: [{
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${HOST}:aud`]: 'sts.amazonaws.com', [`${HOST}:sub`]: [] } },
        Effect: 'Allow',
        Principal: { Federated: `arn:aws-us-gov:iam::123456789012:oidc-provider/${HOST}` },
      }],
      Version: '2012-10-17',
    }).length;
    let left = length - empty;
    while (left > 200) {
      branches.push(String(branches.length).padStart(100 - beginning.length - 3, 'x'));
      left -= 100;
    }
    branches.push('y'.repeat(left - beginning.length - 2));
    new lib.CiRole(stack, 'Role', { trust: github(...branches.map((branch) => lib.GithubSubject.branch(branch))), trustPolicyLimit });
  }

  test('may be 2,048 characters', () => {
    roleOf(2048);
    const policy = JSON.stringify(trustPolicy()).replace(/\{"Ref":"[^"]+"\}/, `"arn:aws-us-gov:iam::123456789012:oidc-provider/${HOST}"`);
    expect(policy).toHaveLength(2048);
  });

  test('may not be more', () => {
    roleOf(2049);
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] the trust policy must be at most 2048 characters, got: 2049; name fewer subjects, take some together with a wildcard '
      + 'or with an environment, or define several roles, or set \'trustPolicyLimit\' if the account\'s quota was raised');
  });

  test('may be more where the account\'s quota was raised', () => {
    roleOf(4096, 4096);
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('may not be more than the raised quota', () => {
    roleOf(4097, 4096);
    expect(() => Template.fromStack(stack)).toThrow('at most 4096 characters, got: 4097');
  });

  test('counts what is added to the policy later', () => {
    roleOf(2000);
    (stack.node.findChild('Role') as lib.CiRole).assumeRolePolicy!.addStatements(new iam.PolicyStatement({
      actions: ['sts:TagSession'], principals: [new iam.AccountPrincipal('111122223333')],
    }));
    expect(() => Template.fromStack(stack)).toThrow(/at most 2048 characters, got: 2\d{3}/);
  });

  test('counts the account and the partition at their longest, and nothing for what is not known', () => {
    const provider = lib.CiOidcProvider.fromIssuer(stack, 'Provider', `https://${HOST}`);
    const branch = new CfnParameter(stack, 'Branch').valueAsString;
    const known = JSON.stringify({
      Statement: [{
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${HOST}:aud`]: '123456789012', [`${HOST}:sub`]: 'repo:o/:' } },
        Effect: 'Allow',
        Principal: { Federated: `arn:aws-us-gov:iam::123456789012:oidc-provider/${HOST}` },
      }],
      Version: '2012-10-17',
    }).length;
    new lib.CiRole(stack, 'Role', {
      trust: lib.OidcTrust.custom({ issuer: `https://${HOST}`, audiences: [Aws.ACCOUNT_ID], subjects: [`repo:o/${branch}:${'x'.repeat(2048 - known)}`], provider }),
    });
    Annotations.fromStack(stack).hasWarning('/Stack/Role', Match.stringLikeRegexp('^the trust policy is 2048 characters without what is known only at deploy'));
  });

  test('warns where tokens might make it too long', () => {
    const branches = Array.from({ length: 14 }, (_, index) => new CfnParameter(stack, `Branch${index}`).valueAsString);
    new lib.CiRole(stack, 'Role', { trust: github(...branches.map((branch) => lib.GithubSubject.branch(branch))) });
    Annotations.fromStack(stack).hasWarning('/Stack/Role', Match.stringLikeRegexp(
      '^the trust policy is \\d{3} characters without what is known only at deploy, and at most 2048 are allowed; name fewer subjects.*CiRole.trustPolicyLength\\]$'));
  });

  test('does not warn of a few tokens', () => {
    new lib.CiRole(stack, 'Role', { trust: github(lib.GithubSubject.branch(new CfnParameter(stack, 'Branch').valueAsString)) });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });
});

describe('bad input', () => {
  test('is refused, all of it in one error', () => {
    expect(() => new lib.CiRole(stack, 'Role', {
      trust: lib.OidcTrust.github({ owner: 'my/user', repository: 'my*', subjects: [] }), roleName: 'my role', path: 'ci', trustPolicyLimit: 1000,
    })).toThrow(new Error([
      'Stack/Role: 6 problems',
      '  - \'roleName\' must be 1 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -, got: \'my role\' (7 characters); '
      + 'choose another name, or leave it out for a generated one',
      '  - \'path\' must be a path of at most 512 printable characters that begins and ends with /, got: \'ci\' (2 characters); '
      + 'write it such as \'/ci/\', or leave it out for \'/\'',
      '  - \'trustPolicyLimit\' must be a whole number from 2048 to 8192, got: 1000; leave it out unless the account\'s quota was raised',
      '  - \'trust.owner\' must be the name of a user or an organization: 1 to 39 letters, digits, - and _, without wildcards, '
      + 'got: \'my/user\' (7 characters); write the owner alone, such as \'myuser\' of \'myuser/myapp\'',
      '  - \'trust.repository\' must be the name of a repository: 1 to 100 letters, digits, ., - and _, without wildcards, '
      + 'got: \'my*\' (3 characters); write the repository alone, such as \'myapp\' of \'myuser/myapp\'',
      '  - \'trust.subjects\' must be at least one, got: []; say which runs of the CI may assume the role',
    ].join('\n')));
    expect(stack.node.children).toEqual([]);
  });

  test.each([2047, 8193, 3000.5])('%d is no limit of a trust policy', (trustPolicyLimit) => {
    expect(() => new lib.CiRole(stack, 'Role', { trust: github(), trustPolicyLimit })).toThrow('\'trustPolicyLimit\' must be a whole number from 2048 to 8192');
  });

  test('takes the lowest and the highest limit, and a token', () => {
    [2048, 8192, Token.asNumber({ Ref: 'AWS::NoValue' })].forEach((trustPolicyLimit, index) => {
      new lib.CiRole(stack, `Role${index}`, { trust: github(), trustPolicyLimit, roleName: `${Aws.STACK_NAME} ${index}`, path: `${Aws.REGION} ` });
    });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('takes an issuer that is known at synth, and no other', () => {
    const trust = (issuer: string): lib.OidcTrust => lib.OidcTrust.custom({ issuer, audiences: ['aws'], subjects: ['project:myapp'] });
    new lib.CiRole(stack, 'Lazy', { trust: trust(Lazy.string({ produce: () => 'https://ci.example.com' })) });
    expect(conditions()).toEqual({ StringEquals: { 'ci.example.com:aud': 'aws', 'ci.example.com:sub': 'project:myapp' } });
    const parameter = new CfnParameter(stack, 'Issuer');
    expect(() => new lib.CiRole(stack, 'Role', { trust: trust(parameter.valueAsString) })).toThrow(
      /^Stack\/Role: 1 problem\n {2}- 'trust\.issuer' must be known at synth, got: .*; write it as a text, or take it from the context: it is part of IAM's condition keys$/);
  });
});
