import { IAMClient, CreateRoleCommand, CreateUserCommand, CreateAccessKeyCommand, PutRolePolicyCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand, GetSecretValueCommand, ListSecretVersionIdsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DescribeParametersCommand, GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { secretsManager } from '../../lambda/publish/vendors/secrets-manager';
import { ssmParameter } from '../../lambda/publish/vendors/ssm-parameter';
import { LocalAws, type Credentials } from '../../local-aws/local-aws';
import { CONFIG_JSON, payload, ports, spec } from '../lambda/publish/vendors/ports';

jest.setTimeout(180_000);

const EMPTY = '{"auths":{}}';
const OTHER_ACCOUNT = '444455556666';
const WRITER = `arn:aws:iam::${OTHER_ACCOUNT}:role/writer`;
const before = { ...process.env };

let aws: LocalAws;
let secrets: SecretsManagerClient;
let parameters: SSMClient;
beforeAll(async () => {
  aws = await LocalAws.start();
  secrets = new SecretsManagerClient(aws.clientConfig());
  parameters = new SSMClient(aws.clientConfig());
  // The vendors' clients find it as a Lambda's do, as a user who may do what the publisher is granted.
  Object.assign(process.env, aws.environment());
  const { accessKeyId, secretAccessKey } = await publisher();
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
});
afterAll(async () => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
  await aws?.stop();
});

const allow = (Action: string | string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

async function publisher(): Promise<Credentials> {
  const iam = new IAMClient(aws.clientConfig());
  await iam.send(new CreateUserCommand({ UserName: 'publisher' }));
  await iam.send(new PutUserPolicyCommand({
    UserName: 'publisher',
    PolicyName: 'Targets',
    PolicyDocument: policy(
      allow(['secretsmanager:PutSecretValue', 'secretsmanager:CreateSecret', 'secretsmanager:DeleteSecret'], `arn:aws:secretsmanager:*:${aws.account}:secret:ci/*`),
      allow(['ssm:GetParameterHistory', 'ssm:PutParameter', 'ssm:DeleteParameter'], `arn:aws:ssm:*:${aws.account}:parameter/ci/*`),
      allow('sts:AssumeRole', WRITER),
    ),
  }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'publisher' }));
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
}

const given = () => ports(async () => { throw new Error('nobody is asked by HTTP'); }, {}, { now: Date.now });

