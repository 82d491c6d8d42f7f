import { ConditionalCheckFailedException, DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { HOST, HOUR, NOW, OTHER_HOST, target } from './world';
import { PublishClients } from '../../../lambda/publish/clients';
import { readDockercfg } from '../../../lambda/publish/dockercfg-source';
import { Pace } from '../../../lambda/publish/pace';
import { PublishQueue } from '../../../lambda/publish/queue';
import { TargetStore } from '../../../lambda/publish/target-store';
import { TokenSecrets } from '../../../lambda/publish/token-secrets';
import { SECRET_ARN, version } from '../refresh/fixtures';

const dynamoDb = mockClient(DynamoDBClient);
const sqs = mockClient(SQSClient);
const secrets = mockClient(SecretsManagerClient);
beforeEach(() => [dynamoDb, sqs, secrets].forEach((mock) => mock.reset()));

const conditionFailed = () => new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
const KEY = { pk: { S: 'target' }, sk: { S: 'id' } };

describe('the table', () => {
  const store = new TargetStore(new DynamoDBClient({ region: 'eu-west-1' }), 'table');
  const one = target('one');

  test('is read page by page, consistently', async () => {
    const item = (expiresAt: number) => ({ ...KEY, spec: { S: JSON.stringify(one) }, expiresAt: { N: String(expiresAt) }, failure: { S: 'why' } });
    const pages = [{ Items: [item(NOW)], LastEvaluatedKey: KEY }, { Items: [item(Number.MAX_SAFE_INTEGER)] }];
    dynamoDb.on(QueryCommand).resolvesOnce(pages[0]).resolvesOnce(pages[1]).resolves({});
    expect(await store.list()).toEqual([
      { target: one, state: { expiresAt: NOW, failure: 'why' } },
      { target: one, state: { expiresAt: Infinity, failure: 'why' } },
    ]);
    expect(dynamoDb.commandCalls(QueryCommand)[0].args[0].input).toMatchObject({ TableName: 'table', ConsistentRead: true, ExpressionAttributeValues: { ':pk': { S: 'target' } } });
    expect(await store.list()).toEqual([]);
  });

  test('is written so that what is known of a copy stays when a target changes', async () => {
    dynamoDb.on(UpdateItemCommand).resolves({}).on(DeleteItemCommand).resolves({});
    await store.put(one);
    await store.delete(one.id);
    expect(dynamoDb.commandCalls(UpdateItemCommand)[0].args[0].input).toMatchObject({ UpdateExpression: 'SET spec = :spec', Key: { sk: { S: one.id } } });
    expect(dynamoDb.commandCalls(DeleteItemCommand)[0].args[0].input).toEqual({ TableName: 'table', Key: { pk: { S: 'target' }, sk: { S: one.id } } });
  });

  test('gives a lease with what is known, and takes it back with what is known then', async () => {
    dynamoDb.on(UpdateItemCommand).resolves({ Attributes: { ...KEY, spec: { S: JSON.stringify(one) }, digest: { S: 'd' } } });
    expect(await store.lease(one.id, 'me', NOW, NOW + 1)).toEqual({ kind: 'mine', target: one, state: { digest: 'd' } });
    await store.release(one.id, 'me', {});
    await store.release(one.id, 'me', { digest: 'e', expiresAt: Infinity, tokenExpiresAt: NaN });
    expect(dynamoDb.commandCalls(UpdateItemCommand).slice(1).map(({ args }) => args[0].input)).toMatchObject([
      { UpdateExpression: 'REMOVE writtenAt, expiresAt, publishedAt, tokenExpiresAt, failedAt, placeAt, digest, failure, leaseOwner, leaseUntil' },
      {
        UpdateExpression: 'SET expiresAt = :expiresAt, digest = :digest REMOVE writtenAt, publishedAt, tokenExpiresAt, failedAt, placeAt, failure, leaseOwner, leaseUntil',
        ExpressionAttributeValues: { ':expiresAt': { N: String(Number.MAX_SAFE_INTEGER) }, ':digest': { S: 'e' }, ':owner': { S: 'me' } },
        ConditionExpression: 'leaseOwner = :owner',
      },
    ]);
  });

  test('forgets what a target held, unless it is gone', async () => {
    dynamoDb.on(UpdateItemCommand).resolvesOnce({}).rejectsOnce(conditionFailed()).rejects(new Error('away'));
    await store.doubt(one.id);
    expect(dynamoDb.commandCalls(UpdateItemCommand)[0].args[0].input).toEqual({
      TableName: 'table', Key: { pk: { S: 'target' }, sk: { S: one.id } }, UpdateExpression: 'REMOVE digest', ConditionExpression: 'attribute_exists(spec)',
    });
    await expect(store.doubt(one.id)).resolves.toBeUndefined();
    await expect(store.doubt(one.id)).rejects.toThrow('away');
  });

  test.each([
    [{ Item: { spec: { S: '{}' } } }, 'busy'],
    [{ Item: KEY }, 'gone'],
    [{}, 'gone'],
  ])('a lease that is not given says why', async (found, kind) => {
    dynamoDb.on(UpdateItemCommand).rejects(conditionFailed()).on(GetItemCommand).resolves(found as object);
    await expect(store.lease('id', 'me', NOW, NOW + 1)).resolves.toEqual({ kind });
  });

  test('a lease and a release that fail otherwise fail', async () => {
    dynamoDb.on(UpdateItemCommand).rejects(new Error('away'));
    await expect(store.lease('id', 'me', NOW, NOW + 1)).rejects.toThrow('away');
    await expect(store.release('id', 'me', {})).rejects.toThrow('away');
  });

  test('a release after the lease has ended changes nothing', async () => {
    dynamoDb.on(UpdateItemCommand).rejects(conditionFailed());
    await expect(store.release('id', 'me', { digest: 'd' })).resolves.toBeUndefined();
  });
});

describe('the pace', () => {
  const limit = { key: 'arn:of:a:token', perHour: 60, burst: 2, spacingMs: 1000 };
  const slept: number[] = [];
  const pace = new Pace(new DynamoDBClient({ region: 'eu-west-1' }), 'table', { now: () => NOW, sleep: async (milliseconds) => void slept.push(milliseconds) });

  test('goes on where the last place was, and past a pause', async () => {
    const item = (due: number, last: number, blockedUntil: number) => ({
      due: { N: String(due) }, last: { N: String(last) }, blockedUntil: { N: String(blockedUntil) },
    });
    dynamoDb.on(GetItemCommand).resolves({ Item: item(NOW + 200_000, NOW, 0) }).on(PutItemCommand).resolves({});
    await expect(pace.reserve(limit)).resolves.toBe(NOW + 140_000);
    await expect(pace.blockedUntil(limit)).resolves.toBe(0);
    await pace.block(limit, NOW + HOUR);
    dynamoDb.on(GetItemCommand).resolves({ Item: item(NOW + 200_000, NOW, NOW + HOUR) });
    await expect(pace.blockedUntil(limit)).resolves.toBe(NOW + HOUR);
    await pace.block(limit, NOW + 1);
    await expect(pace.reserve(limit)).resolves.toBe(NOW + HOUR);
    const marks = dynamoDb.commandCalls(PutItemCommand).map(({ args }) => args[0].input);
    expect(marks).toMatchObject([
      { Item: item(NOW + 260_000, NOW + 140_000, 0), ConditionExpression: 'due = :due AND #last = :last AND blockedUntil = :until' },
      { Item: item(NOW + 200_000, NOW, NOW + HOUR), ExpressionAttributeValues: { ':due': { N: String(NOW + 200_000) }, ':last': { N: String(NOW) }, ':until': { N: '0' } } },
      { Item: item(NOW + 200_000, NOW, NOW + HOUR) },
      { Item: item(NOW + HOUR + 60_000, NOW + HOUR, NOW + HOUR) },
    ]);
  });

  test('one that fails costs the next one in its Lambda nothing', async () => {
    dynamoDb.on(GetItemCommand).rejectsOnce(new Error('away')).resolves({}).on(PutItemCommand).resolves({});
    const results = await Promise.allSettled([pace.reserve(limit), pace.reserve(limit)]);
    expect(results).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: NOW }]);
  });

  test('tries again when another one was quicker, and gives up in the end', async () => {
    dynamoDb.on(GetItemCommand).resolves({}).on(PutItemCommand).rejectsOnce(conditionFailed()).resolves({});
    await expect(pace.reserve(limit)).resolves.toBe(NOW);
    dynamoDb.on(PutItemCommand).rejects(conditionFailed());
    await expect(pace.reserve(limit)).rejects.toThrow('too many targets asked for their place in the rate limit at once');
    expect(Math.max(...slept)).toBeLessThanOrEqual(200);
  });

  test('does not hide another failure, and keeps no token\'s name', async () => {
    dynamoDb.on(GetItemCommand).resolves({}).on(PutItemCommand).rejects(new Error('away'));
    await expect(pace.reserve(limit)).rejects.toThrow('away');
    expect(JSON.stringify(dynamoDb.commandCalls(PutItemCommand)[0].args[0].input)).not.toContain(limit.key);
  });
});

