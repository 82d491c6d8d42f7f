import { App, Aws, CfnParameter, CfnResource, NestedStack, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lib from '../../src';

const ISSUER = 'https://token.actions.githubusercontent.com';
const HOST = 'token.actions.githubusercontent.com';
const ENV = { account: '111122223333', region: 'eu-west-1' };

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});

function role(scope: Stack, id = 'Role'): lib.CiRole {
  return new lib.CiRole(scope, id, { trust: lib.OidcTrust.github({ owner: 'o', repository: 'r', subjects: [lib.GithubSubject.branch('main')] }) });
}

describe('a provider', () => {
  test('is the native one, without a Lambda, and stays when it is removed from the stack', () => {
    const provider = new lib.CiOidcProvider(stack, 'Provider', { issuer: ISSUER, audiences: ['sts.amazonaws.com'] });
    const template = Template.fromStack(stack).toJSON();
    const [[id, resource], ...others]: [string, any][] = Object.entries(template.Resources);
    expect(others).toEqual([]);
    expect(resource).toEqual({
      Type: 'AWS::IAM::OIDCProvider',
      Properties: { Url: ISSUER, ClientIdList: ['sts.amazonaws.com'] },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    for (const arn of [provider.oidcProviderArn, provider.openIdConnectProviderArn, provider.oidcProviderRef.oidcProviderArn]) {
      expect(stack.resolve(arn)).toEqual({ Ref: id });
    }
    expect(provider.oidcProviderIssuer).toBe(HOST);
    expect(provider.openIdConnectProviderIssuer).toBe(HOST);
  });

  test('takes thumbprints and another removal policy', () => {
    new lib.CiOidcProvider(stack, 'Provider', { issuer: ISSUER, audiences: ['a'], thumbprints: ['0123456789abcdef0123456789ABCDEF01234567'], removalPolicy: RemovalPolicy.DESTROY });
    Template.fromStack(stack).hasResource('AWS::IAM::OIDCProvider', {
      Properties: { ThumbprintList: ['0123456789abcdef0123456789ABCDEF01234567'] },
      DeletionPolicy: 'Delete',
    });
  });

  test('goes wherever the CDK takes one', () => {
    const provider: iam.IOidcProvider = new lib.CiOidcProvider(stack, 'Provider', { issuer: ISSUER, audiences: ['a'] });
    new iam.Role(stack, 'Role', { assumedBy: new iam.OpenIdConnectPrincipal(provider, { StringEquals: { [`${HOST}:aud`]: 'a' } }) });
    const [id] = Object.keys(Template.fromStack(stack).findResources('AWS::IAM::OIDCProvider'));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Federated: { Ref: id } } })] },
    });
  });

  test('learns audiences, each once', () => {
    const provider = new lib.CiOidcProvider(stack, 'Provider', { issuer: ISSUER, audiences: ['a'] });
    provider.addAudiences(['b', 'a']);
    provider.addAudiences(['b', 'c']);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::OIDCProvider', { ClientIdList: ['a', 'b', 'c'] });
  });

  test('takes tokens', () => {
    const issuer = new CfnParameter(stack, 'Issuer').valueAsString;
    new lib.CiOidcProvider(stack, 'Provider', { issuer, audiences: [`${Aws.REGION} *`], thumbprints: [Aws.STACK_NAME] });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::OIDCProvider', {
      Url: { Ref: 'Issuer' }, ClientIdList: [{ 'Fn::Join': ['', [{ Ref: 'AWS::Region' }, ' *']] }], ThumbprintList: [{ Ref: 'AWS::StackName' }],
    });
  });
});

describe('an existing provider', () => {
  test.each([
    ['eu-west-1', 'aws'], ['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov'],
  ])('is known by its issuer, in %s', (region, partition) => {
    const literal = new Stack(new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } }), 'Stack', { env: { account: '111122223333', region } });
    const provider = lib.CiOidcProvider.fromIssuer(literal, 'Provider', ISSUER);
    expect(literal.resolve(provider.oidcProviderArn)).toBe(`arn:${partition}:iam::111122223333:oidc-provider/${HOST}`);
  });

  test('is of the account and partition of the deployment where they are not known', () => {
    const agnostic = new Stack(app, 'Agnostic');
    const provider = lib.CiOidcProvider.fromIssuer(agnostic, 'Provider', ISSUER);
    const arn = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, `:oidc-provider/${HOST}`]] };
    for (const name of [provider.oidcProviderArn, provider.openIdConnectProviderArn, provider.oidcProviderRef.oidcProviderArn]) {
      expect(agnostic.resolve(name)).toEqual(arn);
    }
    expect([provider.oidcProviderIssuer, provider.openIdConnectProviderIssuer]).toEqual([HOST, HOST]);
    expect(agnostic.node.findAll().filter((construct) => CfnResource.isCfnResource(construct))).toEqual([]);
  });

  test('has an issuer that is one', () => {
    expect(() => lib.CiOidcProvider.fromIssuer(stack, 'Provider', HOST)).toThrow(/^Stack\/Provider: 1 problem\n {2}- 'issuer' must be a URL/);
  });
});

