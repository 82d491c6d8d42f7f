import { App, Aws, CfnParameter, Fn, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lib from '../../src';

const ISSUER = 'https://token.actions.githubusercontent.com';
const HOST = 'token.actions.githubusercontent.com';
const PROVIDER_ARN = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::111122223333:oidc-provider/${HOST}`]] };

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
});

/** Logical ids of the resources of a type, in the order of the template. */
function ids(type: string, of = stack): string[] {
  return Object.keys(Template.fromStack(of).findResources(type));
}

/** The one resource of a type. */
function only(type: string, of = stack): any {
  const resources = Object.values(Template.fromStack(of).findResources(type));
  expect(resources).toHaveLength(1);
  return resources[0];
}

/** The statements for the providers, without those for the log. */
function statements(of = stack): any[] {
  return Object.values(Template.fromStack(of).findResources('AWS::IAM::Policy'))
    .filter((policy) => policy.Properties.PolicyName.includes('Issuer'))
    .map((policy) => policy.Properties.PolicyDocument.Statement);
}

describe('by default', () => {
  beforeEach(() => { new lib.AdoptingOidcProvider(stack, 'Github', { issuer: ISSUER, audiences: ['sts.amazonaws.com'] }); });

  test('a custom resource stands for the provider and one for the audience, and both are retained', () => {
    const [functionId] = ids('AWS::Lambda::Function');
    const [policyId] = ids('AWS::IAM::Policy').filter((id) => id.includes('Issuer'));
    const [providerId] = ids('Custom::AdoptedOidcProvider');
    expect(only('Custom::AdoptedOidcProvider')).toEqual({
      Type: 'Custom::AdoptedOidcProvider',
      Properties: {
        ServiceToken: { 'Fn::GetAtt': [functionId, 'Arn'] }, ServiceTimeout: '360', issuer: ISSUER, providerArn: PROVIDER_ARN, removal: 'RETAIN',
      },
      DependsOn: [policyId],
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    expect(only('Custom::AdoptedOidcAudience')).toEqual({
      Type: 'Custom::AdoptedOidcAudience',
      Properties: {
        ServiceToken: { 'Fn::GetAtt': [functionId, 'Arn'] },
        ServiceTimeout: '360',
        providerArn: { 'Fn::GetAtt': [providerId, 'Arn'] },
        audience: 'sts.amazonaws.com',
        removal: 'RETAIN',
      },
      DependsOn: [policyId],
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('its function may find, make and tag this provider and add audiences to it, and nothing else', () => {
    expect(statements()).toEqual([[
      {
        Effect: 'Allow',
        Action: ['iam:AddClientIDToOpenIDConnectProvider', 'iam:CreateOpenIDConnectProvider', 'iam:GetOpenIDConnectProvider'],
        Resource: PROVIDER_ARN,
      },
      {
        Effect: 'Allow',
        Action: 'iam:TagOpenIDConnectProvider',
        Resource: PROVIDER_ARN,
        Condition: {
          'StringEquals': { 'aws:RequestTag/cdk-ecr-ci:stack-id': { Ref: 'AWS::StackId' } },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['cdk-ecr-ci:stack-id', 'cdk-ecr-ci:logical-id'] },
        },
      },
    ]]);
    expect(only('AWS::IAM::Role').Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
      },
      Description: 'Finds or makes OIDC providers, and adds audiences to them',
    });
    const [logGroupId] = ids('AWS::Logs::LogGroup');
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyName: Match.stringLikeRegexp('^CdkEcrCiOidcProvidersRoleDefaultPolicy'),
      PolicyDocument: {
        Statement: [{
          Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [logGroupId, 'Arn'] },
        }],
      },
    });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 2);
  });

  test('the function logs to a group of its own, which goes with the stack', () => {
    const [logGroupId] = ids('AWS::Logs::LogGroup');
    expect(only('AWS::Logs::LogGroup')).toMatchObject({ Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Finds or makes OIDC providers, and adds audiences to them',
      Handler: 'index.handler',
      LoggingConfig: { LogGroup: { Ref: logGroupId } },
      MemorySize: 256,
      Role: { 'Fn::GetAtt': [ids('AWS::IAM::Role')[0], 'Arn'] },
      Runtime: 'nodejs24.x',
      Timeout: 300,
    });
  });

  test('CloudFormation makes no provider itself', () => {
    Template.fromStack(stack).resourceCountIs('AWS::IAM::OIDCProvider', 0);
  });
});

test('with DESTROY, the function may also remove this provider and its audiences, and look for roles that use it', () => {
  new lib.AdoptingOidcProvider(stack, 'Github', { issuer: ISSUER, audiences: ['a'], removalPolicy: RemovalPolicy.DESTROY });
  expect(statements()[0].slice(2)).toEqual([
    { Effect: 'Allow', Action: ['iam:DeleteOpenIDConnectProvider', 'iam:RemoveClientIDFromOpenIDConnectProvider'], Resource: PROVIDER_ARN },
    { Effect: 'Allow', Action: 'iam:ListRoles', Resource: '*' },
  ]);
  for (const type of ['Custom::AdoptedOidcProvider', 'Custom::AdoptedOidcAudience']) {
    expect(only(type)).toMatchObject({ Properties: { removal: 'DESTROY' }, DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  }
});

test('each audience waits for the one before, and what uses the provider for the last', () => {
  const provider = new lib.AdoptingOidcProvider(stack, 'Github', { issuer: ISSUER, audiences: ['a', 'b'] });
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.OpenIdConnectPrincipal(provider) });
  provider.addAudiences(['b', 'c']);
  const template = Template.fromStack(stack);
  const [providerId] = ids('Custom::AdoptedOidcProvider');
  const audiences = Object.entries(template.findResources('Custom::AdoptedOidcAudience'));
  expect(audiences.map(([, { Properties: { audience } }]) => audience)).toEqual(['a', 'b', 'c']);
  expect(audiences.map(([, { Properties: { providerArn } }]) => providerArn['Fn::GetAtt'])).toEqual([
    [providerId, 'Arn'], [audiences[0][0], 'Arn'], [audiences[1][0], 'Arn'],
  ]);
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [{
        Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: { 'Fn::GetAtt': [audiences[2][0], 'Arn'] } },
      }],
    },
  });
  expect(stack.resolve(role.assumeRolePolicy)).toBeDefined();
});

test('learns the audiences of the roles that use it', () => {
  const provider = new lib.AdoptingOidcProvider(stack, 'Github', { issuer: ISSUER });
  const subjects = [lib.GithubSubject.branch('main')];
  for (const audiences of [['sts.amazonaws.com'], ['sts.amazonaws.com', 'other']]) {
    new lib.CiRole(stack, `Role${audiences.length}`, { trust: lib.OidcTrust.github({ owner: 'myuser', repository: 'myapp', subjects, audiences, provider }) });
  }
  const audiences = Object.values(Template.fromStack(stack).findResources('Custom::AdoptedOidcAudience'));
  expect(audiences.map(({ Properties: { audience } }) => audience)).toEqual(['sts.amazonaws.com', 'other']);
});

test('goes wherever the CDK takes a provider', () => {
  const provider: iam.IOidcProvider = new lib.AdoptingOidcProvider(stack, 'Circle', { issuer: 'https://oidc.circleci.com/org/1', audiences: ['1'] });
  expect(provider.oidcProviderIssuer).toBe('oidc.circleci.com/org/1');
  expect(provider.openIdConnectProviderIssuer).toBe(provider.oidcProviderIssuer);
  expect(provider.openIdConnectProviderArn).toBe(provider.oidcProviderArn);
  expect(provider.oidcProviderRef).toEqual({ oidcProviderArn: provider.oidcProviderArn });
});

test('two in one stack share the function and have rights of their own', () => {
  new lib.AdoptingOidcProvider(stack, 'One', { issuer: ISSUER, audiences: ['a'] });
  new lib.AdoptingOidcProvider(stack, 'Two', { issuer: 'https://gitlab.com', audiences: ['a'], removalPolicy: RemovalPolicy.DESTROY });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Lambda::Function', 1);
  template.resourceCountIs('AWS::IAM::Role', 1);
  template.resourceCountIs('AWS::Logs::LogGroup', 1);
  expect(statements().map(([{ Resource }]) => Resource['Fn::Join'][1][2])).toEqual([
    `:iam::111122223333:oidc-provider/${HOST}`, ':iam::111122223333:oidc-provider/gitlab.com',
  ]);
  expect(statements().map((list) => list.length)).toEqual([2, 4]);
});

test('two of one issuer in one stack do not meet', () => {
  for (const id of ['One', 'Two']) new lib.AdoptingOidcProvider(stack, id, { issuer: ISSUER, audiences: ['a'] });
  Template.fromStack(stack).resourceCountIs('Custom::AdoptedOidcProvider', 2);
  Template.fromStack(stack).resourceCountIs('Custom::AdoptedOidcAudience', 2);
});

test('each stack has a function of its own', () => {
  const stacks = [stack, new Stack(stack.node.root as App, 'Other')];
  for (const scope of stacks) new lib.AdoptingOidcProvider(scope, 'Github', { issuer: ISSUER, audiences: ['a'] });
  for (const scope of stacks) Template.fromStack(scope).resourceCountIs('AWS::Lambda::Function', 1);
});

test('serves roles of other stacks', () => {
  const provider = new lib.AdoptingOidcProvider(stack, 'Github', { issuer: ISSUER, audiences: ['a', 'b'] });
  const other = new Stack(stack.node.root as App, 'Other', { env: { account: '111122223333', region: 'eu-west-1' } });
  new iam.Role(other, 'Role', { assumedBy: new iam.OpenIdConnectPrincipal(provider) });
  const [output] = Object.values<any>(Template.fromStack(stack).toJSON().Outputs);
  expect(output.Value).toEqual({ 'Fn::GetAtt': [ids('Custom::AdoptedOidcAudience')[1], 'Arn'] });
  Template.fromStack(other).hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Federated: { 'Fn::ImportValue': output.Export.Name } } })] },
  });
});

describe('another issuer or audience is another resource, so that the old one is removed with its own rights', () => {
  const idsOf = (props: lib.AdoptingOidcProviderProps) => {
    const one = new Stack(new App(), 'Stack');
    new lib.AdoptingOidcProvider(one, 'Provider', props);
    return {
      provider: ids('Custom::AdoptedOidcProvider', one),
      policy: ids('AWS::IAM::Policy', one).filter((id) => id.includes('Issuer')),
      audiences: ids('Custom::AdoptedOidcAudience', one),
    };
  };

  test('by issuer', () => {
    const one = idsOf({ issuer: ISSUER, audiences: ['a'] });
    const other = idsOf({ issuer: 'https://gitlab.com', audiences: ['a'] });
    for (const key of ['provider', 'policy', 'audiences'] as const) expect(other[key]).not.toEqual(one[key]);
  });

  test('by audience, and in whatever order', () => {
    const one = idsOf({ issuer: ISSUER, audiences: ['a', 'b'] });
    const other = idsOf({ issuer: ISSUER, audiences: ['c', 'b'], removalPolicy: RemovalPolicy.DESTROY });
    expect(other.provider).toEqual(one.provider);
    expect(other.policy).toEqual(one.policy);
    expect(other.audiences[1]).toBe(one.audiences[1]);
    expect(other.audiences[0]).not.toBe(one.audiences[0]);
  });
});

test.each([
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
])('the ARN is of the partition %s', (partition, region) => {
  const regional = new Stack(new App(), 'Stack', { env: { account: '111122223333', region } });
  new lib.AdoptingOidcProvider(regional, 'Provider', { issuer: ISSUER, audiences: ['a'] });
  const template = Template.fromStack(regional);
  expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
  const [arn] = statements(regional)[0].map(({ Resource }: any) => Resource);
  expect(arn['Fn::Join'][1].map((part: any) => part.Ref === 'AWS::Partition' ? partition : part).join('')).toBe(
    `arn:${partition}:iam::111122223333:oidc-provider/${HOST}`);
});

test('an environment that is not known is taken', () => {
  const agnostic = new Stack(new App(), 'Stack');
  new lib.AdoptingOidcProvider(agnostic, 'Provider', { issuer: ISSUER, audiences: ['a'] });
  expect(statements(agnostic)[0][0].Resource).toEqual({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, `:oidc-provider/${HOST}`]],
  });
});

test('tokens are taken', () => {
  const issuer = new CfnParameter(stack, 'Issuer').valueAsString;
  const audience = new CfnParameter(stack, 'Audience').valueAsString;
  const provider = new lib.AdoptingOidcProvider(stack, 'Provider', { issuer, audiences: [audience, `${Aws.REGION} x`] });
  expect(stack.resolve(provider.oidcProviderIssuer)).toEqual({ 'Fn::Select': [1, { 'Fn::Split': ['://', { Ref: 'Issuer' }] }] });
  expect(only('Custom::AdoptedOidcProvider').Properties).toMatchObject({
    issuer: { Ref: 'Issuer' },
    providerArn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111122223333:oidc-provider/', { 'Fn::Select': [1, { 'Fn::Split': ['://', { Ref: 'Issuer' }] }] }]] },
  });
  const audiences = Object.values(Template.fromStack(stack).findResources('Custom::AdoptedOidcAudience'));
  expect(audiences.map(({ Properties }) => Properties.audience)).toEqual([{ Ref: 'Audience' }, { 'Fn::Join': ['', [{ Ref: 'AWS::Region' }, ' x']] }]);
  // The ids stand for what the tokens refer to, not for the tokens, which are numbered anew in each synth.
  const again = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
  Token.asString({ Ref: 'AWS::Region' });
  new lib.AdoptingOidcProvider(again, 'Provider', {
    issuer: new CfnParameter(again, 'Issuer').valueAsString, audiences: [new CfnParameter(again, 'Audience').valueAsString, `${Aws.REGION} x`],
  });
  expect(ids('Custom::AdoptedOidcAudience', again)).toEqual(ids('Custom::AdoptedOidcAudience'));
});

describe('fails', () => {
  test('for an issuer, audiences and a removal policy that cannot be, with all in one error', () => {
    expect(() => new lib.AdoptingOidcProvider(stack, 'Provider', {
      issuer: 'http://gitlab.com/', audiences: ['', 'x'.repeat(256)], removalPolicy: RemovalPolicy.SNAPSHOT,
    })).toThrow(new Error([
      'Stack/Provider: 4 problems',
      '  - \'issuer\' must be a URL of at most 255 characters that begins with https:// and a host in lower case, without port, query and slash at the end, '
      + 'got: \'http://gitlab.com/\' (18 characters); take the \'issuer\' of the CI\'s /.well-known/openid-configuration',
      '  - \'audiences[0]\' must be 1 to 255 characters without * and white space, got: \'\' (0 characters); name the audience that the CI asks its token for',
      `  - 'audiences[1]' must be 1 to 255 characters without * and white space, got: '${'x'.repeat(256)}' (256 characters); name the audience that the CI asks its token for`,
      '  - \'removalPolicy\' must be RETAIN or DESTROY, got: \'snapshot\' (8 characters); leave it out for RETAIN',
    ].join('\n')));
  });

  test.each(['https://gitlab.com/', 'https://gitlab.com:8443', 'https://gitlab.com?x=1', 'gitlab.com', `https://gitlab.com/${'x'.repeat(240)}`])('for the issuer %s', (issuer) => {
    expect(() => new lib.AdoptingOidcProvider(stack, 'Provider', { issuer, audiences: ['a'] })).toThrow('\'issuer\' must be');
  });

  test('for a list of audiences that is a token', () => {
    const audiences = Fn.split(',', new CfnParameter(stack, 'Audiences').valueAsString);
    const message = '\'audiences\' must be a list whose length is known at synth, got: \'a token\' (7 characters); list the audiences; each of them may be a token';
    expect(() => new lib.AdoptingOidcProvider(stack, 'Provider', { issuer: ISSUER, audiences })).toThrow(message);
    const provider = new lib.AdoptingOidcProvider(stack, 'Provider', { issuer: ISSUER });
    expect(() => provider.addAudiences(audiences)).toThrow(`Stack/Provider: 1 problem\n  - ${message}`);
  });

  test('at synth without an audience', () => {
    new lib.AdoptingOidcProvider(stack, 'Provider', { issuer: ISSUER });
    expect(() => Template.fromStack(stack)).toThrow('[Stack/Provider] a provider needs at least one audience, got: 0; '
      + 'name it in \'audiences\', or give the provider to the trust of a CiRole');
  });

  test('at synth with more than 100 audiences', () => {
    const audiences = Array.from({ length: 101 }, (_, index) => `a${index}`);
    const fits = new Stack(new App(), 'Stack');
    new lib.AdoptingOidcProvider(fits, 'Provider', { issuer: ISSUER, audiences: audiences.slice(1) });
    Template.fromStack(fits).resourceCountIs('Custom::AdoptedOidcAudience', 100);
    new lib.AdoptingOidcProvider(stack, 'Provider', { issuer: ISSUER, audiences });
    expect(() => Template.fromStack(stack)).toThrow('[Stack/Provider] a provider must have at most 100 audiences, got: 101; share audiences between roles');
  });

  test('at synth beside a provider of the issuer that the stack makes without looking', () => {
    new lib.AdoptingOidcProvider(stack, 'Provider', { issuer: ISSUER, audiences: ['a'] });
    new lib.CiOidcProvider(stack, 'Other', { issuer: 'https://gitlab.com', audiences: ['a'] });
    expect(() => Template.fromStack(stack)).not.toThrow();
    const second = new Stack(new App(), 'Stack');
    new lib.AdoptingOidcProvider(second, 'Provider', { issuer: ISSUER, audiences: ['a'] });
    new lib.CiOidcProvider(second, 'Native', { issuer: ISSUER, audiences: ['a'] });
    expect(() => Template.fromStack(second)).toThrow('[Stack/Provider] Stack/Native/Resource defines the provider of '
      + `${ISSUER} as well, and an account can have one only; give this one to every trust of the issuer as 'provider'`);
  });
});