describe('the queue', () => {
  const queue = new PublishQueue(new SQSClient({ region: 'eu-west-1' }), 'https://queue', () => NOW);
  const message = { publish: 'target', target: 'a' } as const;

  test('takes messages ten at a time, and delays those that are for later, as far as SQS can', async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [] });
    const later = [NOW + 1500, NOW + HOUR, NOW - 1].map((at) => ({ message, at }));
    await queue.send([...Array.from({ length: 20 }, () => ({ message })), ...later]);
    const calls = sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input);
    expect(calls.map(({ Entries }) => Entries!.length).sort()).toEqual([10, 10, 3]);
    expect(calls.find(({ Entries }) => Entries!.length === 3)).toEqual({
      QueueUrl: 'https://queue',
      Entries: [2, 900, 0].map((DelaySeconds, index) => ({ Id: String(index), MessageBody: JSON.stringify(message), DelaySeconds })),
    });
  });

  test('sends nothing for nothing', async () => {
    await queue.send([]);
    expect(sqs.calls()).toEqual([]);
  });

  test('fails if SQS did not take them all', async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] });
    await expect(queue.send([{ message }])).rejects.toThrow('SQS did not take 1 of 1 messages: InternalError');
  });

  test('has a message come again', async () => {
    sqs.on(ChangeMessageVisibilityCommand).resolves({});
    await queue.putBack('handle', 30);
    expect(sqs.commandCalls(ChangeMessageVisibilityCommand)[0].args[0].input).toEqual({ QueueUrl: 'https://queue', ReceiptHandle: 'handle', VisibilityTimeout: 30 });
  });
});

