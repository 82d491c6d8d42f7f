import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { authOf, eventOf, HOST, HOUR, target } from './world';
import { handler } from '../../../lambda/publish/index.lambda';
import { VENDORS } from '../../../lambda/publish/vendors';
import { Target } from '../../../src';
import { PublishEnvironment, TargetResourceType } from '../../../src/private/target-contract';
import { version } from '../refresh/fixtures';

jest.mock('node:timers/promises', () => ({ setTimeout: jest.fn() }));

const dynamoDb = mockClient(DynamoDBClient);
const sqs = mockClient(SQSClient);
const secrets = mockClient(SecretsManagerClient);
let output: jest.SpyInstance;
beforeEach(() => {
  Object.assign(process.env, { AWS_REGION: 'eu-west-1', SECRET_ARN: 'arn', SECRET_FORMAT: 'config.json', TABLE_NAME: 'table', QUEUE_URL: 'https://queue' });
  for (const mock of [dynamoDb, sqs, secrets]) mock.reset();
  output = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  output.mockRestore();
  for (const name of ['AWS_REGION', ...Object.values(PublishEnvironment)]) delete process.env[name];
});

const one = target('one', { kind: 'gitlab-variable', where: { project: '1', key: 'A' } });
const send = (message: object) => handler(eventOf([{ id: 'a', message: message as never, receivedTimes: 1 }]), { functionName: 'Publisher' });

test('is wired to its table and its queue', async () => {
  dynamoDb.on(QueryCommand, { TableName: 'table' }).resolves({ Items: [{ spec: { S: JSON.stringify(one) } }] });
  sqs.on(SendMessageBatchCommand, { QueueUrl: 'https://queue' }).resolves({});
  await expect(send({ publish: 'all' })).resolves.toEqual({ batchItemFailures: [] });
  expect(sqs.commandCalls(SendMessageBatchCommand)[0].args[0].input.Entries).toEqual([{ Id: '0', DelaySeconds: 0, MessageBody: JSON.stringify({ publish: 'target', target: one.id }) }]);
});

test('is wired to the dockercfg, to the tokens, and to the servers of vendors by TLS', async () => {
  const settings = { token: { secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:token' } };
  const away = { ...one, settings, where: { ...one.where, url: 'https://127.0.0.1:1' } };
  const { versionId, value } = version({ [HOST]: authOf('password') }, Date.now() + HOUR);
  dynamoDb.on(UpdateItemCommand).resolves({ Attributes: { spec: { S: JSON.stringify(away) } } });
  secrets.on(GetSecretValueCommand, { SecretId: 'arn' }).resolves({ VersionId: versionId, SecretString: value });
  secrets.on(GetSecretValueCommand, { SecretId: settings.token.secretArn }).resolves({ SecretString: 'the token' });
  await expect(send({ publish: 'target', target: one.id })).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
  expect(output.mock.calls.join()).toContain('127.0.0.1:1 gave no answer: ECONNREFUSED');
  expect(dynamoDb.commandCalls(UpdateItemCommand)[0].args[0].input.ExpressionAttributeValues![':owner'].S).toMatch(/^[0-9a-f-]{36}$/);
});

test('waits by the clock, and answers CloudFormation', async () => {
  const respond = jest.spyOn(globalThis, 'fetch').mockResolvedValue(new Response());
  dynamoDb.on(QueryCommand).rejectsOnce(Object.assign(new Error('not yet'), { name: 'AccessDeniedException' })).resolves({});
  const properties = { ServiceToken: 'arn', targets: '[]' };
  await handler({ RequestType: 'Create', ResourceType: TargetResourceType.REGISTRATION, ResponseURL: 'https://answer', ResourceProperties: properties }, { functionName: 'Publisher' });
  expect(sleep).toHaveBeenCalledWith(1000);
  expect(respond).toHaveBeenCalledWith('https://answer', expect.objectContaining({ body: expect.stringContaining('SUCCESS') }));
  respond.mockRestore();
});

test.each(Object.values(PublishEnvironment))('says that %s is missing', async (name) => {
  delete process.env[name];
  await expect(send({ publish: 'all' })).rejects.toThrow(`the environment variable ${name} is not set`);
});

test('each vendor is known by the kind of its targets', () => {
  const factories = Object.getOwnPropertyNames(Target).filter((name) => typeof Reflect.get(Target, name) === 'function');
  const kinds = factories.map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace('azure-dev-ops', 'azure-devops'));
  expect(Object.keys(VENDORS).sort()).toEqual(kinds.sort());
});
