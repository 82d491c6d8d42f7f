import {
  CreateSecretCommand, DeleteSecretCommand, InvalidRequestException, PutSecretValueCommand, ResourceNotFoundException, SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { DeleteParameterCommand, GetParameterHistoryCommand, ParameterNotFound, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { CONFIG_JSON, failureOf, HOUR, NOW, payload, ports, spec } from './ports';
import { secretsManager } from '../../../../lambda/publish/vendors/secrets-manager';
import { ssmParameter } from '../../../../lambda/publish/vendors/ssm-parameter';

const secrets = mockClient(SecretsManagerClient);
const ssm = mockClient(SSMClient);
const sts = mockClient(STSClient);
const NO_HTTP = async () => { throw new Error('nobody is asked by HTTP'); };
let time = NOW;
const given = () => ports(NO_HTTP, {}, { now: () => time });
beforeEach(() => {
  process.env.AWS_REGION = 'eu-west-1';
  [secrets, ssm, sts].forEach((mock) => mock.reset());
});
afterEach(() => { delete process.env.AWS_REGION; });

const regionOf = async (call: { thisValue: unknown }) => (call.thisValue as SecretsManagerClient).config.region();
const keyOf = async (call: { thisValue: unknown }) => (await (call.thisValue as SecretsManagerClient).config.credentials()).accessKeyId;
const session = (id: string, at = time) => ({ Credentials: { AccessKeyId: id, SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(at + HOUR) } });

describe('a secret of Secrets Manager', () => {
  const target = (where: object = {}, settings: object = {}) => spec('secrets-manager', { secretId: 'ci/dockercfg', ...where }, settings);
  const missing = new ResourceNotFoundException({ message: 'no', $metadata: {} });
  const puts = () => secrets.commandCalls(PutSecretValueCommand).map(({ args }) => args[0].input);
  beforeEach(() => { secrets.on(PutSecretValueCommand).resolves({ VersionStages: ['AWSCURRENT'] }); });

  test('gets the value as a version; the same value is the same one', async () => {
    await secretsManager.publish(target(), payload(), given());
    await secretsManager.publish(target(), payload(), given());
    await secretsManager.publish(target(), payload({ text: 'new' }), given());
    const [first, second, third] = puts();
    expect(first).toEqual({ SecretId: 'ci/dockercfg', SecretString: CONFIG_JSON, ClientRequestToken: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(second).toEqual(first);
    expect(third.ClientRequestToken).not.toBe(first.ClientRequestToken);
  });

  test('that had the value once and has another one now gets it anew', async () => {
    for (const stages of [['AWSPREVIOUS'], undefined]) {
      secrets.resetHistory();
      secrets.on(PutSecretValueCommand).resolvesOnce({ VersionStages: stages }).resolves({ VersionStages: ['AWSCURRENT'] });
      await secretsManager.remove(target(), 'blank', given());
      expect(puts().map(({ SecretString }) => SecretString)).toEqual(['{"auths":{}}', '{"auths":{}}']);
      const [first, second] = puts().map(({ ClientRequestToken }) => ClientRequestToken);
      expect(second).not.toBe(first);
    }
  });

  test('is written where its ARN or its option says', async () => {
    await secretsManager.publish(target({ secretId: 'arn:aws:secretsmanager:us-east-2:444455556666:secret:x' }), payload(), given());
    await secretsManager.publish(target({ region: 'ap-south-1' }), payload(), given());
    await secretsManager.publish(target(), payload(), given());
    expect(await Promise.all(secrets.calls().map(regionOf))).toEqual(['us-east-2', 'ap-south-1', 'eu-west-1']);
  });

  test('of another account is written with a role, whose session is kept while it is valid', async () => {
    const roleArn = 'arn:aws:iam::444455556666:role/writer';
    sts.on(AssumeRoleCommand, { RoleArn: roleArn, RoleSessionName: 'cdk-ecr-ci-publisher' }).callsFake(() => session(`AKIA${sts.calls().length}`));
    await Promise.all(['us-east-1', 'us-east-2'].map((region) => secretsManager.publish(target({ roleArn, region }), payload(), given())));
    await secretsManager.publish(target({ roleArn }), payload(), given());
    time += HOUR - 9 * 60_000;
    await secretsManager.publish(target({ roleArn }), payload(), given());
    expect(await Promise.all(secrets.calls().map(keyOf))).toEqual(['AKIA1', 'AKIA1', 'AKIA1', 'AKIA2']);
  });

  test('a role that gives no credentials is named, and asked again the next time', async () => {
    const roleArn = 'arn:aws:iam::444455556666:role/late';
    const none = `STS gave no credentials of ${roleArn}`;
    for (const Credentials of [undefined, { AccessKeyId: 'a' }, { AccessKeyId: 'a', SecretAccessKey: 's' }]) {
      sts.on(AssumeRoleCommand).resolves({ Credentials: Credentials as never });
      expect((await failureOf(secretsManager, target({ roleArn }), given())).message).toBe(none);
    }
    sts.on(AssumeRoleCommand).callsFake(() => session('AKIA'));
    await secretsManager.publish(target({ roleArn }), payload(), given());
    expect(puts()).toHaveLength(1);
  });

  test('that is not there is said, or made if the app wants it', async () => {
    secrets.on(PutSecretValueCommand).rejects(missing);
    expect((await failureOf(secretsManager, target(), given())).message).toBe(
      'there is no secret ci/dockercfg: define it in its account and region, without a value, or let the target make it');
    expect(secrets.commandCalls(CreateSecretCommand)).toEqual([]);
    await secretsManager.publish(target({}, { create: true }), payload(), given());
    await secretsManager.publish(target({}, { create: true, keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/k' }), payload(), given());
    const shared = { Name: 'ci/dockercfg', SecretString: CONFIG_JSON, ClientRequestToken: puts()[0].ClientRequestToken, Description: 'A dockercfg that cdk-ecr-ci keeps fresh' };
    expect(secrets.commandCalls(CreateSecretCommand).map(({ args }) => args[0].input)).toEqual([
      { ...shared, KmsKeyId: undefined }, { ...shared, KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/k' },
    ]);
  });

  test('that is full, to be deleted, or denied is said', async () => {
    expect(await failureOf(secretsManager, target(), given(), payload({ text: 'x'.repeat(65_537) }))).toMatchObject({
      name: 'TooLargeError', message: 'a secret holds 65536 bytes, and the value has 65537: send fewer registries',
    });
    secrets.on(PutSecretValueCommand).rejectsOnce(new InvalidRequestException({ message: 'it was marked for deletion', $metadata: {} })).rejects(new Error('denied'));
    expect((await failureOf(secretsManager, target(), given())).message).toBe(
      'Secrets Manager refused: it was marked for deletion; is the secret ci/dockercfg to be deleted? Restore it with "aws secretsmanager restore-secret"');
    expect((await failureOf(secretsManager, target(), given())).message).toBe('denied');
    await expect(secretsManager.remove(target(), 'blank', given())).rejects.toThrow('denied');
  });

  test('that is removed is emptied, or deleted so that it can be restored, and need not be there', async () => {
    await secretsManager.remove(target(), 'blank', given());
    expect(puts()[0].SecretString).toBe('{"auths":{}}');
    secrets.on(DeleteSecretCommand).resolvesOnce({}).rejects(missing);
    await secretsManager.remove(target(), 'delete', given());
    await secretsManager.remove(target(), 'delete', given());
    expect(secrets.commandCalls(DeleteSecretCommand)[0].args[0].input).toEqual({ SecretId: 'ci/dockercfg', RecoveryWindowInDays: 7 });
    secrets.on(PutSecretValueCommand).rejects(missing);
    await secretsManager.remove(target({}, { create: true }), 'blank', given());
    expect(secrets.commandCalls(CreateSecretCommand)).toEqual([]);
  });
});

describe('a parameter of Systems Manager', () => {
  const target = (settings: object = {}) => spec('ssm-parameter', { parameterName: '/ci/dockercfg' }, { tier: 'Intelligent-Tiering', ...settings });
  const noParameter = new ParameterNotFound({ message: 'no', $metadata: {} });
  const puts = () => ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input);
  /** What the parameter is like by now. */
  const found = (...versions: object[]) => ssm.on(GetParameterHistoryCommand).resolves({ Parameters: versions.map((version, index) => ({ Version: index + 1, Type: 'SecureString', Tier: 'Standard', ...version })) });
  beforeEach(() => {
    ssm.on(GetParameterHistoryCommand).rejects(noParameter);
    ssm.on(PutParameterCommand).resolves({});
  });

  test('that is not there is made, encrypted and in the tier that the app wants', async () => {
    await ssmParameter.publish(target(), payload(), given());
    await ssmParameter.publish(target({ tier: 'Advanced', keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/k' }), payload(), given());
    const shared = { Name: '/ci/dockercfg', Type: 'SecureString', Value: CONFIG_JSON, Overwrite: false };
    expect(puts()).toEqual([{ ...shared, Tier: 'Intelligent-Tiering' }, { ...shared, Tier: 'Advanced', KeyId: 'arn:aws:kms:eu-west-1:111122223333:key/k' }]);
  });

  test('that is there keeps its type, key, tier, description and pattern', async () => {
    const theirs = { KeyId: 'alias/theirs', Description: 'of its owner', AllowedPattern: '.*' };
    const shared = { Name: '/ci/dockercfg', Value: CONFIG_JSON, Overwrite: true };
    found({ KeyId: 'alias/old' }, theirs);
    await ssmParameter.publish(target({ keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/k' }), payload(), given());
    found({ ...theirs, Tier: 'Advanced' });
    await ssmParameter.publish(target({ tier: 'Standard' }), payload(), given());
    found({ Type: 'String', KeyId: 'alias/stale' });
    await ssmParameter.publish(target(), payload(), given());
    expect(puts()).toEqual([
      { ...shared, ...theirs, Type: 'SecureString', Tier: 'Intelligent-Tiering' },
      { ...shared, ...theirs, Type: 'SecureString', Tier: 'Advanced' },
      { ...shared, Type: 'String', Tier: 'Intelligent-Tiering', KeyId: undefined },
    ]);
    expect(ssm.commandCalls(GetParameterHistoryCommand)[0].args[0].input).toEqual({ Name: '/ci/dockercfg', NextToken: undefined });
  });

  test('its newest version is found on whichever page it is', async () => {
    ssm.on(GetParameterHistoryCommand).resolves({});
    ssm.on(GetParameterHistoryCommand, { NextToken: undefined }).resolves({ Parameters: [{ Version: 9, Description: 'nine' }, { Version: 8 }], NextToken: 'more' });
    ssm.on(GetParameterHistoryCommand, { NextToken: 'more' }).resolves({ Parameters: [{ Version: 10, Description: 'ten' }], NextToken: 'last' });
    await ssmParameter.publish(target(), payload(), given());
    expect(puts()[0].Description).toBe('ten');
    expect(ssm.commandCalls(GetParameterHistoryCommand)).toHaveLength(3);
  });

  test.each<[string, object, object[], number, string]>([
    ['a new one of the standard tier', { tier: 'Standard' }, [], 4096, 'a standard parameter holds 4096 bytes, and the value has 4097: send fewer registries, or choose another tier'],
    ['a standard one that has to stay so', { tier: 'Standard' }, [{}], 4096, 'a standard parameter holds 4096 bytes, and the value has 4097: send fewer registries, or choose another tier'],
    ['a standard one that may become an advanced one', {}, [{}], 8192, 'a parameter holds 8192 bytes, and the value has 8193: send fewer registries'],
    ['an advanced one', { tier: 'Standard' }, [{ Tier: 'Advanced' }], 8192, 'a parameter holds 8192 bytes, and the value has 8193: send fewer registries'],
    ['a new one', {}, [], 8192, 'a parameter holds 8192 bytes, and the value has 8193: send fewer registries'],
  ])('that is too small is said, in bytes: %s', async (_what, settings, versions, limit, message) => {
    if (versions.length > 0) found(...versions);
    const umlauts = 'ü'.repeat(limit / 2);
    await ssmParameter.publish(target(settings), payload({ text: umlauts }), given());
    expect(await failureOf(ssmParameter, target(settings), given(), payload({ text: `${umlauts}x` }))).toMatchObject({ name: 'TooLargeError', message });
    expect(puts()).toHaveLength(1);
  });

  test('is emptied or deleted, and need not be there', async () => {
    for (const how of ['blank', 'delete'] as const) await ssmParameter.remove(target(), how, given());
    expect(ssm.commandCalls(GetParameterHistoryCommand)).toHaveLength(ssm.calls().length);
    found({ Description: 'of its owner' });
    await ssmParameter.remove(target(), 'blank', given());
    expect(puts()).toEqual([expect.objectContaining({ Value: '{"auths":{}}', Description: 'of its owner', Overwrite: true })]);
    ssm.on(DeleteParameterCommand).resolves({});
    await ssmParameter.remove(target(), 'delete', given());
    expect(ssm.commandCalls(DeleteParameterCommand).map(({ args }) => args[0].input)).toEqual([{ Name: '/ci/dockercfg' }]);
  });

  test('whose history may not be read is not written', async () => {
    ssm.on(GetParameterHistoryCommand).rejects(new Error('denied'));
    expect((await failureOf(ssmParameter, target(), given())).message).toBe('denied');
    expect(puts()).toEqual([]);
  });
});