describe('the dockercfg', () => {
  const read = (format: 'config.json' | 'dockercfg' = 'config.json') => readDockercfg(new SecretsManagerClient({ region: 'eu-west-1' }), SECRET_ARN, format);

  test('is read with when each entry expires, and when it was written', async () => {
    const { versionId, value } = version({ [HOST]: 'QVdTOmE=' }, NOW + 12 * HOUR);
    secrets.on(GetSecretValueCommand, { SecretId: SECRET_ARN }).resolves({ VersionId: versionId, SecretString: value, CreatedDate: new Date(NOW) });
    expect(await read()).toEqual({ entries: new Map([[HOST, { auth: 'QVdTOmE=', expiresAt: NOW + 12 * HOUR }]]), versionId, writtenAt: NOW });
  });

  test('never brings the record of the expiries as if it were a registry', async () => {
    const { versionId, value } = version({ [HOST]: 'QVdTOmE=', [OTHER_HOST]: 'QVdTOmI=' }, { [HOST]: NOW + HOUR, [OTHER_HOST]: NOW + 5 * HOUR });
    expect(value).toContain('expiry.cdk-ecr-ci.invalid');
    secrets.on(GetSecretValueCommand).resolves({ VersionId: versionId, SecretString: value });
    expect(await read()).toMatchObject({ entries: new Map([[HOST, { auth: 'QVdTOmE=', expiresAt: NOW + HOUR }], [OTHER_HOST, { auth: 'QVdTOmI=', expiresAt: NOW + 5 * HOUR }]]), writtenAt: 0 });
  });

  test.each<Record<string, number>>([{ [HOST]: NOW + HOUR }, { [HOST]: NOW + HOUR, [OTHER_HOST]: NOW + 5 * HOUR }])('knows that a login does not expire with the tokens beside it', async (expiries) => {
    const auths = Object.fromEntries([...Object.keys(expiries), 'ghcr.io', 'https://index.docker.io/v1/'].map((host) => [host, 'QVdTOmE=']));
    const { versionId, value } = version(auths, { 'ghcr.io': Infinity, 'https://index.docker.io/v1/': Infinity, ...expiries });
    secrets.on(GetSecretValueCommand).resolves({ VersionId: versionId, SecretString: value });
    const { entries } = await read();
    expect(Object.fromEntries([...entries].map(([host, { expiresAt }]) => [host, expiresAt]))).toEqual({ ...expiries, 'ghcr.io': Infinity, 'https://index.docker.io/v1/': Infinity });
  });

  test.each([
    [{ VersionId: 'by-hand', SecretString: '{"auths":{"a":{"auth":"QVdTOmE="}}}' }],
    [{ SecretBinary: new Uint8Array([1]) }],
  ])('that the refresher did not write is not published', async (answer) => {
    secrets.on(GetSecretValueCommand).resolves(answer);
    await expect(read()).rejects.toThrow('the secret holds nothing that the refresher wrote; it is published after the next refresh');
  });
});

