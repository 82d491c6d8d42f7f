import { App, Aspects, CfnElement, CfnParameter, CfnResource, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import * as fc from 'fast-check';
import * as lib from '../../src';
import type { SimulatedEnvironment } from '../iam/policy-simulator';
import { documents, rights, sizeOf } from '../private/packing/deployed';
import type { Json } from '../private/packing/deployed';

const ENV = { account: '111122223333', region: 'ap-southeast-1' };
const ARN = `arn:aws:ecr:${ENV.region}:${ENV.account}:repository`;
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
];
const PULL_PUSH = [...new Set([...PULL, ...PUSH])].sort();
const TOKEN = { Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' };

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});

/** Documents of the managed policies of the template, without the deploy. */
function policies(of = stack): Json[] {
  return Object.values<Json>(Template.fromStack(of).findResources('AWS::IAM::ManagedPolicy')).map(({ Properties }) => Properties.PolicyDocument);
}

function statements(of = stack): Json[] {
  return policies(of).flatMap(({ Statement }) => Statement);
}

/** The repository of that name, as another stack defined it. */
function imported(name: string, scope = stack): ecr.IRepository {
  return ecr.Repository.fromRepositoryName(scope, name, name);
}

/** Names of 30 characters. */
function names(count: number, prefix = 'myuser'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}/app-${index}-`.padEnd(29, 'x').concat('z'));
}

describe('what is granted', () => {
  test('is in one policy, a resource with all that is allowed on it', () => {
    const user = new lib.CiUser(stack, 'User');
    const [one, two] = ['one', 'two'].map((id) => new lib.CiRepository(stack, id));
    one.grantPull(user);
    two.grantPullPush(user);
    one.grantPush(user);

    const template = Template.fromStack(stack);
    const id = (construct: IConstruct): string => stack.getLogicalId(construct.node.defaultChild as CfnElement);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    expect(Object.values(template.findResources('AWS::IAM::ManagedPolicy'))).toEqual([{
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        PolicyDocument: {
          Statement: [
            { Action: PULL_PUSH, Effect: 'Allow', Resource: [one, two].map((repository) => ({ 'Fn::GetAtt': [id(repository), 'Arn'] })) },
            TOKEN,
          ],
          Version: '2012-10-17',
        },
        Users: [{ Ref: id(user) }],
      },
    }]);
  });

  test('is not more than that where resources have different actions', () => {
    const user = new lib.CiUser(stack, 'User');
    const [one, two] = ['one', 'two'].map((id) => new lib.CiRepository(stack, id));
    one.grantPull(user);
    two.grantPush(user);
    expect(statements()).toEqual([
      { Action: PUSH, Effect: 'Allow', Resource: { 'Fn::GetAtt': ['twoD5D473C2', 'Arn'] } },
      { Action: PULL, Effect: 'Allow', Resource: { 'Fn::GetAtt': ['one1D4A8C4E', 'Arn'] } },
      TOKEN,
    ].map((statement) => ({ ...statement, Resource: expect.anything() })).sort((a, b) => (String(a.Action) < String(b.Action) ? -1 : 1)));
    expect(rights(policies())).toHaveLength(PULL.length + PUSH.length + 1);
  });

  test('is kept as it is, once, where it is more than an allowance of actions on resources', () => {
    const user = new lib.CiUser(stack, 'User');
    const kept = [
      { actions: ['ecr:PutImage'], resources: ['*'], effect: iam.Effect.DENY },
      { actions: ['ecr:PutImage'], resources: ['*'], conditions: { StringEquals: { 'aws:ResourceTag/team': 'ci' } } },
      { actions: ['ecr:PutImage'], resources: ['*'], sid: 'Mine' },
      { notActions: ['ecr:PutImage'], resources: ['a'], effect: iam.Effect.DENY },
      { actions: ['ecr:PutImage'], notResources: ['a'] },
      { actions: ['ecr:PutImage'], resources: new CfnParameter(stack, 'List', { type: 'CommaDelimitedList' }).valueAsList },
      { actions: [Fn.importValue('Action')], resources: ['a'] },
    ];
    for (const props of [...kept, ...kept]) user.addToPrincipalPolicy(new iam.PolicyStatement(props));
    const found = statements();
    expect(found).toHaveLength(kept.length);
    expect(found).toEqual(expect.arrayContaining([
      { Action: 'ecr:PutImage', Resource: '*', Effect: 'Deny' },
      { Action: 'ecr:PutImage', Resource: '*', Effect: 'Allow', Condition: { StringEquals: { 'aws:ResourceTag/team': 'ci' } } },
      { Action: 'ecr:PutImage', Resource: '*', Effect: 'Allow', Sid: 'Mine' },
      { NotAction: 'ecr:PutImage', Resource: 'a', Effect: 'Deny' },
      { Action: 'ecr:PutImage', NotResource: 'a', Effect: 'Allow' },
      { Action: 'ecr:PutImage', Resource: { Ref: 'List' }, Effect: 'Allow' },
      { Action: { 'Fn::ImportValue': 'Action' }, Resource: 'a', Effect: 'Allow' },
    ]));
  });

  test('is refused by the CDK if it names principals', () => {
    new lib.CiUser(stack, 'User').addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['a:b'], resources: ['*'], principals: [new iam.AnyPrincipal()] }));
    expect(() => app.synth()).toThrow(/\[Stack\/User\] .*cannot specify any IAM principals/);
  });

  test('comes from addToPolicy as well, and says so', () => {
    const user = new lib.CiUser(stack, 'User');
    expect(user.addToPolicy(new iam.PolicyStatement({ actions: ['ecr:PutImage'], resources: ['*'] }))).toBe(true);
    expect(statements()).toEqual([{ ...TOKEN, Action: 'ecr:PutImage' }]);
  });

  test('is there before what it is applied before', () => {
    const user = new lib.CiUser(stack, 'User');
    const topic = new sns.Topic(stack, 'Topic');
    const grants = names(100).map((name) => imported(name).grantPullPush(user));
    grants[0].applyBefore(topic);
    const template = Template.fromStack(stack);
    const ids = Object.keys(template.findResources('AWS::IAM::ManagedPolicy'));
    expect(ids).toHaveLength(2);
    template.hasResource('AWS::SNS::Topic', { DependsOn: ids });
  });

  test('is not in another user\'s policies', () => {
    const [one, two] = ['One', 'Two'].map((id) => new lib.CiUser(stack, id));
    imported('a').grantPullPush(one);
    imported('b').grantPullPush(two);
    const found = Object.values<Json>(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
    expect(found.map(({ Properties }) => [Properties.Users[0].Ref, JSON.stringify(Properties.PolicyDocument).match(/repository\/\w+/g)])).toEqual([
      [expect.stringMatching(/^One/), ['repository/a']], [expect.stringMatching(/^Two/), ['repository/b']],
    ]);
  });
});

describe('the policies', () => {
  type Grant = (repository: ecr.IRepository, grantee: iam.IGrantable) => iam.Grant;
  const GRANTS: Record<string, [Grant, string[]]> = {
    grantPull: [(repository, grantee) => repository.grantPull(grantee), PULL],
    grantPullPush: [(repository, grantee) => repository.grantPullPush(grantee), PULL_PUSH],
    grantRead: [(repository, grantee) => repository.grantRead(grantee), ['ecr:DescribeImages', 'ecr:DescribeRepositories']],
  };
  const someGrants = fc.array(fc.record({ repository: fc.nat(149), grant: fc.constantFrom(...Object.keys(GRANTS)) }), {
    minLength: 1, maxLength: 250,
  });

  function granted(grants: { repository: number; grant: string }[]): Stack {
    const other = new Stack(new App(), 'Stack', { env: ENV });
    const user = new lib.CiUser(other, 'User');
    const repositories = names(150).map((name) => imported(name, other));
    for (const { repository, grant } of grants) GRANTS[grant][0](repositories[repository], user);
    return other;
  }

  test('hold each right that is granted, and nothing more', () => {
    fc.assert(fc.property(someGrants, (grants) => {
      const found = rights(Object.values(documents(granted(grants), ENV)));
      const arns = names(150).map((name) => `"${ARN}/${name}"`);
      const expected = grants.flatMap(({ repository, grant }) => GRANTS[grant][1].map((action) => `${action} ${arns[repository]}`));
      if (grants.some(({ grant }) => grant !== 'grantRead')) expected.push('ecr:GetAuthorizationToken "*"');
      expect(new Set(found)).toEqual(new Set(expected));
      expect(new Set(found).size).toBe(found.length);
    }), { numRuns: 20 });
  });

  test('are the same in any order of the grants', () => {
    fc.assert(fc.property(someGrants, fc.infiniteStream(fc.nat()), (grants, random) => {
      const shuffled = grants.map((grant) => ({ grant, at: random.next().value })).sort((a, b) => a.at - b.at).map(({ grant }) => grant);
      expect(Template.fromStack(granted(shuffled)).toJSON()).toEqual(Template.fromStack(granted(grants)).toJSON());
    }), { numRuns: 10 });
  });

  test('stay as they are when a repository is added, but for one or two of them', () => {
    const grants = names(300).map((_, repository) => ({ repository, grant: 'grantPullPush' }));
    const all = (count: number): Record<string, Json> => {
      const other = new Stack(new App(), 'Stack', { env: ENV });
      const user = new lib.CiUser(other, 'User');
      for (const name of names(grants.length).slice(0, count)) imported(name, other).grantPullPush(user);
      return Template.fromStack(other).findResources('AWS::IAM::ManagedPolicy');
    };
    let before = all(270);
    for (let count = 271; count <= 280; count++) {
      const after = all(count);
      expect(Object.keys(after)).toEqual(Object.keys(before));
      const changed = Object.keys(after).filter((id) => JSON.stringify(after[id]) !== JSON.stringify(before[id]));
      expect([1, 2]).toContain(changed.length);
      before = after;
    }
  });

  test('are numbered, and deployed from the last to the first', () => {
    const user = new lib.CiUser(stack, 'User');
    for (const name of names(150)) imported(name).grantPullPush(user);
    const found = Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy');
    const ids = [1, 2, 3].map((number) => stack.getLogicalId(user.node.findChild(`Policy${number}`) as CfnElement));
    expect(Object.keys(found)).toEqual(ids);
    expect(ids.map((id) => found[id].DependsOn)).toEqual([[ids[1]], [ids[2]], undefined]);
  });
});

describe('the limit', () => {
  const refusal = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('was not refused');
  };

  /** A user that may pull from and push to that many repositories, defined in as many stacks as it takes to deploy them. */
  function userOf(count: number, env?: typeof ENV): Stack {
    const other = new App();
    const userStack = new Stack(other, 'User', { env });
    const user = new lib.CiUser(userStack, 'User');
    const repositoryStacks = Array.from({ length: Math.ceil(count / 175) }, (_, index) => new Stack(other, `Repositories${index}`, { env }));
    names(count).forEach((repositoryName, index) => (
      new lib.CiRepository(repositoryStacks[Math.floor(index / 175)], repositoryName, { repositoryName }).grantPullPush(user)
    ));
    return userStack;
  }

  test.each<[string, number, typeof ENV | undefined, SimulatedEnvironment]>([
    ['700 repositories in a region that is known', 700, ENV, ENV],
    ['600 repositories in any region', 600, undefined, { account: ENV.account, region: 'us-isof-south-1', partition: 'aws-iso-f' }],
    ['600 repositories in any partition', 600, undefined, { account: ENV.account, region: 'us-gov-west-1', partition: 'aws-us-gov' }],
  ])('takes %s, with names of 30 characters', (_what, count, env, place) => {
    const userStack = userOf(count, env);
    const managed = Object.values(documents(userStack, place));
    const inline = Object.values(documents(userStack, place, 'AWS::IAM::Policy'));
    expect(managed.length).toBe(10);
    expect(Math.max(...managed.map(sizeOf))).toBeLessThanOrEqual(6144);
    expect(inline.length).toBeLessThanOrEqual(1);
    for (const document of inline) expect(sizeOf(document)).toBeLessThanOrEqual(2048);

    const arn = ARN.replace('aws:', `${place.partition ?? 'aws'}:`).replace(ENV.region, place.region);
    expect(rights([...managed, ...inline])).toEqual([
      ...names(count).flatMap((name) => PULL_PUSH.map((action) => `${action} "${arn}/${name}"`)), 'ecr:GetAuthorizationToken "*"',
    ].sort());
  });

  test('is told with what would be needed and what to do', () => {
    expect(refusal(() => Template.fromStack(userOf(780, ENV)))).toBe([
      'User/User: 1 problem',
      '  - \'grants\' must be rights that fit into 10 managed policies, got: {"managedPolicies":12,"repositories":780}; '
      + 'grant a RepositoryScope, which is a name prefix or a tag, in the place of repositories, or raise the account\'s quota and set \'managedPolicyQuota\'',
    ].join('\n'));
  });

  test('is the account\'s quota', () => {
    const user = new lib.CiUser(stack, 'User', { managedPolicyQuota: 20 });
    for (const name of names(1400)) imported(name).grantPullPush(user);
    expect(policies()).toHaveLength(20);
  });

  test('counts the policies that the user has otherwise', () => {
    const others = Array.from({ length: 4 }, (_, index) => iam.ManagedPolicy.fromManagedPolicyArn(stack, `Policy${index}`, `arn:aws:iam::aws:policy/P${index}`));
    const user = new lib.CiUser(stack, 'User', { managedPolicies: others.slice(0, 2) });
    user.addManagedPolicy(others[2]);
    user.addManagedPolicy(others[2]);
    const statement = [new iam.PolicyStatement({ actions: ['a:b'], resources: ['*'] })];
    new iam.ManagedPolicy(stack, 'Attached', { users: [user], statements: statement });
    new iam.ManagedPolicy(stack, 'Other', { users: [new iam.User(stack, 'Other user')], statements: statement });
    for (const name of names(450)) imported(name).grantPullPush(user);
    expect(refusal(() => app.synth())).toContain('must be rights that fit into 6 managed policies besides the 4 that it has, got: {"managedPolicies":7,"repositories":450}');
  });

  test('is reached when the user has as many policies as it may', () => {
    const managedPolicies = Array.from({ length: 11 }, (_, index) => iam.ManagedPolicy.fromManagedPolicyArn(stack, `Policy${index}`, `arn:aws:iam::aws:policy/P${index}`));
    const user = new lib.CiUser(stack, 'User', { managedPolicies });
    for (const name of names(40)) imported(name).grantPullPush(user);
    expect(refusal(() => app.synth())).toContain('must be rights that fit into 0 managed policies besides the 11 that it has, got: {"managedPolicies":1,"repositories":40}');
  });

  describe('of managed policies, when it is reached to the last character', () => {
    function fullUser(): lib.CiUser {
      const user = new lib.CiUser(stack, 'User');
      for (const name of names(700)) imported(name).grantPullPush(user);
      return user;
    }
    const inline = (): Json[] => Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));

    test('leaves the rest to an inline policy', () => {
      const user = fullUser();
      expect(inline()).toEqual([{
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'InlinePolicy',
          PolicyDocument: { Statement: expect.any(Array), Version: '2012-10-17' },
          Users: [{ Ref: stack.getLogicalId(user.node.defaultChild as CfnElement) }],
        },
      }]);
    });

    test.each<[string, (user: lib.CiUser) => void]>([
      ['a policy', (user) => user.attachInlinePolicy(new iam.Policy(stack, 'Mine', { statements: [new iam.PolicyStatement({ actions: ['a:b'], resources: ['*'] })] }))],
      ['a policy of its own kind', (user) => new iam.CfnUserPolicy(stack, 'Mine', { policyName: 'mine', userName: user.userName })],
      ['a property', (user) => { (user.node.defaultChild as iam.CfnUser).policies = [{ policyName: 'mine', policyDocument: {} }]; }],
    ])('is the limit if there is an inline policy already: %s', (_what, attach) => {
      attach(fullUser());
      expect(refusal(() => app.synth())).toContain('got: {"managedPolicies":11,"repositories":700}');
    });
  });

  test.each([9, 21, 12.5])('cannot be %d', (managedPolicyQuota) => {
    expect(refusal(() => new lib.CiUser(stack, 'User', { managedPolicyQuota }))).toBe(
      `Stack/User: 1 problem\n  - 'managedPolicyQuota' must be a whole number from 10 to 20, got: ${managedPolicyQuota}; `
      + 'give the account\'s quota "Managed policies per user", or leave it out');
  });

  test('may be anything between', () => {
    new lib.CiUser(stack, 'Lowest', { managedPolicyQuota: 10 });
    new lib.CiUser(stack, 'Highest', { managedPolicyQuota: 20 });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::User', 2);
  });
});

describe('a statement that is too large for a policy', () => {
  const condition = { StringEquals: { 'aws:ResourceTag/team': 'ci' } };

  test('is split by its resources, without its id', () => {
    const resources = names(150).map((name) => `${ARN}/${name}`);
    new lib.CiUser(stack, 'User').addToPrincipalPolicy(new iam.PolicyStatement({ sid: 'Mine', actions: ['ecr:PutImage'], resources, conditions: condition }));
    const found = statements();
    expect(found.length).toBeGreaterThan(2);
    for (const statement of found) expect(statement).toEqual({ Action: 'ecr:PutImage', Effect: 'Allow', Resource: expect.any(Array), Condition: condition });
    expect(found.flatMap(({ Resource }) => Resource).sort()).toEqual(resources.sort());
    for (const document of policies()) expect(sizeOf(document)).toBeLessThanOrEqual(6144);
  });

  test('is split by its actions where one resource has too many', () => {
    const actions = Array.from({ length: 400 }, (_, index) => `service:ActionNumber${index}`);
    new lib.CiUser(stack, 'User').addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: ['*'] }));
    expect(rights(policies())).toEqual(actions.map((action) => `${action} "*"`).sort());
    for (const document of policies()) expect(sizeOf(document)).toBeLessThanOrEqual(6144);
  });

  test('is refused if it cannot be split', () => {
    const user = new lib.CiUser(stack, 'User');
    user.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['ecr:PutImage'], notResources: names(300) }));
    user.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['ecr:PutImage'], resources: ['x'.repeat(6100)] }));
    expect(() => app.synth()).toThrow(/^Stack\/User: 2 problems\n( {2}- 'statement' must be one that fits into a policy of 6144 characters, got: '\d+ characters' \(15 characters\); write it as several\n?){2}$/);
  });
});

describe('tokens', () => {
  test('have room for what they may come to', () => {
    const user = new lib.CiUser(stack, 'User');
    for (let index = 0; index < 30; index++) {
      ecr.Repository.fromRepositoryAttributes(stack, `Imported${index}`, { repositoryArn: Fn.importValue(`Arn${index}`), repositoryName: 'x' }).grantPullPush(user);
      ecr.Repository.fromRepositoryName(stack, `Named${index}`, new CfnParameter(stack, `Name${index}`).valueAsString).grantPullPush(user);
    }
    const longest = `arn:aws-us-gov:ecr:us-isof-south-1:${ENV.account}:repository/${'x'.repeat(256)}`;
    const values = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [[`Arn${index}`, longest], [`Name${index}`, 'y'.repeat(256)]]).flat());
    const found = Object.values(documents(stack, { ...ENV, values }));
    expect(found.length).toBeLessThanOrEqual(5);
    expect(Math.max(...found.map(sizeOf))).toBeLessThanOrEqual(6144);
  });

  test('that are not known at all have room for the longest ARN', () => {
    const user = new lib.CiUser(stack, 'User');
    for (let index = 0; index < 4; index++) {
      user.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['sns:Publish'], resources: [new sns.Topic(stack, `Topic${index}`).topicArn] }));
    }
    expect(policies().map(({ Statement }) => Statement[0].Resource.length)).toEqual([2, 2]);
  });
});

describe('the synthesis', () => {
  test('takes repositories of other stacks', () => {
    const other = new Stack(app, 'Other', { env: ENV });
    const user = new lib.CiUser(stack, 'User');
    new lib.CiRepository(other, 'Repository', { repositoryName: 'myuser/myapp' }).grantPull(user);
    expect(statements()[0]).toEqual({ Action: PULL, Effect: 'Allow', Resource: { 'Fn::ImportValue': expect.stringMatching(/^Other:.*Arn/) } });
  });

  test('takes repositories of other regions', () => {
    const other = new Stack(app, 'Other', { env: { ...ENV, region: 'eu-west-1' } });
    const user = new lib.CiUser(stack, 'User');
    new lib.CiRepository(other, 'Repository', { repositoryName: 'myuser/myapp' }).grantPull(user);
    expect(rights(Object.values(documents(stack, ENV)))[0]).toBe(`${PULL[0]} "arn:aws:ecr:eu-west-1:${ENV.account}:repository/myuser/myapp"`);
  });

  test('works in a stage and in a nested stack', () => {
    const staged = new Stack(new Stage(app, 'Stage', { env: ENV }), 'Stack');
    imported('a', staged).grantPull(new lib.CiUser(staged, 'User'));
    const nested = new NestedStack(stack, 'Nested');
    new lib.CiRepository(stack, 'Repository').grantPull(new lib.CiUser(nested, 'User'));
    expect(statements(staged)).toHaveLength(2);
    expect(statements(nested)).toEqual([{ Action: PULL, Effect: 'Allow', Resource: { Ref: expect.stringMatching(/^reference/) } }, TOKEN]);
  });

  test('gives the same twice, with repositories of other stacks too', () => {
    const other = new Stack(app, 'Other', { env: ENV });
    const user = new lib.CiUser(stack, 'User');
    for (const repositoryName of names(100)) new lib.CiRepository(other, repositoryName, { repositoryName }).grantPullPush(user);
    const first = app.synth().getStackByName('Stack').template;
    expect(app.synth({ force: true }).getStackByName('Stack').template).toEqual(first);
  });

  test('follows grants that are made after it', () => {
    const user = new lib.CiUser(stack, 'User');
    const repositories = names(150).map((name) => imported(name));
    const synth = (): Json => app.synth({ force: true }).getStackByName('Stack').template;
    const numberOfPolicies = (): number => Object.values<Json>(synth().Resources).filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy').length;
    expect(numberOfPolicies()).toBe(0);
    repositories.slice(0, 50).forEach((repository) => repository.grantPullPush(user));
    expect(numberOfPolicies()).toBe(1);
    repositories.slice(50).forEach((repository) => repository.grantPullPush(user));
    expect(numberOfPolicies()).toBe(3);
    const second = new Stack(new App(), 'Stack', { env: ENV });
    const sameUser = new lib.CiUser(second, 'User');
    names(150).forEach((name) => imported(name, second).grantPullPush(sameUser));
    const found = Object.entries<Json>(synth().Resources).filter(([, { Type }]) => Type === 'AWS::IAM::ManagedPolicy');
    expect(Object.fromEntries(found)).toEqual(Template.fromStack(second).findResources('AWS::IAM::ManagedPolicy'));
  });

  test('removes policies that are no longer needed', () => {
    const user = new lib.CiUser(stack, 'User');
    const repositories = names(80).map((repositoryName) => new ecr.CfnRepository(stack, repositoryName, { repositoryName }));
    const statement = (resources: string[]): iam.PolicyStatement => new iam.PolicyStatement({ actions: PULL_PUSH, resources });
    user.addToPrincipalPolicy(statement(repositories.map(({ attrArn }) => attrArn)));
    const synth = (): Json[] => Object.values<Json>(app.synth({ force: true }).getStackByName('Stack').template.Resources)
      .filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy');
    expect(synth()).toHaveLength(2);
    repositories.forEach((repository, index) => { repository.repositoryName = `r${index}`; });
    const [only, ...others] = synth();
    expect(others).toEqual([]);
    expect(only.DependsOn).toBeUndefined();
    expect(only.Properties.PolicyDocument.Statement[0].Resource).toHaveLength(80);
  });

  test.each([undefined, { '@aws-cdk/core:aspectStabilization': true }])('takes grants that aspects make, with flags %j', (context) => {
    const other = new Stack(new App({ context }), 'Stack', { env: ENV });
    const user = new lib.CiUser(other, 'User');
    for (const name of names(90)) new lib.CiRepository(other, name, { repositoryName: name });
    Aspects.of(other).add({ visit: (node) => { if (node instanceof lib.CiRepository) node.grantPullPush(user); } });
    const found = Object.values(documents(other, ENV));
    expect(found).toHaveLength(2);
    expect(rights(found)).toHaveLength(90 * PULL_PUSH.length + 1);
  });

  test('leaves policies to be changed by aspects', () => {
    imported('a').grantPull(new lib.CiUser(stack, 'User'));
    Aspects.of(stack).add({
      visit: (node) => { if (CfnResource.isCfnResource(node) && node.cfnResourceType === 'AWS::IAM::ManagedPolicy') node.addPropertyOverride('Path', '/ci/'); },
    });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', { Path: '/ci/', PolicyDocument: Match.anyValue() });
  });
});

describe('a role', () => {
  const trust = lib.OidcTrust.github({ owner: 'myuser', repository: 'myapp', subjects: [lib.GithubSubject.branch('main')] });

  test('has what is granted to it in managed policies too', () => {
    const role = new lib.CiRole(stack, 'Role', { trust });
    imported('myuser/myapp').grantPull(role);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: PULL }), TOKEN] },
      Roles: [{ Ref: stack.getLogicalId(role.node.defaultChild as CfnElement) }],
      Users: Match.absent(),
    });
  });

  test('takes 700 repositories, and with a higher quota twice as many', () => {
    const give = (count: number, quota?: number): void => {
      stack = new Stack(new App(), 'Stack', { env: ENV });
      const role = new lib.CiRole(stack, 'Role', { trust, managedPolicyQuota: quota });
      lib.RepositoryScope.names(stack, names(count)).grantPullPush(role);
    };
    give(700);
    expect(policies().length).toBeLessThanOrEqual(10);
    give(1400);
    expect(() => Template.fromStack(stack)).toThrow(/'grants' must be rights that fit into 10 managed policies, got: .*; grant a RepositoryScope/);
    give(1400, 20);
    expect(policies()).toHaveLength(20);
  });

  test('fails for a quota that IAM does not know', () => {
    expect(() => new lib.CiRole(stack, 'Role', { trust, managedPolicyQuota: 21 })).toThrow(
      '\'managedPolicyQuota\' must be a whole number from 10 to 20, got: 21; give the account\'s quota "Managed policies per role", or leave it out');
  });
});
