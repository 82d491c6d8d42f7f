import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { knownActions, PolicySimulator } from './policy-simulator';
import type { KnownAction } from './policy-simulator';
import * as lib from '../../src';
import { deployed } from '../private/packing/deployed';

const ACCOUNT = '123456789012';
const REGION = 'eu-central-1';
const PLACE = { account: ACCOUNT, region: REGION };
const NAME = 'myuser/myapp';
const TAG = { key: 'team', value: 'payments' };

const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
];

/** What each grant has to allow on the repository, and whether it allows to get a token; by AWS's documentation, not by this library's lists. */
const DOCUMENTED: Record<string, { onRepository: string[]; token: boolean }> = {
  grantPull: { onRepository: PULL, token: true },
  grantPush: { onRepository: PUSH, token: true },
  grantPullPush: { onRepository: [...new Set([...PULL, ...PUSH])].sort(), token: true },
  grantRead: { onRepository: ['ecr:DescribeImages', 'ecr:DescribeRepositories'], token: false },
  grantDescribe: {
    onRepository: [
      'ecr:DescribeImageScanFindings', 'ecr:DescribeImageSigningStatus', 'ecr:DescribeImages', 'ecr:DescribeRepositories', 'ecr:GetLifecyclePolicy',
      'ecr:GetLifecyclePolicyPreview', 'ecr:GetRepositoryPolicy', 'ecr:ListImages', 'ecr:ListTagsForResource',
    ],
    token: false,
  },
  grantScan: { onRepository: ['ecr:StartImageScan'], token: false },
  grantLifecycle: {
    onRepository: ['ecr:DeleteLifecyclePolicy', 'ecr:PutLifecyclePolicy', 'ecr:StartLifecyclePolicyPreview', 'ecr:UpdateImageStorageClass'],
    token: false,
  },
  grantDeleteImages: { onRepository: ['ecr:BatchDeleteImage'], token: false },
  grantCreateOnPush: { onRepository: [...PUSH, 'ecr:CreateRepository'].sort(), token: true },
};

const TRUST = lib.OidcTrust.github({ owner: 'myuser', repository: 'myapp', subjects: [lib.GithubSubject.branch('main')] });

/** Whoever may be granted rights; `CiUser` and `CiRole` keep them in managed policies. */
const PRINCIPALS: Record<string, { create: (stack: Stack) => iam.IGrantable; type: string }> = {
  'CiUser': { create: (stack) => new lib.CiUser(stack, 'Grantee'), type: 'AWS::IAM::User' },
  'CiRole': { create: (stack) => new lib.CiRole(stack, 'Grantee', { trust: TRUST }), type: 'AWS::IAM::Role' },
  'iam.User': { create: (stack) => new iam.User(stack, 'Grantee'), type: 'AWS::IAM::User' },
  'iam.Role': { create: (stack) => new iam.Role(stack, 'Grantee', { assumedBy: new iam.AccountRootPrincipal() }), type: 'AWS::IAM::Role' },
};

type Grantable = Record<string, (grantee: iam.IGrantable) => iam.Grant>;

interface Place {
  readonly name?: string;
  readonly region?: string;
  readonly account?: string;
  readonly tags?: Record<string, string>;
}

/** The places where nothing may be allowed, whatever is granted on `myuser/myapp`. */
const ELSEWHERE: Record<string, Place> = {
  'another name': { name: 'other/myapp' },
  'a name without the separator': { name: 'myuser2/myapp' },
  'another region': { region: 'us-east-1' },
  'another account': { account: '111122223333' },
};
const SIBLINGS: Record<string, Place> = {
  'a sibling': { name: 'myuser/other' },
  'a longer name': { name: `${NAME}-2` },
  'a name below': { name: `${NAME}/part` },
};
const OTHER_TAGS: Record<string, Place> = {
  'a repository without tags': { tags: {} },
  'a repository of another team': { tags: { [TAG.key]: 'payments-2' } },
  'a repository with the value in another tag': { tags: { owner: TAG.value } },
};

/** Kinds of what is granted, where a grant has to be of use besides the repository itself, and where of none. */
const GRANTED: Record<string, { create: (stack: Stack) => object; grants: string[]; also?: Record<string, Place>; not: Record<string, Place> }> = {
  'CiRepository': {
    create: (stack) => new lib.CiRepository(stack, 'Repository', { repositoryName: NAME }),
    grants: ['grantPull', 'grantPush', 'grantPullPush', 'grantRead', 'grantDescribe', 'grantScan', 'grantLifecycle', 'grantDeleteImages'],
    not: { ...ELSEWHERE, ...SIBLINGS },
  },
  'an imported repository': {
    create: (stack) => lib.CiRepository.fromRepositoryName(stack, 'Repository', NAME),
    grants: ['grantPull', 'grantPush', 'grantPullPush', 'grantRead'],
    not: { ...ELSEWHERE, ...SIBLINGS },
  },
  'RepositoryScope.names': {
    create: (stack) => lib.RepositoryScope.names(stack, [NAME]),
    grants: Object.keys(DOCUMENTED).filter((grant) => grant !== 'grantRead'),
    not: { ...ELSEWHERE, ...SIBLINGS },
  },
  'RepositoryScope.namePrefix': {
    create: (stack) => lib.RepositoryScope.namePrefix(stack, 'myuser/'),
    grants: Object.keys(DOCUMENTED).filter((grant) => grant !== 'grantRead'),
    also: SIBLINGS,
    not: ELSEWHERE,
  },
  'RepositoryScope.tagged': {
    create: (stack) => lib.RepositoryScope.tagged(stack, TAG.key, TAG.value),
    grants: Object.keys(DOCUMENTED).filter((grant) => !['grantRead', 'grantCreateOnPush'].includes(grant)),
    also: { ...SIBLINGS, 'another name': ELSEWHERE['another name'] },
    not: { ...OTHER_TAGS, 'another region': ELSEWHERE['another region'], 'another account': ELSEWHERE['another account'] },
  },
};