describe('a secret', () => {
  const target = (secretId: string, settings: object = {}, where: object = {}) => spec('secrets-manager', { secretId, ...where }, settings);
  const value = async (SecretId: string, client = secrets) => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;

  test('that exists gets a version for each value, and none for the same', async () => {
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 'ci/existing', Description: 'of its owner' }));
    for (const secretId of ['ci/existing', ARN!]) await secretsManager.publish(target(secretId), payload(), given());
    expect(await value('ci/existing')).toBe(CONFIG_JSON);
    expect((await secrets.send(new ListSecretVersionIdsCommand({ SecretId: ARN, IncludeDeprecated: true }))).Versions).toHaveLength(1);
    await secretsManager.publish(target('ci/existing'), payload({ text: 'newer' }), given());
    expect(await value('ci/existing')).toBe('newer');
  });

  test('is emptied as often as it is removed', async () => {
    await secrets.send(new CreateSecretCommand({ Name: 'ci/again' }));
    for (const text of [CONFIG_JSON, 'newer', CONFIG_JSON]) {
      await secretsManager.publish(target('ci/again'), payload({ text }), given());
      expect(await value('ci/again')).toBe(text);
      await secretsManager.remove(target('ci/again'), 'blank', given());
      expect(await value('ci/again')).toBe(EMPTY);
    }
  });

  test('is made where it is missing, if the app wants it, and deleted so that it can be restored', async () => {
    await expect(secretsManager.publish(target('ci/missing'), payload(), given())).rejects.toThrow('there is no secret ci/missing');
    await secretsManager.publish(target('ci/missing', { create: true }), payload(), given());
    expect(await value('ci/missing')).toBe(CONFIG_JSON);
    await secretsManager.remove(target('ci/missing', { create: true }), 'delete', given());
    await expect(value('ci/missing')).rejects.toThrow(/marked (for deletion|deleted)/);
    await expect(secretsManager.publish(target('ci/missing', { create: true }), payload(), given())).rejects.toThrow('is the secret ci/missing to be deleted? Restore it');
  });

  test('that the publisher has no right to is not written', async () => {
    await secrets.send(new CreateSecretCommand({ Name: 'other/secret', SecretString: 'theirs' }));
    await expect(secretsManager.publish(target('other/secret'), payload(), given())).rejects.toThrow(/not authorized/);
    expect(await value('other/secret')).toBe('theirs');
  });

  test('of another account and region is written by a role there', async () => {
    const there = { ...aws.clientConfig({ accessKeyId: OTHER_ACCOUNT, secretAccessKey: 'test' }), region: 'eu-west-1' };
    const iam = new IAMClient(there);
    const trust = policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${aws.account}:user/publisher` } });
    await iam.send(new CreateRoleCommand({ RoleName: 'writer', AssumeRolePolicyDocument: trust }));
    await iam.send(new PutRolePolicyCommand({
      RoleName: 'writer', PolicyName: 'Write', PolicyDocument: policy(allow('secretsmanager:PutSecretValue', `arn:aws:secretsmanager:eu-west-1:${OTHER_ACCOUNT}:secret:ci/*`)),
    }));
    const theirs = new SecretsManagerClient(there);
    await theirs.send(new CreateSecretCommand({ Name: 'ci/copy' }));
    await secretsManager.publish(target('ci/copy', {}, { region: 'eu-west-1', roleArn: WRITER }), payload(), given());
    expect(await value('ci/copy', theirs)).toBe(CONFIG_JSON);
  });
});

describe('a parameter', () => {
  const target = (parameterName: string, settings: object = {}) => spec('ssm-parameter', { parameterName }, { tier: 'Intelligent-Tiering', ...settings });
  const value = async (Name: string) => (await parameters.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter;
  const described = async (name: string) => (
    await parameters.send(new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Values: [name] }] }))).Parameters![0];

  test('is made encrypted, and updated', async () => {
    await ssmParameter.publish(target('/ci/new'), payload(), given());
    expect(await value('/ci/new')).toMatchObject({ Type: 'SecureString', Value: CONFIG_JSON, Version: 1 });
    await ssmParameter.publish(target('/ci/new'), payload({ text: 'newer' }), given());
    expect(await value('/ci/new')).toMatchObject({ Type: 'SecureString', Value: 'newer', Version: 2 });
  });

  test('keeps what its owner set', async () => {
    await parameters.send(new PutParameterCommand({ Name: '/ci/theirs', Type: 'SecureString', Value: 'old', Description: 'of its owner', Tier: 'Advanced', KeyId: 'alias/theirs' }));
    await ssmParameter.publish(target('/ci/theirs', { tier: 'Standard' }), payload(), given());
    expect(await value('/ci/theirs')).toMatchObject({ Type: 'SecureString', Value: CONFIG_JSON });
    expect(await described('/ci/theirs')).toMatchObject({ Description: 'of its owner', Tier: 'Advanced', KeyId: 'alias/theirs' });
  });

  test('is emptied and deleted, and need not be there', async () => {
    await ssmParameter.publish(target('/ci/gone'), payload(), given());
    await ssmParameter.remove(target('/ci/gone'), 'blank', given());
    expect(await value('/ci/gone')).toMatchObject({ Value: EMPTY });
    for (const how of ['delete', 'delete', 'blank'] as const) await ssmParameter.remove(target('/ci/gone'), how, given());
    await expect(value('/ci/gone')).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });

  test('that the publisher has no right to is not written', async () => {
    await expect(ssmParameter.publish(target('/other/x'), payload(), given())).rejects.toThrow(/not authorized/);
    await expect(value('/other/x')).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });
});
