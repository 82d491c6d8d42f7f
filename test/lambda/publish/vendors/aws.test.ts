import { PutSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteParameterCommand, ParameterNotFound, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
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
  const target = (where: object = {}) => spec('secrets-manager', { secretId: 'ci/dockercfg', ...where }, {});

  test('gets the value as a version; the same value is the same one', async () => {
    secrets.on(PutSecretValueCommand).resolves({});
    await secretsManager.publish(target(), payload(), given());
    await secretsManager.publish(target(), payload(), given());
    await secretsManager.publish(target(), payload({ text: 'new' }), given());
    const [first, second, third] = secrets.commandCalls(PutSecretValueCommand).map(({ args }) => args[0].input);
    expect(first).toEqual({ SecretId: 'ci/dockercfg', SecretString: CONFIG_JSON, ClientRequestToken: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(second).toEqual(first);
    expect(third.ClientRequestToken).not.toBe(first.ClientRequestToken);
  });

  test('is written where its ARN or its option says', async () => {
    secrets.on(PutSecretValueCommand).resolves({});
    await secretsManager.publish(target({ secretId: 'arn:aws:secretsmanager:us-east-2:444455556666:secret:x' }), payload(), given());
    await secretsManager.publish(target({ region: 'ap-south-1' }), payload(), given());
    await secretsManager.publish(target(), payload(), given());
    expect(await Promise.all(secrets.calls().map(regionOf))).toEqual(['us-east-2', 'ap-south-1', 'eu-west-1']);
  });

  test('of another account is written with a role, whose session is kept while it is valid', async () => {
    const roleArn = 'arn:aws:iam::444455556666:role/writer';
    secrets.on(PutSecretValueCommand).resolves({});
    sts.on(AssumeRoleCommand, { RoleArn: roleArn, RoleSessionName: 'cdk-ecr-ci-publisher' }).callsFake(() => session(`AKIA${sts.calls().length}`));
    await secretsManager.publish(target({ roleArn }), payload(), given());
    await secretsManager.publish(target({ roleArn, region: 'us-east-2' }), payload(), given());
    time += HOUR - 9 * 60_000;
    await secretsManager.publish(target({ roleArn }), payload(), given());
    expect(await Promise.all(secrets.calls().map(keyOf))).toEqual(['AKIA1', 'AKIA1', 'AKIA2']);
  });

  test('a role that gives no credentials is named', async () => {
    sts.on(AssumeRoleCommand).resolvesOnce({}).resolves({ Credentials: { AccessKeyId: 'a' } as never });
    for (const roleArn of ['arn:aws:iam::444455556666:role/none', 'arn:aws:iam::444455556666:role/half']) {
      expect((await failureOf(secretsManager, target({ roleArn }), given())).message).toBe(`STS gave no credentials of ${roleArn}`);
    }
  });

  test('that is not there, or that is full, is said', async () => {
    secrets.on(PutSecretValueCommand).rejectsOnce(new ResourceNotFoundException({ message: 'no', $metadata: {} })).rejects(new Error('denied'));
    expect((await failureOf(secretsManager, target(), given())).message).toBe('there is no secret ci/dockercfg: define it in its account and region, without a value');
    expect((await failureOf(secretsManager, target(), given())).message).toBe('denied');
    expect((await failureOf(secretsManager, target(), given(), payload({ text: 'x'.repeat(65_537) }))).message).toBe('a secret holds 65536 bytes, and the value has 65537: send fewer registries');
  });

  test('that is removed is emptied', async () => {
    secrets.on(PutSecretValueCommand).resolves({});
    await secretsManager.remove(target(), 'blank', given());
    expect(secrets.commandCalls(PutSecretValueCommand)[0].args[0].input.SecretString).toBe('{"auths":{}}');
  });
});

describe('a parameter of Systems Manager', () => {
  const target = spec('ssm-parameter', { parameterName: '/ci/dockercfg' }, {});

  test('is encrypted, and as large as it has to be', async () => {
    ssm.on(PutParameterCommand).resolves({});
    await ssmParameter.publish(target, payload(), given());
    await ssmParameter.publish(target, payload({ text: 'x'.repeat(4097) }), given());
    const shared = { Name: '/ci/dockercfg', Type: 'SecureString', Overwrite: true };
    expect(ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input)).toEqual([
      { ...shared, Value: CONFIG_JSON, Tier: 'Intelligent-Tiering' }, { ...shared, Value: 'x'.repeat(4097), Tier: 'Advanced' },
    ]);
    expect((await failureOf(ssmParameter, target, given(), payload({ text: 'x'.repeat(8193) }))).message).toBe('a parameter holds 8192 bytes, and the value has 8193: send fewer registries');
  });

  test('is emptied or deleted, and need not be there', async () => {
    ssm.on(PutParameterCommand).resolves({}).on(DeleteParameterCommand).resolvesOnce({}).rejectsOnce(new ParameterNotFound({ message: 'no', $metadata: {} })).rejects(new Error('denied'));
    await ssmParameter.remove(target, 'blank', given());
    expect(ssm.commandCalls(PutParameterCommand)[0].args[0].input.Value).toBe('{"auths":{}}');
    await ssmParameter.remove(target, 'delete', given());
    await ssmParameter.remove(target, 'delete', given());
    await expect(ssmParameter.remove(target, 'delete', given())).rejects.toThrow('denied');
  });
});