describe('a token', () => {
  const ARN = 'arn:aws:secretsmanager:us-east-2:111122223333:secret:token-AbCdEf';
  let time = NOW;
  const tokens = () => new TokenSecrets(new PublishClients(), () => time);

  test.each([
    ['plain', undefined, 'plain'],
    ['  with a line break\n', undefined, 'with a line break'],
    ['{"token":"in JSON"}', 'token', 'in JSON'],
    ['{"token":"in JSON with a line break\\n"}', 'token', 'in JSON with a line break'],
  ])('is read from %j', async (SecretString, jsonKey, expected) => {
    secrets.on(GetSecretValueCommand, { SecretId: ARN }).resolves({ SecretString });
    await expect(tokens().read({ secretArn: ARN, jsonKey })).resolves.toBe(expected);
  });

  test.each([
    ['', undefined, `${ARN} is empty: put the token into it`],
    [undefined, undefined, `${ARN} is empty: put the token into it`],
    ['not json', 'token', `${ARN} has no text under the key 'token' of its JSON`],
    ['{"other":"made up"}', 'token', `${ARN} has no text under the key 'token' of its JSON`],
    ['{"token":" "}', 'token', `${ARN} has no text under the key 'token' of its JSON`],
    ['{"token":1}', 'token', `${ARN} has no text under the key 'token' of its JSON`],
    ['null', 'token', `${ARN} has no text under the key 'token' of its JSON`],
  ])('that is not there is an error that does not quote %j', async (SecretString, jsonKey, message) => {
    secrets.on(GetSecretValueCommand).resolves({ SecretString });
    const error = await tokens().read({ secretArn: ARN, jsonKey }).catch((thrown) => thrown);
    expect(error.name).toBe('BadTokenSecretError');
    expect(error.message).toBe(message);
  });

  test('is read once a minute for all targets, in the region of its secret', async () => {
    secrets.on(GetSecretValueCommand).callsFake(async (_input, getClient) => ({ SecretString: await getClient().config.region() }));
    const reader = tokens();
    expect(await Promise.all([reader.read({ secretArn: ARN }), reader.read({ secretArn: ARN })])).toEqual(['us-east-2', 'us-east-2']);
    expect(secrets.calls()).toHaveLength(1);
    time += 60_000;
    await reader.read({ secretArn: ARN });
    expect(secrets.calls()).toHaveLength(2);
  });

  test('that could not be read is asked for again at once', async () => {
    secrets.on(GetSecretValueCommand).rejectsOnce(new Error('denied')).resolves({ SecretString: 'token' });
    const reader = tokens();
    await expect(reader.read({ secretArn: ARN })).rejects.toThrow('denied');
    await expect(reader.read({ secretArn: ARN })).resolves.toBe('token');
  });
});
