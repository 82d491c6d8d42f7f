import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { awsError, HOUR, Model, SECOND, START } from './model';
import { NoUserError } from '../../../lambda/rotate-key/errors';
import { formatKey } from '../../../lambda/rotate-key/key-json';
import { serveCloudFormation } from '../../../lambda/rotate-key/lifecycle';
import type { RotationPorts } from '../../../lambda/rotate-key/situation';

let model: Model;
beforeEach(() => { model = new Model(); });
afterEach(() => { expect(model.violations).toEqual([]); });

async function serve(RequestType: 'Create' | 'Update' | 'Delete', more: object = {}, change: Partial<RotationPorts> = {}) {
  const event = {
    RequestType,
    RequestId: 'request',
    ResponseURL: 'https://cloudformation.example/answer',
    StackId: 'stack',
    LogicalResourceId: 'FirstKey',
    ...RequestType === 'Create' ? {} : { PhysicalResourceId: 'ci' },
    ResourceProperties: { userName: 'ci' },
    ...more,
  } as unknown as CloudFormationCustomResourceEvent;
  const answers: any[] = [];
  const age = await serveCloudFormation(event, () => model.ports(change), async (url, body) => void answers.push({ url, ...JSON.parse(body) }));
  expect(answers).toHaveLength(1);
  return { ...answers[0], age };
}

describe('Create', () => {
  test('gives the secret a key that was tested, and says how old it is', async () => {
    model.knownAfter = 20;
    expect(await serve('Create')).toMatchObject({
      url: 'https://cloudformation.example/answer', Status: 'SUCCESS', PhysicalResourceId: 'ci', age: expect.any(Number),
    });
    expect(model.current).toMatchObject({ active: true, proved: true });
    expect(model.owned).toEqual(model.ids);
    expect(model.labelled('AWSCURRENT')).toMatch(/^first-key-[0-9a-f]{32}$/);
  });

  test('served twice, it makes one key', async () => {
    await serve('Create');
    const { current } = model;
    model.time += 60 * SECOND;
    expect(await serve('Create')).toMatchObject({ Status: 'SUCCESS', age: 60 });
    expect(model.ids).toEqual([current!.id]);
  });

  test('replaces a key that CloudFormation made, and leaves its deletion to CloudFormation', async () => {
    const made = model.createForeign()!;
    model.edit(formatKey(made));
    expect(await serve('Create')).toMatchObject({ Status: 'SUCCESS' });
    expect(model.ids).toEqual([made.id, model.current!.id]);
    expect(model.current!.id).not.toBe(made.id);
  });

  test('fails with the reason when there is no place for a key, and nothing has changed', async () => {
    const [made, theirs] = [model.createForeign()!, model.createForeign()!];
    model.edit(formatKey(made));
    const answer = await serve('Create');
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'ci', age: undefined });
    expect(answer.Reason).toBe('the secret could not be given a key: ForeignKeyError: no new key can be made: the user ci has two, which is IAM\'s limit, '
      + `and the rotation did not make ${made.id} and ${theirs.id}. When nothing uses it, delete it: aws iam delete-access-key --user-name ci --access-key-id ${made.id}; then rotate again`);
    expect(model.current).toBe(made);
  });

  test('fails with the reason when the environment is wrong', async () => {
    const answers: string[] = [];
    const event = { RequestType: 'Create', ResponseURL: 'x', LogicalResourceId: 'FirstKey', ResourceProperties: { userName: 'ci' } } as any;
    await serveCloudFormation(event, () => { throw new Error('no environment'); }, async (_url, body) => void answers.push(body));
    expect(JSON.parse(answers[0])).toMatchObject({ Status: 'FAILED', Reason: 'the secret could not be given a key: Error: no environment' });
  });

  test('waits while IAM does not know the role\'s rights, at most two minutes', async () => {
    let denials = 3;
    const { list, ...keys } = model.userKeys();
    const denied = { ...keys, list: async () => { if (denials-- > 0) throw awsError('AccessDenied', 'not authorized'); return list(); } };
    expect(await serve('Create', {}, { keys: denied })).toMatchObject({ Status: 'SUCCESS' });
    expect(model.time - START).toBe((1 + 2 + 4) * SECOND);
    denials = 1000;
    const began = model.time;
    expect(await serve('Create', {}, { keys: denied })).toMatchObject({
      Status: 'FAILED', Reason: 'the secret could not be given a key: AccessDenied: not authorized',
    });
    expect(model.time - began).toBeLessThanOrEqual(120 * SECOND);
  });

  test('goes on with the key of a run that was killed', async () => {
    const pending = model.givenKey(30 * SECOND, 'interrupted', ['AWSPENDING']);
    expect(await serve('Create')).toMatchObject({ Status: 'SUCCESS', age: 30 });
    expect(model.ids).toEqual([pending.id]);
    expect(model.labelled('AWSCURRENT')).toBe('interrupted');
  });

  test('makes another when the key of a run that was killed is gone', async () => {
    const pending = model.givenKey(30 * SECOND, 'interrupted', ['AWSPENDING']);
    model.removeByHand(pending.id);
    expect(await serve('Create')).toMatchObject({ Status: 'SUCCESS' });
    expect(model.labelled('AWSCURRENT')).toMatch(/^first-key-/);
  });

  test('fails when the key of a run that was killed cannot be tested now', async () => {
    model.givenKey(0, 'interrupted', ['AWSPENDING']);
    model.knownAfter = 1000;
    expect(await serve('Create')).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('AWS did not accept the new key') });
  });

  test('says that the age is none when IAM does not list the key yet', async () => {
    model.listedAfter = 600;
    expect(await serve('Create')).toMatchObject({ Status: 'SUCCESS', age: 0 });
  });
});

