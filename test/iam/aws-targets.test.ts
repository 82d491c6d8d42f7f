import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { knownActions, PolicySimulator, type KnownAction, type SimulatedRequest } from './policy-simulator';
import * as lib from '../../src';

jest.setTimeout(60_000);

const ACCOUNT = '111122223333';
const OTHER_ACCOUNT = '444455556666';
const WRITER = `arn:aws:iam::${OTHER_ACCOUNT}:role/writer`;
const secretArn = (name: string, account = ACCOUNT, region = 'eu-west-1', partition = 'aws') =>
  `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}`;
const parameterArn = (name: string, account = ACCOUNT, region = 'eu-west-1', partition = 'aws') =>
  `arn:${partition}:ssm:${region}:${account}:parameter/${name}`;

let actions: KnownAction[];
beforeAll(async () => {
  actions = (await Promise.all(['secretsmanager', 'ssm', 'kms', 'sts'].map(knownActions))).flat();
});

/** What the targets grant to the publisher, deployed. */
class Deployed {
  public readonly simulator: PolicySimulator;
  private readonly template: Template;
  private readonly identity: string;

  public constructor(define: (stack: Stack) => lib.Target[], region = 'eu-west-1', partition = 'aws') {
    const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region } });
    const publisher = new iam.Role(stack, 'Publisher', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const dockercfg = secretsmanager.Secret.fromSecretNameV2(stack, 'Dockercfg', 'dockercfg');
    for (const target of define(stack)) target.bind(stack, { publisher, publisherRoleArn: publisher.roleArn, secret: dockercfg });
    this.template = Template.fromStack(stack);
    this.simulator = new PolicySimulator(this.template, { account: ACCOUNT, region, partition });
    this.identity = this.id('AWS::IAM::Role', 'Publisher');
  }

  public id(type: string, prefix: string): string {
    return Object.keys(this.template.findResources(type)).find((id) => id.startsWith(prefix))!;
  }

  /** Every action of its service that the publisher may take on the resource. */
  public async allowed(resource: string, type: string): Promise<string[]> {
    const service = resource.split(':')[2] === 'iam' ? 'sts' : resource.split(':')[2];
    const candidates = actions.filter(({ name, resourceTypes }) => name.startsWith(`${service}:`) && resourceTypes.includes(type));
    expect(candidates.length).toBeGreaterThan(0);
    const decisions = await Promise.all(candidates.map(async ({ name }) => [name, await this.decide(name, resource)]));
    return decisions.filter(([, decision]) => decision === 'Allowed').map(([name]) => name).sort();
  }

  public decide(action: string, resource: string, more: Partial<SimulatedRequest> = {}) {
    return this.simulator.decide({ principal: this.simulator.arn(this.identity), identity: this.identity, action, resource, ...more });
  }
}

const secret = (options: lib.SecretsManagerTargetOptions) => () => [lib.Target.secretsManager(options)];
const parameter = (options: lib.SsmParameterTargetOptions) => () => [lib.Target.ssmParameter(options)];
const { DELETE } = lib.TargetRemoval;
const PUT = 'secretsmanager:PutSecretValue';
const WRITE = ['ssm:GetParameterHistory', 'ssm:PutParameter'];

describe('a secret of the account', () => {
  test.each<[string, lib.SecretsManagerTargetOptions, string, string[]]>([
    ['by its name', { secretName: 'ci/cfg' }, secretArn('ci/cfg-AbCdEf'), [PUT]],
    ['by its name, of another region', { secretName: 'ci/cfg', region: 'us-east-2' }, secretArn('ci/cfg-AbCdEf', ACCOUNT, 'us-east-2'), [PUT]],
    ['by its ARN', { secretArn: secretArn('ci/cfg-AbCdEf') }, secretArn('ci/cfg-AbCdEf'), [PUT]],
    ['by its ARN without the characters at the end', { secretArn: secretArn('ci/cfg') }, secretArn('ci/cfg-AbCdEf'), [PUT]],
    ['by its ARN without them, whose name ends as if it had them', { secretArn: secretArn('my-secret') }, secretArn('my-secret-AbCdEf'), [PUT]],
    ['made and deleted', { secretName: 'ci/cfg', createIfMissing: true, removal: DELETE }, secretArn('ci/cfg-AbCdEf'),
      ['secretsmanager:CreateSecret', 'secretsmanager:DeleteSecret', PUT]],
  ])('%s: the publisher may write it, and no more', async (_how, options, arn, expected) => {
    expect(await new Deployed(secret(options)).allowed(arn, 'Secret')).toEqual(expected);
  });

  test.each([
    ['whose name begins the same', secretArn('ci/cfg2-AbCdEf')],
    ['whose name goes on', secretArn('ci/cfg-prod-AbCdEf')],
    ['of another region', secretArn('ci/cfg-AbCdEf', ACCOUNT, 'us-east-2')],
    ['of another account', secretArn('ci/cfg-AbCdEf', OTHER_ACCOUNT)],
  ])('another one, %s: nothing', async (_which, arn) => {
    expect(await new Deployed(secret({ secretName: 'ci/cfg', createIfMissing: true, removal: DELETE })).allowed(arn, 'Secret')).toEqual([]);
  });
});

