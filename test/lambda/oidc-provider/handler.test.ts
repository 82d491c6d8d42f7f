import { ConcurrentModificationException, NoSuchEntityException } from '@aws-sdk/client-iam';
import { ARN, awsError, event, ISSUER, STACK_ID, World } from './fixtures';
import { OidcRemoval } from '../../../src/private/contract';

const { DESTROY, RETAIN } = OidcRemoval;
const MADE_BY_US = { 'cdk-ecr-ci:stack-id': STACK_ID, 'cdk-ecr-ci:logical-id': 'Provider' };

let world: World;
beforeEach(() => { world = new World(); });
afterEach(() => world.restore());

const audiences = () => [...world.providers.get(ARN)!.audiences];

describe('a provider', () => {
  test('that is missing is made, with tags that say by what, and without a thumbprint of ours', async () => {
    expect(await world.answerTo(event('Create'))).toEqual({
      Status: 'SUCCESS',
      Reason: 'done',
      PhysicalResourceId: ARN,
      Data: { Arn: ARN },
      StackId: STACK_ID,
      RequestId: 'request',
      LogicalResourceId: 'Provider',
    });
    expect(world.providers.get(ARN)).toMatchObject({ url: ISSUER, audiences: new Set(), tags: new Map(Object.entries(MADE_BY_US)) });
    const create = world.mock.calls().find((call) => call.args[0].constructor.name.startsWith('Create'))!;
    expect(Object.keys(create.args[0].input)).toEqual(['Url', 'Tags']);
  });

  test.each(['Create', 'Update'] as const)('that is there is left as it is: %s', async (request) => {
    world.keep(ISSUER, ['theirs'], { owner: 'them' });
    const before = structuredClone(world.providers);
    expect(await world.answerTo(event(request))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: ARN, Data: { Arn: ARN } });
    expect(world.providers).toEqual(before);
    expect(world.mock.calls()).toHaveLength(1);
  });

  test('that somebody else makes at the same time is adopted', async () => {
    world.before = (call) => { if (call === 'Create') world.keep(ISSUER, ['theirs'], { owner: 'them' }); };
    expect(await world.answerTo(event('Create'))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: ARN });
    expect(world.providers.get(ARN)).toMatchObject({ audiences: new Set(['theirs']), tags: new Map([['owner', 'them']]) });
  });

  test('that was deleted by hand is made again by an update', async () => {
    await world.answerTo(event('Update', { physicalId: ARN }));
    expect(world.providers.has(ARN)).toBe(true);
  });

  test('beyond the quota fails with what to do', async () => {
    world.providerQuota = 0;
    expect(await world.answerTo(event('Create'))).toMatchObject({
      Status: 'FAILED',
      Reason: `the OIDC provider ${ARN} could not be adopted: LimitExceededException: quota; `
        + 'delete a provider of the account that is not used, or ask AWS for a higher quota',
    });
    expect(world.calls('Create')).toBe(1); // waiting does not mend it
  });

  test('whose issuer IAM cannot reach fails with the cause', async () => {
    world.before = (call) => { if (call === 'Create') throw awsError('OpenIdIdpCommunicationErrorException', 'cannot connect'); };
    expect(await world.answerTo(event('Create'))).toMatchObject({
      Status: 'FAILED',
      Reason: `the OIDC provider ${ARN} could not be adopted: OpenIdIdpCommunicationErrorException: cannot connect`,
      PhysicalResourceId: 'Provider',
    });
    expect(world.lines).toEqual([{
      level: 'ERROR', message: `Create of the OIDC provider ${ARN}`, logicalId: 'Provider', failure: expect.stringContaining('cannot connect'),
    }]);
  });
});