describe('Update', () => {
  test('leaves a key that works alone', async () => {
    const key = model.givenKey(HOUR, 'old');
    expect(await serve('Update')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'ci', age: 3600 });
    expect(model.ids).toEqual([key.id]);
  });

  test('brings a new key when the current one was made inactive by hand', async () => {
    const key = model.givenKey(HOUR, 'old');
    model.deactivateByHand(key.id);
    expect(await serve('Update')).toMatchObject({ Status: 'SUCCESS' });
    expect(model.current!.id).not.toBe(key.id);
  });

  test('refuses another user, whose keys the role may not touch', async () => {
    model.givenKey(HOUR, 'old');
    expect(await serve('Update', { ResourceProperties: { userName: 'other' } })).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'ci',
      Reason: 'the user ci cannot become other while its key is rotated: give the CiUser another construct id, which makes a new user and a new secret',
    });
  });
});

describe('Delete', () => {
  test('deletes the keys that the rotation made, and no other', async () => {
    model.givenKey(HOUR, 'old');
    const theirs = model.createForeign()!;
    model.deleting = true;
    expect(await serve('Delete')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'ci', age: undefined });
    expect(model.ids).toEqual([theirs.id]);
  });

  test('needs no secret', async () => {
    model.givenKey(HOUR, 'old');
    model.deleting = true;
    const secret = new Proxy({} as never, { get: () => async () => { throw awsError('ResourceNotFoundException'); } });
    expect(await serve('Delete', {}, { secret })).toMatchObject({ Status: 'SUCCESS' });
    expect(model.ids).toEqual([]);
  });

  test('succeeds when the user is gone', async () => {
    const keys = { ...model.userKeys(), list: async () => { throw new NoUserError('gone'); } };
    expect(await serve('Delete', {}, { keys })).toMatchObject({ Status: 'SUCCESS' });
  });

  test('fails with the reason when a key cannot be deleted', async () => {
    model.givenKey(HOUR, 'old');
    const keys = { ...model.userKeys(), remove: async () => { throw awsError('ServiceFailureException', 'try later', 'server'); } };
    expect(await serve('Delete', {}, { keys })).toMatchObject({
      Status: 'FAILED', Reason: 'the user\'s keys could not be deleted: ServiceFailureException: try later',
    });
  });
});