describe('a parameter of the account', () => {
  test.each<[string, lib.SsmParameterTargetOptions, string, string[]]>([
    ['with levels', { parameterName: '/ci/cfg' }, parameterArn('ci/cfg'), WRITE],
    ['without', { parameterName: 'cfg' }, parameterArn('cfg'), WRITE],
    ['deleted', { parameterName: 'cfg', removal: DELETE }, parameterArn('cfg'), ['ssm:DeleteParameter', ...WRITE]],
    ['another one', { parameterName: '/ci/cfg', removal: DELETE }, parameterArn('ci/cfg/deeper'), []],
    ['one of another region', { parameterName: '/ci/cfg' }, parameterArn('ci/cfg', ACCOUNT, 'us-east-2'), []],
  ])('%s: the publisher may write it, not read it, and no more', async (_how, options, arn, expected) => {
    expect(await new Deployed(parameter(options)).allowed(arn, 'parameter')).toEqual(expected);
  });
});

describe('a customer\'s key', () => {
  const KEY_ACTIONS = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:CreateGrant', 'kms:DescribeKey'];
  test.each<[string, (encryptionKey: kms.IKey) => lib.Target, string[]]>([
    ['secretsmanager', (encryptionKey) => lib.Target.secretsManager({ secretName: 'a', encryptionKey }), ['kms:Decrypt', 'kms:GenerateDataKey']],
    ['ssm', (encryptionKey) => lib.Target.ssmParameter({ parameterName: 'a', encryptionKey }), ['kms:Encrypt', 'kms:GenerateDataKey']],
  ])('is used through %s only, and no more', async (service, define, expected) => {
    const deployed = new Deployed((stack) => [define(new kms.Key(stack, 'Key'))]);
    const key = deployed.id('AWS::KMS::Key', 'Key');
    const { KeyPolicy: resourcePolicy } = deployed.simulator.properties(key);
    const via = async (name: string) => {
      const decisions = await Promise.all(KEY_ACTIONS.map(async (action) => [action, await deployed.decide(action, deployed.simulator.arn(key), {
        resourcePolicy, context: action === 'kms:CreateGrant' ? {} : { 'kms:ViaService': `${name}.eu-west-1.amazonaws.com` },
      })]));
      return decisions.filter(([, decision]) => decision === 'Allowed').map(([action]) => action);
    };
    expect(await via(service)).toEqual(expected);
    expect(await via('s3')).toEqual([]);
  });
});

describe('another account', () => {
  const allowing = (Action: string, more: object = {}) => ({
    Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Principal: { AWS: ACCOUNT }, ...more }],
  });

  test('by a role there: the publisher may take that role on, and nothing by itself', async () => {
    const deployed = new Deployed((stack) => {
      const assumeRole = iam.Role.fromRoleArn(stack, 'Writer', WRITER);
      return [
        lib.Target.secretsManager({ secretName: 'ci/cfg', createIfMissing: true, removal: DELETE, assumeRole }),
        lib.Target.ssmParameter({ parameterName: '/ci/cfg', removal: DELETE, assumeRole }),
      ];
    });
    const trust = { resourceAccount: OTHER_ACCOUNT, resourcePolicy: allowing('sts:AssumeRole') };
    expect(await deployed.decide('sts:AssumeRole', WRITER, trust)).toBe('Allowed');
    expect(await deployed.decide('sts:AssumeRole', `${WRITER}-2`, trust)).toBe('ImplicitlyDenied');
    for (const account of [ACCOUNT, OTHER_ACCOUNT]) {
      expect(await deployed.allowed(secretArn('ci/cfg-AbCdEf', account), 'Secret')).toEqual([]);
      expect(await deployed.allowed(parameterArn('ci/cfg', account), 'parameter')).toEqual([]);
    }
  });

  test('by the policy of its secret: both accounts have to allow it', async () => {
    const theirs = secretArn('ci/cfg-AbCdEf', OTHER_ACCOUNT);
    const deployed = new Deployed(secret({ secretArn: theirs }));
    const resourcePolicy = allowing(PUT, { Resource: '*' });
    expect(await deployed.decide(PUT, theirs, { resourceAccount: OTHER_ACCOUNT, resourcePolicy })).toBe('Allowed');
    expect(await deployed.decide(PUT, theirs, { resourceAccount: OTHER_ACCOUNT })).toBe('ImplicitlyDenied');
    expect(await new Deployed(secret({ secretName: 'ci/cfg' })).decide(PUT, theirs, { resourceAccount: OTHER_ACCOUNT, resourcePolicy })).toBe('ImplicitlyDenied');
  });
});

test.each([['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov']])('in %s it is the same', async (region, partition) => {
  const define = () => [lib.Target.secretsManager({ secretName: 'ci/cfg' }), lib.Target.ssmParameter({ parameterName: '/ci/cfg' })];
  const deployed = new Deployed(define, region, partition);
  expect(await deployed.allowed(secretArn('ci/cfg-AbCdEf', ACCOUNT, region, partition), 'Secret')).toEqual([PUT]);
  expect(await deployed.allowed(parameterArn('ci/cfg', ACCOUNT, region, partition), 'parameter')).toEqual(WRITE);
});
