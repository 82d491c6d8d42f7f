import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { clientConfig } from '../../../cli/aws/config';
import { defaultProvider } from '../../../cli/aws/credentials';
import * as chain from '../../../cli/credentials';
import { readEntries } from '../../../cli/secret';
import { authOf, awsError, Desk, HOST, HOUR, NOW, SECRET_ARN } from '../fixtures';

jest.mock('@aws-sdk/credential-provider-node', () => ({ defaultProvider: jest.fn() }));

const handler = { connectionTimeout: 5000, requestTimeout: 20_000 };

describe('a client\'s configuration', () => {
  test('takes the options, else the names that the AWS CLI knows, else what the SDK finds', () => {
    const env = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' };
    expect(clientConfig({ region: 'us-east-1', profile: 'p' }, env)).toEqual({ region: 'us-east-1', profile: 'p', requestHandler: handler });
    expect(clientConfig({}, env)).toEqual({ region: 'eu-west-1', requestHandler: handler });
    expect(clientConfig({}, { ...env, AWS_REGION: '' })).toEqual({ region: 'eu-west-2', requestHandler: handler });
    expect(clientConfig({}, {})).toEqual({ requestHandler: handler });
    expect(clientConfig({}, {}, 0).requestHandler.requestTimeout).toBe(0);
  });

  test('has the proxy of the environment', () => {
    expect(clientConfig({}, { HTTPS_PROXY: 'http://proxy.example:3128' }).requestHandler.httpsAgent).toBeDefined();
  });
});

describe('the credentials', () => {
  const env = process.env;
  const whole = jest.fn();
  beforeEach(() => {
    process.env = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'key', AWS_SESSION_TOKEN: 'session' };
    jest.mocked(chain.defaultProvider).mockReturnValue(whole.mockResolvedValue({ accessKeyId: 'of the chain' }) as any);
  });
  afterEach(() => { process.env = env; });

  test('of the environment are taken without loading the chain', async () => {
    expect(await defaultProvider()()).toMatchObject({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'key', sessionToken: 'session' });
    expect(chain.defaultProvider).not.toHaveBeenCalled();
  });

  test.each([
    ['a profile is named', { profile: 'p' }, {}],
    ['the environment names a profile', {}, { AWS_PROFILE: 'p' }],
    ['a key is missing', {}, { AWS_ACCESS_KEY_ID: '' }],
    ['its secret is missing', {}, { AWS_SECRET_ACCESS_KEY: '' }],
  ])('come from the whole chain if %s', async (_, init, change) => {
    Object.assign(process.env, change);
    expect(await defaultProvider(init)({ callerClientConfig: undefined })).toEqual({ accessKeyId: 'of the chain' });
    expect(chain.defaultProvider).toHaveBeenCalledWith(init);
    expect(whole).toHaveBeenCalledWith({ callerClientConfig: undefined });
  });
});

test('the helper reads a secret by what the environment says', async () => {
  const desk = new Desk();
  desk.holds({ [HOST]: authOf('p') }, undefined, SECRET_ARN);
  expect(await readEntries(SECRET_ARN, desk.env)).toEqual(new Map([[HOST, { auth: authOf('p'), expiresAt: NOW + 9 * HOUR }]]));
  desk.clear();
});

describe('--stack', () => {
  let desk: Desk;
  const cloudFormation = mockClient(CloudFormationClient);
  const answers = (outputs?: Record<string, string>) => cloudFormation.on(DescribeStacksCommand, { StackName: 'MyStack' }).resolves({
    Stacks: [{
      StackName: 'MyStack',
      CreationTime: new Date(0),
      StackStatus: 'CREATE_COMPLETE',
      ...(outputs ? { Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })) } : {}),
    }],
  });
  beforeEach(() => {
    desk = new Desk();
    desk.holds({ [HOST]: authOf('p') }, undefined, SECRET_ARN);
    cloudFormation.reset();
  });
  afterEach(() => desk.clear());

  test('finds the secret in the stack\'s outputs', async () => {
    answers({ CiRegistryUrl1A2B: 'https://…', CiDockerConfigSecretArnE5F6: SECRET_ARN });
    expect(await desk.run('get', '--stack', 'MyStack', '--password')).toEqual({ exitCode: 0, stdout: 'p\n', stderr: '' });
    expect(desk.secretsManager.commandCalls(GetSecretValueCommand)[0].args[0].input).toEqual({ SecretId: SECRET_ARN });
  });

  test.each([
    [{}, 'the stack MyStack has no output DockerConfigSecretArn: name a stack with an EcrCi that has credentials, or the thing itself'],
    [undefined, 'the stack MyStack has no output DockerConfigSecretArn: name a stack with an EcrCi that has credentials, or the thing itself'],
    [{ BDockerConfigSecretArn2: 'two', ADockerConfigSecretArn1: 'one' }, 'the stack MyStack has 2 outputs DockerConfigSecretArn, name one of their values instead: one, two'],
  ])('of outputs %p is an error', async (outputs, message) => {
    answers(outputs);
    expect(await desk.run('get', '--stack', 'MyStack')).toEqual({ exitCode: 3, stdout: '', stderr: `ecr-ci: ${message}\n` });
  });

  test.each([
    [awsError('ValidationError', 'Stack with id MyStack does not exist'), 'there is no stack MyStack in this account and region: check the name, --region and --profile'],
    [awsError('ValidationError', 'bad name'), 'the stack MyStack could not be read (ValidationError: bad name)'],
    [awsError('AccessDenied', 'not authorized'), 'the stack MyStack could not be read: allow cloudformation:DescribeStacks to the identity (not authorized)'],
  ])('that fails is an error', async (error, message) => {
    cloudFormation.rejects(error);
    expect(await desk.run('get', '--stack', 'MyStack')).toEqual({ exitCode: 3, stdout: '', stderr: `ecr-ci: ${message}\n` });
  });

  test('an empty answer is no stack\'s output, nor is one without a name or a value', async () => {
    cloudFormation.resolves({});
    expect((await desk.run('get', '--stack', 'MyStack')).stderr).toContain('has no output');
    const stack = { StackName: 'MyStack', CreationTime: new Date(0), StackStatus: 'CREATE_COMPLETE' } as const;
    cloudFormation.resolves({ Stacks: [{ ...stack, Outputs: [{ OutputKey: 'CiDockerConfigSecretArn1' }, { OutputValue: SECRET_ARN }] }] });
    expect((await desk.run('get', '--stack', 'MyStack')).stderr).toContain('has no output');
  });
});