describe('an audience', () => {
  test('that is missing is added', async () => {
    world.keep(ISSUER, ['theirs'], { owner: 'them' });
    const { madeAt } = world.providers.get(ARN)!;
    expect(await world.answerTo(event('Create', { audience: 'ours' }))).toMatchObject({
      Status: 'SUCCESS', PhysicalResourceId: `${ARN}|ours|added|${madeAt.getTime()}`, Data: { Arn: ARN },
    });
    expect(world.providers.get(ARN)).toMatchObject({ audiences: new Set(['theirs', 'ours']), tags: new Map([['owner', 'them']]) });
  });

  test('that is there is found', async () => {
    world.keep(ISSUER, ['ours']);
    expect(await world.answerTo(event('Create', { audience: 'ours' }))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: `${ARN}|ours|found` });
    expect(world.calls('AddClientID')).toBe(0);
  });

  test('that was added stays added in an update, and one that was found stays found', async () => {
    world.keep(ISSUER, ['found']);
    for (const audience of ['added', 'found']) {
      const { PhysicalResourceId: physicalId } = await world.answerTo(event('Create', { audience }));
      expect(await world.answerTo(event('Update', { audience, physicalId, removal: DESTROY }))).toMatchObject({ PhysicalResourceId: physicalId });
    }
  });

  test('that was taken away by hand is added again by an update', async () => {
    world.keep(ISSUER, ['ours']);
    const { PhysicalResourceId: physicalId } = await world.answerTo(event('Create', { audience: 'ours' }));
    world.providers.get(ARN)!.audiences.clear();
    expect(await world.answerTo(event('Update', { audience: 'ours', physicalId }))).toMatchObject({
      PhysicalResourceId: expect.stringContaining('|ours|added|'),
    });
    expect(audiences()).toEqual(['ours']);
  });

  test('waits for a provider that IAM does not know of yet', async () => {
    world.before = () => { if (world.mock.calls().length === 3) world.keep(ISSUER); };
    expect(await world.answerTo(event('Create', { audience: 'ours' }))).toMatchObject({ Status: 'SUCCESS' });
    expect(audiences()).toEqual(['ours']);
  });

  test('waits for a provider that only a part of IAM knows', async () => {
    world.keep(ISSUER);
    let unknown = 2;
    world.before = (call) => {
      if (call === 'AddClientID' && unknown-- > 0) throw new NoSuchEntityException({ message: 'no such provider', $metadata: {} });
    };
    expect(await world.answerTo(event('Create', { audience: 'ours' }))).toMatchObject({ Status: 'SUCCESS' });
    expect(audiences()).toEqual(['ours']);
  });

  test('of no provider fails after two minutes', async () => {
    const start = world.time;
    expect(await world.answerTo(event('Create', { audience: 'ours' }))).toMatchObject({
      Status: 'FAILED',
      Reason: `the audience 'ours' of the OIDC provider ${ARN} could not be adopted: ProviderMissingError: the account has no OIDC provider ${ARN}`,
    });
    expect((world.time - start) / 1000).toBeGreaterThan(100);
    expect((world.time - start) / 1000).toBeLessThanOrEqual(120);
  });

  test('beyond the quota fails with what to do', async () => {
    world.keep(ISSUER);
    world.audienceQuota = 0;
    expect(await world.answerTo(event('Create', { audience: 'ours' }))).toMatchObject({
      Status: 'FAILED', Reason: expect.stringMatching(/LimitExceededException: quota; remove an audience of the provider that is not used: IAM takes 100$/),
    });
  });
});