describe('two providers of one issuer', () => {
  const DEFINED_TWICE = 'cdk-ecr-ci:CiOidcProvider.definedTwice';
  const synth = (): unknown => app.synth();

  test('are refused in one account, whatever their regions', () => {
    role(stack);
    role(new Stack(app, 'Other', { env: { ...ENV, region: 'us-east-1' } }));
    expect(synth).toThrow(
      `[Stack/CiOidcProviders/${HOST}] Other/CiOidcProviders/${HOST}/Resource defines the provider of ${ISSUER} as well, and an account can have one only; `
      + 'define it once and give it to the trusts as \'provider\', or use CiOidcProvider.fromIssuer()');
  });

  test('are refused in two stages of one account', () => {
    for (const stage of ['Dev', 'Prod']) role(new Stack(new Stage(app, stage, { env: ENV }), 'Stack'));
    expect(synth).toThrow(/\[Dev\/Stack\/CiOidcProviders\/.*\] Prod\/Stack\/CiOidcProviders/);
  });

  test('are refused in one stack, also where one is of aws-cdk-lib', () => {
    const agnostic = new Stack(app, 'Agnostic');
    role(agnostic);
    new iam.OidcProviderNative(agnostic, 'Native', { url: ISSUER });
    expect(synth).toThrow(/Agnostic\/Native\/Resource defines the provider/);
  });

  test('are warned of where an account is not known', () => {
    role(stack);
    const agnostic = new Stack(app, 'Agnostic');
    role(agnostic);
    const other = new Stack(app, 'Other');
    role(other);
    for (const [each, path] of [[stack, 'Stack'], [agnostic, 'Agnostic'], [other, 'Other']] as const) {
      Annotations.fromStack(each).hasWarning(`/${path}/CiOidcProviders/${HOST}`, Match.stringLikeRegexp(
        `/Resource defines the provider of ${ISSUER} as well, .*; if both stacks go to one account, define it once .*\\[ack: ${DEFINED_TWICE}\\]`));
    }
  });

  test('are taken in two accounts', () => {
    role(stack);
    const other = new Stack(app, 'Other', { env: { ...ENV, account: '444455556666' } });
    role(other);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    Annotations.fromStack(other).hasNoWarning('*', Match.anyValue());
  });

  test('are not those of two issuers', () => {
    role(stack);
    new lib.CiOidcProvider(stack, 'Gitlab', { issuer: 'https://gitlab.com', audiences: ['a'] });
    expect(synth).not.toThrow();
  });

  test('are not those of nested stacks, which share their parent\'s', () => {
    const agnostic = new Stack(app, 'Agnostic');
    const nested = new NestedStack(new NestedStack(agnostic, 'Outer'), 'Inner');
    role(agnostic);
    role(nested);
    Template.fromStack(agnostic).resourceCountIs('AWS::IAM::OIDCProvider', 1);
    Template.fromStack(nested).resourceCountIs('AWS::IAM::OIDCProvider', 0);
    Annotations.fromStack(agnostic).hasNoWarning('*', Match.anyValue());
  });
});

describe('bad input', () => {
  test('is refused, all of it in one error', () => {
    expect(() => new lib.CiOidcProvider(stack, 'Provider', { issuer: `${ISSUER}/`, audiences: ['a', 'b *'], thumbprints: Array<string>(6).fill('x') })).toThrow(new Error([
      'Stack/Provider: 9 problems',
      '  - \'issuer\' must be a URL of at most 255 characters that begins with https:// and a host in lower case, without port, query and slash at the end, '
      + `got: '${ISSUER}/' (44 characters); take the 'issuer' of the CI's /.well-known/openid-configuration`,
      '  - \'audiences[1]\' must be 1 to 255 characters without * and white space, got: \'b *\' (3 characters); name the audience that the CI asks its token for',
      '  - \'thumbprints\' must be at most 5, got: ["x","x","x","x","x","x"]; leave them out, IAM finds them out',
      ...Array.from({ length: 6 }, (_, index) => `  - 'thumbprints[${index}]' must be 40 hexadecimal digits, got: 'x' (1 characters); leave it out, IAM finds it out`),
    ].join('\n')));
  });

  test.each([
    'http://ci.example.com', 'ci.example.com', 'https://ci.example.com:8443', 'https://ci.example.com?x=1', 'https://ci.example.com#x', 'https://CI.example.com',
    'https://', 'https://localhost', 'https://ci.example.com//x', 'https://ci.example.com/*', `https://ci.example.com/${'x'.repeat(233)}`, ' https://ci.example.com', '',
  ])('%p is no issuer', (issuer) => {
    expect(() => new lib.CiOidcProvider(stack, 'Provider', { issuer, audiences: ['a'] })).toThrow('\'issuer\' must be a URL');
  });

  test.each(['https://ci.example.com', 'https://ci.example.com/a/b_c-d.e~f%20', `https://ci.example.com/${'x'.repeat(232)}`])('%p is an issuer', (issuer) => {
    new lib.CiOidcProvider(stack, 'Provider', { issuer, audiences: ['a'] });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::OIDCProvider', { Url: issuer });
  });

  test('at synth: no audience', () => {
    new lib.CiOidcProvider(stack, 'Provider', { issuer: ISSUER });
    expect(() => app.synth()).toThrow(
      '[Stack/Provider] a provider needs at least one audience, got: 0; name it in \'audiences\', or give the provider to the trust of a CiRole');
  });

  test('at synth: more than 100 audiences, with those that are added', () => {
    const provider = new lib.CiOidcProvider(stack, 'Provider', { issuer: ISSUER, audiences: Array.from({ length: 100 }, (_, index) => `a${index}`) });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::OIDCProvider', 1);
    provider.addAudiences(['b']);
    expect(() => app.synth({ force: true })).toThrow('[Stack/Provider] a provider must have at most 100 audiences, got: 101; share audiences between roles');
  });
});
