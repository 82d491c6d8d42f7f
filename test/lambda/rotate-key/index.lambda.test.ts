import { setTimeout as sleep } from 'node:timers/promises';
import { CreateAccessKeyCommand, IAMClient, ListAccessKeysCommand, ListUserTagsCommand, TagUserCommand } from '@aws-sdk/client-iam';
import { DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { awsError, USER } from './model';
import { handler } from '../../../lambda/rotate-key/index.lambda';

jest.mock('node:timers/promises', () => ({ setTimeout: jest.fn() }));

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:key-AbCdEf';
const CONTEXT = { functionName: 'Rotate' };
const step = (Step: string) => handler({ Step, SecretId: SECRET, ClientRequestToken: 'new' }, CONTEXT);

const iam = mockClient(IAMClient);
const sts = mockClient(STSClient);
const secrets = mockClient(SecretsManagerClient);
let output: jest.SpyInstance;
beforeEach(() => {
  Object.assign(process.env, { AWS_REGION: 'eu-west-1', SECRET_ARN: SECRET, USER_NAME: USER.name, USER_ARN: USER.arn, GRACE_SECONDS: '3600' });
  for (const mock of [iam, sts, secrets]) mock.reset();
  iam.on(ListAccessKeysCommand).resolves({ AccessKeyMetadata: [] }).on(ListUserTagsCommand).resolves({ Tags: [] });
  iam.on(CreateAccessKeyCommand).resolves({ AccessKey: { UserName: USER.name, AccessKeyId: 'AKIA1', SecretAccessKey: 'top-secret', Status: 'Active' } });
  secrets.on(DescribeSecretCommand).resolves({ VersionIdsToStages: { new: ['AWSPENDING'] } });
  secrets.on(GetSecretValueCommand).rejects(new ResourceNotFoundException({ message: 'no value', $metadata: {} }));
  output = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  output.mockRestore();
  for (const name of ['AWS_REGION', 'SECRET_ARN', 'USER_NAME', 'USER_ARN', 'GRACE_SECONDS']) delete process.env[name];
});
afterAll(() => [iam, sts, secrets].forEach((mock) => mock.restore()));

test('is wired to IAM, with a client for new keys that never tries again, and to the secret', async () => {
  await step('createSecret');
  const attempts = (call: { thisValue: unknown }) => (call.thisValue as IAMClient).config.maxAttempts();
  expect(await attempts(iam.commandCalls(CreateAccessKeyCommand)[0])).toBe(1);
  expect(await attempts(iam.commandCalls(TagUserCommand)[0])).toBe(4);
  expect(secrets.commandCalls(PutSecretValueCommand)[0].args[0].input).toMatchObject({
    SecretId: SECRET, ClientRequestToken: 'new', SecretString: '{"Version":1,"AccessKeyId":"AKIA1","SecretAccessKey":"top-secret"}',
  });
  expect(output.mock.calls.join()).toContain('createSecret');
  expect(output.mock.calls.join()).not.toContain('top-secret');
});

test('asks STS with the new key itself, and waits for it', async () => {
  secrets.on(GetSecretValueCommand).resolves({ SecretString: '{"Version":1,"AccessKeyId":"AKIA1","SecretAccessKey":"top-secret"}' });
  sts.on(GetCallerIdentityCommand).rejectsOnce(awsError('InvalidClientTokenId')).resolves({ Arn: USER.arn });
  await step('testSecret');
  const client = sts.commandCalls(GetCallerIdentityCommand)[1].thisValue as STSClient;
  expect(await client.config.credentials()).toMatchObject({ accessKeyId: 'AKIA1', secretAccessKey: 'top-secret' });
  expect(sleep).toHaveBeenCalledWith(1000);
  sts.on(GetCallerIdentityCommand).resolves({});
  await expect(step('testSecret')).rejects.toThrow(`the key AKIA1 is of  and not of ${USER.arn}`);
});

test.each(['SECRET_ARN', 'USER_NAME', 'USER_ARN', 'GRACE_SECONDS'])('says that %s is missing', async (name) => {
  delete process.env[name];
  await expect(step('createSecret')).rejects.toThrow(`the environment variable ${name} is not set`);
});