describe('patience', () => {
  test.each([
    ['a denial', awsError('AccessDenied', 'not authorized')],
    ['a change at the same time', new ConcurrentModificationException({ message: 'busy', $metadata: {} })],
  ])('%s is tried again', async (_what, error) => {
    let left = 3;
    world.before = () => { if (left-- > 0) throw error; };
    const start = world.time;
    expect(await world.answerTo(event('Create'))).toMatchObject({ Status: 'SUCCESS' });
    expect(world.time - start).toBe((1 + 2 + 4 + 1) * 1000); // the last second is the provider's own
  });

  test('ends after two minutes of denials', async () => {
    world.before = () => { throw awsError('AccessDenied', 'not authorized to perform: iam:GetOpenIDConnectProvider'); };
    expect(await world.answerTo(event('Create'))).toMatchObject({
      Status: 'FAILED',
      Reason: `the OIDC provider ${ARN} could not be adopted: AccessDenied: not authorized to perform: iam:GetOpenIDConnectProvider`,
    });
  });

  test('no other error is tried again', async () => {
    world.before = () => { throw awsError('ServiceFailureException'); };
    expect(await world.answerTo(event('Delete', { removal: DESTROY }))).toMatchObject({
      Status: 'FAILED', Reason: `the OIDC provider ${ARN} could not be removed: ServiceFailureException: not today`,
    });
    expect(world.mock.calls()).toHaveLength(1);
  });
});

