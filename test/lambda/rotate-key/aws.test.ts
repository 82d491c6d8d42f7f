import {
  CreateAccessKeyCommand, DeleteAccessKeyCommand, IAMClient, ListAccessKeysCommand, ListUserTagsCommand, NoSuchEntityException, TagUserCommand,
  UntagUserCommand, UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import {
  DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException, SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { awsError, START } from './model';
import { SecretsManagerKeySecret } from '../../../lambda/rotate-key/key-secret';
import { IamUserKeys } from '../../../lambda/rotate-key/user-keys';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:key-AbCdEf';

describe('the user\'s keys in IAM', () => {
  const [client, onceClient] = [new IAMClient({ region: 'eu-west-1' }), new IAMClient({ region: 'eu-west-1' })];
  const iam = mockClient(IAMClient);
  const keys = new IamUserKeys(client, onceClient, 'ci');
  const gone = new NoSuchEntityException({ message: 'no such thing', $metadata: {} });
  beforeEach(() => iam.reset());
  afterAll(() => iam.restore());

  test('are listed', async () => {
    iam.on(ListAccessKeysCommand, { UserName: 'ci' }).resolves({
      AccessKeyMetadata: [
        { AccessKeyId: 'AKIA1', Status: 'Active', CreateDate: new Date(START) }, { AccessKeyId: 'AKIA2', Status: 'Inactive', CreateDate: new Date(START + 1000) },
      ],
    });
    expect(await keys.list()).toEqual([{ id: 'AKIA1', active: true, createdAt: START }, { id: 'AKIA2', active: false, createdAt: START + 1000 }]);
    iam.on(ListAccessKeysCommand).resolves({});
    expect(await keys.list()).toEqual([]);
  });

  test('are made by the client that asks once', async () => {
    iam.on(CreateAccessKeyCommand, { UserName: 'ci' }).resolves({ AccessKey: { UserName: 'ci', AccessKeyId: 'AKIA1', SecretAccessKey: 'abc', Status: 'Active' } });
    expect(await keys.create()).toEqual({ id: 'AKIA1', secret: 'abc' });
    expect(iam.commandCalls(CreateAccessKeyCommand)[0].thisValue).toBe(onceClient);
  });

  test.each([{}, { AccessKey: { AccessKeyId: 'AKIA1' } }, { AccessKey: { SecretAccessKey: 'abc' } }])('an answer without a key is refused, and not quoted', async (answer: object) => {
    iam.on(CreateAccessKeyCommand).resolves(answer);
    await expect(keys.create()).rejects.toThrow(/^IAM answered without a key$/);
  });

  test('are made inactive and deleted, and it is no error when they are gone', async () => {
    await keys.deactivate('AKIA1');
    await keys.remove('AKIA2');
    expect(iam.commandCalls(UpdateAccessKeyCommand)[0].args[0].input).toEqual({ UserName: 'ci', AccessKeyId: 'AKIA1', Status: 'Inactive' });
    expect(iam.commandCalls(DeleteAccessKeyCommand)[0].args[0].input).toEqual({ UserName: 'ci', AccessKeyId: 'AKIA2' });
    iam.on(UpdateAccessKeyCommand).rejects(gone).on(DeleteAccessKeyCommand).rejects(gone);
    await keys.deactivate('AKIA1');
    await keys.remove('AKIA2');
    iam.on(DeleteAccessKeyCommand).rejects(awsError('AccessDenied'));
    await expect(keys.remove('AKIA2')).rejects.toThrow('AccessDenied');
  });

  test('tags are read from all pages, written and removed', async () => {
    iam.on(ListUserTagsCommand, { UserName: 'ci', Marker: undefined }).resolves({ Tags: [{ Key: 'a', Value: '1' }], IsTruncated: true, Marker: 'more' });
    iam.on(ListUserTagsCommand, { UserName: 'ci', Marker: 'more' }).resolves({ Tags: [{ Key: 'b', Value: '2' }] });
    expect(await keys.tags()).toEqual(new Map([['a', '1'], ['b', '2']]));
    iam.on(ListUserTagsCommand).resolves({} as never);
    expect(await keys.tags()).toEqual(new Map());
    await keys.writeTags(new Map([['a', '1']]));
    await keys.removeTags(['a', 'b']);
    expect(iam.commandCalls(TagUserCommand)[0].args[0].input).toEqual({ UserName: 'ci', Tags: [{ Key: 'a', Value: '1' }] });
    expect(iam.commandCalls(UntagUserCommand)[0].args[0].input).toEqual({ UserName: 'ci', TagKeys: ['a', 'b'] });
  });

  test('a user that is gone is told from other errors', async () => {
    iam.on(ListAccessKeysCommand).rejects(gone).on(ListUserTagsCommand).rejects(gone);
    await expect(keys.list()).rejects.toMatchObject({ name: 'NoUserError', message: 'the user ci does not exist' });
    await expect(keys.tags()).rejects.toMatchObject({ name: 'NoUserError' });
    iam.on(ListAccessKeysCommand).rejects(awsError('AccessDenied'));
    await expect(keys.list()).rejects.toThrow('AccessDenied');
  });
});

describe('the secret in Secrets Manager', () => {
  const sm = mockClient(SecretsManagerClient);
  const secret = new SecretsManagerKeySecret(new SecretsManagerClient({ region: 'eu-west-1' }), SECRET);
  beforeEach(() => sm.reset());
  afterAll(() => sm.restore());

  test('is described', async () => {
    sm.on(DescribeSecretCommand, { SecretId: SECRET }).resolves({ VersionIdsToStages: { one: ['AWSCURRENT'] }, LastChangedDate: new Date(START) });
    expect(await secret.describe()).toEqual({ stages: new Map([['one', ['AWSCURRENT']]]), changedAt: START });
    sm.on(DescribeSecretCommand).resolves({});
    expect(await secret.describe()).toEqual({ stages: new Map(), changedAt: 0 });
  });

  test('a version is read, may have no value, and other errors are errors', async () => {
    sm.on(GetSecretValueCommand, { SecretId: SECRET, VersionId: 'one' }).resolves({ SecretString: 'x' });
    expect(await secret.read('one')).toBe('x');
    sm.on(GetSecretValueCommand).resolves({ SecretBinary: new Uint8Array() });
    expect(await secret.read('one')).toBe('');
    sm.on(GetSecretValueCommand).rejects(new ResourceNotFoundException({ message: 'no value', $metadata: {} }));
    expect(await secret.read('one')).toBeUndefined();
    sm.on(GetSecretValueCommand).rejects(awsError('DecryptionFailure'));
    await expect(secret.read('one')).rejects.toThrow('DecryptionFailure');
  });

  test('a version is added as pending, and labels are moved', async () => {
    await secret.putPending('two', 'y');
    await secret.makeCurrent('two', 'one');
    await secret.dropPending('two');
    expect(sm.commandCalls(PutSecretValueCommand)[0].args[0].input).toEqual({
      SecretId: SECRET, ClientRequestToken: 'two', SecretString: 'y', VersionStages: ['AWSPENDING'],
    });
    expect(sm.commandCalls(UpdateSecretVersionStageCommand).map((call) => call.args[0].input)).toEqual([
      { SecretId: SECRET, VersionStage: 'AWSCURRENT', MoveToVersionId: 'two', RemoveFromVersionId: 'one' },
      { SecretId: SECRET, VersionStage: 'AWSPENDING', RemoveFromVersionId: 'two' },
    ]);
  });
});