let actions: KnownAction[];
beforeAll(async () => {
  actions = [...await knownActions('ecr'), ...await knownActions('ecr-public')];
});

test('the list of actions to try is that of AWS', () => {
  const names = actions.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([
    ...Object.values(DOCUMENTED).flatMap(({ onRepository }) => onRepository), 'ecr:GetAuthorizationToken', 'ecr:DeleteRepository', 'ecr-public:PutImage',
  ]));
  expect(names.length).toBeGreaterThan(70);
});

/** The actions that a principal's own policies let it take there; those for no repository are tried on `*`. */
async function allowedAt(simulator: PolicySimulator, identity: string, place: Place): Promise<{ onRepository: string[]; onAnything: string[] }> {
  const { name = NAME, region = REGION, account = ACCOUNT, tags = { [TAG.key]: TAG.value } } = place;
  const allowed: Record<'onRepository' | 'onAnything', string[]> = { onRepository: [], onAnything: [] };
  for (const { name: action, resourceTypes } of actions) {
    const isOnRepository = resourceTypes.includes('repository');
    const isPublic = action.startsWith('ecr-public:');
    const arn = isPublic ? `arn:aws:ecr-public::${account}:repository/${name}` : `arn:aws:ecr:${region}:${account}:repository/${name}`;
    const decision = await simulator.decide({
      principal: simulator.arn(identity),
      identity,
      action,
      resource: isOnRepository ? arn : '*',
      context: isOnRepository ? Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value])) : {},
    });
    if (decision === 'Allowed') allowed[isOnRepository ? 'onRepository' : 'onAnything'].push(action);
  }
  return { onRepository: allowed.onRepository.sort(), onAnything: allowed.onAnything };
}

describe.each(Object.keys(PRINCIPALS))('%s', (principal) => {
  describe.each(Object.keys(GRANTED))('with %s', (kind) => {
    const { create, grants, also = {}, not } = GRANTED[kind];

    describe.each(grants)('and %s', (grant) => {
      const { onRepository, token } = DOCUMENTED[grant];
      const onAnything = token ? ['ecr:GetAuthorizationToken'] : [];
      let simulator: PolicySimulator;
      let identity: string;

      beforeAll(() => {
        const stack = new Stack(new App(), 'Stack', { env: PLACE });
        (create(stack) as Grantable)[grant](PRINCIPALS[principal].create(stack));
        simulator = new PolicySimulator(Template.fromStack(stack), PLACE);
        identity = simulator.find(PRINCIPALS[principal].type);
      });

      test('may do what is documented and nothing else in ECR', async () => {
        for (const place of [{}, ...Object.values(also)]) expect(await allowedAt(simulator, identity, place)).toEqual({ onRepository, onAnything });
      });

      test(`may do nothing at ${Object.keys(not).join(', ')}`, async () => {
        for (const place of Object.values(not)) expect(await allowedAt(simulator, identity, place)).toEqual({ onRepository: [], onAnything });
      });
    });
  });
});

test('every grant of the library is tried with everything that has it', () => {
  const inherited = ['grant', 'grantOnKey'];
  for (const { create, grants } of Object.values(GRANTED)) {
    const object = create(new Stack(new App(), 'Stack'));
    const names = new Set<string>();
    for (let prototype = object; prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
      for (const name of Object.getOwnPropertyNames(prototype)) if (/^grant(?!Principal)/.test(name) && !inherited.includes(name)) names.add(name);
    }
    const isTagged = !grants.includes('grantCreateOnPush') && names.has('grantCreateOnPush');
    expect([...names].filter((name) => !(isTagged && name === 'grantCreateOnPush')).sort()).toEqual([...grants].sort());
  }
});

describe('700 repositories of one CiUser', () => {
  const names = Array.from({ length: 700 }, (_, index) => `myuser/app-${index}-`.padEnd(30, 'x'));
  let simulator: PolicySimulator;
  let identity: string;

  beforeAll(() => {
    const stack = new Stack(new App(), 'Stack', { env: PLACE });
    const user = new lib.CiUser(stack, 'User');
    names.forEach((name) => ecr.Repository.fromRepositoryName(stack, name, name).grantPullPush(user));
    simulator = deployed(stack, PLACE).simulator;
    identity = simulator.find('AWS::IAM::User');
  });

  test('may be used as is documented, whichever policy they are in', async () => {
    const sample = names.filter((_, index) => index % 70 === 0);
    const { onRepository } = DOCUMENTED.grantPullPush;
    for (const name of sample) expect(await allowedAt(simulator, identity, { name })).toEqual({ onRepository, onAnything: ['ecr:GetAuthorizationToken'] });
  });

  test('may be pushed to, each of them', async () => {
    for (const name of names) {
      const resource = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/${name}`;
      expect(await simulator.decide({ principal: simulator.arn(identity), identity, action: 'ecr:PutImage', resource })).toBe('Allowed');
    }
  });

  test('are all that may be used', async () => {
    for (const name of ['myuser/app-700-'.padEnd(30, 'x'), names[0].slice(0, -1), `${names[0]}x`]) {
      expect((await allowedAt(simulator, identity, { name })).onRepository).toEqual([]);
    }
  });
});