describe('Delete', () => {
  /** Deploys a provider and its audience, and answers what takes the audience and the provider away again. */
  async function deployed(removal: OidcRemoval) {
    const provider = await world.answerTo(event('Create', { removal }));
    const audience = await world.answerTo(event('Create', { removal, audience: 'ours' }));
    return {
      audience: () => world.answerTo(event('Delete', { removal, audience: 'ours', physicalId: audience.PhysicalResourceId })),
      provider: () => world.answerTo(event('Delete', { removal, physicalId: provider.PhysicalResourceId })),
    };
  }

  /** What the last event left, and why. */
  const kept = () => world.lines.at(-1)!.kept;

  test('with RETAIN does not even look', async () => {
    const remove = await deployed(RETAIN);
    const calls = world.mock.calls().length;
    for (const answer of [await remove.audience(), await remove.provider()]) expect(answer.Status).toBe('SUCCESS');
    expect(world.mock.calls()).toHaveLength(calls);
    expect(audiences()).toEqual(['ours']);
    expect(kept()).toBe('it is retained');
  });

  test('with DESTROY removes the audience that it added, and then the provider that it made', async () => {
    const remove = await deployed(DESTROY);
    expect(await remove.audience()).toMatchObject({ Status: 'SUCCESS' });
    expect(audiences()).toEqual([]);
    expect(await remove.provider()).toMatchObject({ Status: 'SUCCESS' });
    expect(world.providers.size).toBe(0);
    expect(kept()).toBeUndefined();
  });

  test('again, of what is gone, succeeds', async () => {
    const remove = await deployed(DESTROY);
    for (let times = 0; times < 2; times++) {
      expect(await remove.audience()).toMatchObject({ Status: 'SUCCESS' });
      expect(await remove.provider()).toMatchObject({ Status: 'SUCCESS' });
    }
  });

  test.each(['RemoveClientID', 'Delete'])('of what goes at the same time succeeds: %s', async (racing) => {
    const remove = await deployed(DESTROY);
    world.before = (call) => { if (call === racing) world.providers.delete(ARN); };
    expect(await remove.audience()).toMatchObject({ Status: 'SUCCESS' });
    expect(await remove.provider()).toMatchObject({ Status: 'SUCCESS' });
  });

  test('leaves an audience that it found', async () => {
    world.keep(ISSUER, ['ours']);
    const remove = await deployed(DESTROY);
    await remove.audience();
    expect(audiences()).toEqual(['ours']);
    expect(kept()).toBe('it was not added by this resource, or is gone');
  });

  test('leaves a provider that it found', async () => {
    world.keep(ISSUER);
    const remove = await deployed(DESTROY);
    await remove.audience();
    await remove.provider();
    expect(audiences()).toEqual([]);
    expect(kept()).toBe('it was not made by this resource, or is gone');
  });

  test.each([
    ['another stack', { ...MADE_BY_US, 'cdk-ecr-ci:stack-id': `${STACK_ID}2` }],
    ['another resource of the stack', { ...MADE_BY_US, 'cdk-ecr-ci:logical-id': 'Provider2' }],
    ['one that lost a tag', { 'cdk-ecr-ci:stack-id': STACK_ID }],
  ])('leaves a provider of %s', async (_whose, tags) => {
    world.keep(ISSUER, [], tags);
    await world.answerTo(event('Delete', { removal: DESTROY, physicalId: ARN }));
    expect(world.providers.has(ARN)).toBe(true);
  });

  test('leaves a provider and an audience that somebody has made again', async () => {
    const remove = await deployed(DESTROY);
    world.keep(ISSUER, ['ours']);
    await remove.audience();
    await remove.provider();
    expect(audiences()).toEqual(['ours']);
  });

  test('leaves a provider with another audience, which somebody must have added', async () => {
    const remove = await deployed(DESTROY);
    world.providers.get(ARN)!.audiences.add('theirs');
    await remove.audience();
    await remove.provider();
    expect(audiences()).toEqual(['theirs']);
    expect(kept()).toBe('it has the audiences theirs');
  });

  test('leaves an audience and a provider that a role of the account uses, on whatever page of the list', async () => {
    const remove = await deployed(DESTROY);
    for (const name of ['other-1', 'other-2']) world.keepRole(name, `${ARN}2`, 'ours');
    world.keepRole('theirs', ARN, 'ours');
    const start = world.time;
    await remove.audience();
    expect(kept()).toBe('it is trusted by arn:aws:iam::111122223333:role/theirs');
    await remove.provider();
    expect(kept()).toBe('it is trusted by arn:aws:iam::111122223333:role/theirs');
    expect(audiences()).toEqual(['ours']);
    expect((world.time - start) / 1000).toBeLessThanOrEqual(2 * 45);
  });

  test('removes the audience of an adopted provider whose roles take another one', async () => {
    world.keep(ISSUER, ['theirs']);
    world.keepRole('theirs', ARN, 'theirs');
    const remove = await deployed(DESTROY);
    await remove.audience();
    expect(audiences()).toEqual(['theirs']);
  });

  test('waits until IAM has forgotten a role that was deleted just before', async () => {
    const remove = await deployed(DESTROY);
    world.keepRole('deleted', ARN, 'ours');
    let looks = 0;
    world.before = (call) => { if (call === 'ListRoles' && ++looks === 3) world.roles.clear(); };
    await remove.audience();
    expect(audiences()).toEqual([]);
  });

  test('looks again after the wait: what was made anew meanwhile is left', async () => {
    const remove = await deployed(DESTROY);
    world.after = (call) => { if (call === 'ListRoles') world.keep(ISSUER, ['ours']); };
    await remove.audience();
    expect(audiences()).toEqual(['ours']);
  });

  test('of a provider looks again after the wait too', async () => {
    const remove = await deployed(DESTROY);
    await remove.audience();
    world.after = (call) => { if (call === 'ListRoles') world.keep(ISSUER); };
    await remove.provider();
    expect(world.providers.has(ARN)).toBe(true);
  });

  test('of an audience that could not be added removes nothing, though the answer may have got lost', async () => {
    world.keep(ISSUER);
    world.after = (call) => { if (call === 'AddClientID') throw awsError('TimeoutError'); };
    const { Status, PhysicalResourceId: physicalId } = await world.answerTo(event('Create', { audience: 'ours' }));
    expect(Status).toBe('FAILED');
    expect(await world.answerTo(event('Delete', { removal: DESTROY, audience: 'ours', physicalId }))).toMatchObject({ Status: 'SUCCESS' });
    expect(audiences()).toEqual(['ours']);
  });

  test('of a provider whose making was not answered removes it: its tags know', async () => {
    world.after = (call) => { if (call === 'Create') throw awsError('TimeoutError'); };
    const { Status, PhysicalResourceId: physicalId } = await world.answerTo(event('Create', { removal: DESTROY }));
    expect(Status).toBe('FAILED');
    await world.answerTo(event('Delete', { removal: DESTROY, physicalId }));
    expect(world.providers.size).toBe(0);
  });
});
