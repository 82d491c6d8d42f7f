import { Lazy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Bench } from './fixtures';
import * as lib from '../../src';

let bench: Bench;
beforeEach(() => { bench = new Bench(); });

const arn = (service: string, rest: string, region = 'eu-west-1') => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:${service}:${region}:111122223333:${rest}`]] });
const allow = (Action: unknown, Resource: unknown) => [{ Effect: 'Allow', Action, Resource }];
const matching = (problems: RegExp[]) => problems.map((problem) => expect.stringMatching(problem));

const THEIRS = 'arn:aws:secretsmanager:us-east-2:444455556666:secret:a';
const WRITER = 'arn:aws:iam::444455556666:role/writer';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const PUT_SECRET = 'secretsmanager:PutSecretValue';
const PUT_PARAMETER = ['ssm:GetParameterHistory', 'ssm:PutParameter'];
const viaService = (service: string, region = 'eu-west-1') => ({ StringEquals: { 'kms:ViaService': `${service}.${region}.amazonaws.com` } });
const theirRole = () => iam.Role.fromRoleArn(bench.stack, 'Writer', WRITER);
const key = () => kms.Key.fromKeyArn(bench.stack, 'Key', KEY);

describe('a secret', () => {
  test.each<[lib.SecretsManagerTargetOptions, object, unknown]>([
    [{ secretName: 'ci/dockercfg' }, { secretId: 'ci/dockercfg' }, arn('secretsmanager', 'secret:ci/dockercfg-??????')],
    [{ secretName: 'ci/dockercfg', region: 'us-east-2' }, { secretId: 'ci/dockercfg', region: 'us-east-2' }, arn('secretsmanager', 'secret:ci/dockercfg-??????', 'us-east-2')],
    [{ secretArn: `${THEIRS}-AbCdEf` }, { secretId: `${THEIRS}-AbCdEf` }, [`${THEIRS}-AbCdEf`, `${THEIRS}-AbCdEf-??????`]],
    [{ secretArn: THEIRS, region: 'us-east-2' }, { secretId: THEIRS, region: 'us-east-2' }, `${THEIRS}-??????`],
  ])('that the publisher may write: %j', (options, where, resource) => {
    const target = lib.Target.secretsManager(options);
    expect(bench.problems(target)).toEqual([]);
    expect(bench.bind(target)).toEqual({ kind: 'secrets-manager', where, settings: {}, form: 'config.json' });
    expect(bench.statements()).toEqual(allow(PUT_SECRET, resource));
  });

  test('of the app', () => {
    const { secretArn } = new secretsmanager.Secret(bench.stack, 'Copy');
    const target = lib.Target.secretsManager({ secretArn });
    expect(bench.problems(target)).toEqual([]);
    const ref = { Ref: expect.stringMatching(/^Copy/) };
    expect(bench.bind(target).where).toEqual({ secretId: ref });
    expect(bench.statements()).toEqual(allow(PUT_SECRET, [ref, { 'Fn::Join': ['', [ref, '-??????']] }]));
  });

  test('that the publisher makes, and deletes with the target', () => {
    const target = lib.Target.secretsManager({ secretName: 'ci/dockercfg', createIfMissing: true, removal: lib.TargetRemoval.DELETE });
    expect(bench.problems(target)).toEqual([]);
    expect(bench.bind(target)).toMatchObject({ settings: { create: true }, removal: 'delete' });
    expect(bench.statements()).toEqual(allow([PUT_SECRET, 'secretsmanager:CreateSecret', 'secretsmanager:DeleteSecret'], arn('secretsmanager', 'secret:ci/dockercfg-??????')));
  });

  test('with a key', () => {
    expect(bench.bind(lib.Target.secretsManager({ secretName: 'a', createIfMissing: true, encryptionKey: key() })).settings).toEqual({ create: true, keyArn: KEY });
    expect(bench.statements()).toEqual([
      ...allow([PUT_SECRET, 'secretsmanager:CreateSecret'], arn('secretsmanager', 'secret:a-??????')),
      { ...allow(['kms:Decrypt', 'kms:GenerateDataKey'], KEY)[0], Condition: viaService('secretsmanager') },
    ]);
  });

  test.each([[{ secretName: 'a', region: 'us-east-2' }], [{ secretArn: THEIRS }]])('elsewhere with a key, by the service there: %j', (options) => {
    bench.bind(lib.Target.secretsManager({ ...options, encryptionKey: key() }));
    expect(bench.statements()[1].Condition).toEqual(viaService('secretsmanager', 'us-east-2'));
  });

  test('that a role writes', () => {
    const target = lib.Target.secretsManager({
      secretName: 'ci/dockercfg', assumeRole: theirRole(), encryptionKey: key(), createIfMissing: true, value: lib.TargetValue.password(), removal: lib.TargetRemoval.BLANK,
    });
    expect(bench.bind(target)).toEqual({
      kind: 'secrets-manager', where: { secretId: 'ci/dockercfg', roleArn: WRITER }, settings: { create: true, keyArn: KEY }, form: 'password', removal: 'blank',
    });
    expect(bench.statements()).toEqual(allow('sts:AssumeRole', WRITER));
  });

  test('is refused if it is none', () => {
    const target = lib.Target.secretsManager({ secretName: 'a b', region: 'Ireland', value: lib.TargetValue.configJson('A'), removal: lib.TargetRemoval.DELETE });
    expect(bench.problems(target)).toEqual(matching([
      /^'targets\[0\]\.secretName' must be 1 to 512 of the characters .*, got: 'a b'/, /^'targets\[0\]\.removal' must be LEAVE or BLANK for a secret that somebody else makes/,
      /\.region' must be the name of a region/, /value\.hosts\[0\]'/,
    ]));
    expect(bench.problems(lib.Target.secretsManager({}))).toEqual(matching([/^'targets\[0\]' must be given exactly one of 'secretName', 'secretArn', got: \[\]/]));
    expect(bench.problems(lib.Target.secretsManager({ secretName: 'a', secretArn: 'a' }))).toEqual(matching([
      /^'targets\[0\]' must be given exactly one of/, /^'targets\[0\]\.secretArn' must be the ARN of a secret, got: 'a'/,
    ]));
    expect(bench.problems(lib.Target.secretsManager({ secretArn: THEIRS, region: 'us-east-1', createIfMissing: true }))).toEqual(matching([
      /^'targets\[0\]\.createIfMissing' must be left out for a secret that is named by its ARN/,
      /^'targets\[0\]\.region' must be left out, or the region of the ARN, us-east-2, got: 'us-east-1'/,
    ]));
  });
});

describe('a parameter', () => {
  test.each(['/ci/dockercfg', 'dockercfg'])('%s that the publisher may write', (parameterName) => {
    const target = lib.Target.ssmParameter({ parameterName });
    expect(bench.problems(target)).toEqual([]);
    expect(bench.bind(target)).toEqual({ kind: 'ssm-parameter', where: { parameterName }, settings: { tier: 'Intelligent-Tiering' }, form: 'config.json' });
    expect(bench.statements()).toEqual(allow(PUT_PARAMETER, arn('ssm', `parameter/${parameterName.replace('/ci', 'ci')}`)));
  });

  test('elsewhere, of a tier, with a key, and deleted with the target', () => {
    const target = lib.Target.ssmParameter({ parameterName: 'x', region: 'us-east-2', tier: ssm.ParameterTier.STANDARD, encryptionKey: key(), removal: lib.TargetRemoval.DELETE });
    expect(bench.bind(target)).toMatchObject({ where: { parameterName: 'x', region: 'us-east-2' }, settings: { tier: 'Standard', keyArn: KEY } });
    expect(bench.statements()).toEqual([
      ...allow([...PUT_PARAMETER, 'ssm:DeleteParameter'], arn('ssm', 'parameter/x', 'us-east-2')),
      { ...allow(['kms:Encrypt', 'kms:GenerateDataKey'], KEY)[0], Condition: viaService('ssm', 'us-east-2') },
    ]);
  });

  test('that a role writes', () => {
    const target = lib.Target.ssmParameter({ parameterName: 'x', assumeRole: theirRole(), encryptionKey: key(), removal: lib.TargetRemoval.DELETE });
    expect(bench.bind(target)).toMatchObject({ where: { parameterName: 'x', roleArn: WRITER }, settings: { keyArn: KEY } });
    expect(bench.statements()).toEqual(allow('sts:AssumeRole', WRITER));
  });

  const deep = (levels: number) => '/a'.repeat(levels);
  test.each(['/aws/x', '/SSM-x', 'ssm-x', 'a b', '/', 'a/b', deep(16), 'a'.repeat(967)])('is refused if it is none: %s', (parameterName) => {
    expect(bench.problems(lib.Target.ssmParameter({ parameterName }))).toEqual(matching([/^'targets\[0\]\.parameterName' must be the name of a parameter/]));
  });

  test.each([deep(15), 'a'.repeat(966), '/ci/aws'])('is taken up to the limits: %s', (parameterName) => {
    expect(bench.problems(lib.Target.ssmParameter({ parameterName }))).toEqual([]);
  });
});

test('values that only the deploy knows are taken', () => {
  const late = Lazy.string({ produce: () => 'known later' });
  expect(bench.problems(lib.Target.secretsManager({ secretName: late, region: late }))).toEqual([]);
  expect(bench.problems(lib.Target.secretsManager({ secretArn: late, region: 'eu-west-1' }))).toEqual([]);
  expect(bench.problems(lib.Target.secretsManager({ secretArn: THEIRS, region: late }))).toEqual([]);
  expect(bench.problems(lib.Target.ssmParameter({ parameterName: late }))).toEqual([]);
});

test.each(['cn-north-1', 'us-gov-west-1'])('in another partition the ARNs are of that: %s', (region) => {
  const elsewhere = new Bench({ account: '111122223333', region });
  elsewhere.bind(lib.Target.ssmParameter({ parameterName: 'x' }));
  elsewhere.bind(lib.Target.secretsManager({ secretName: 'x' }));
  expect(elsewhere.statements()).toEqual([
    ...allow(PUT_PARAMETER, arn('ssm', 'parameter/x', region)), ...allow(PUT_SECRET, arn('secretsmanager', 'secret:x-??????', region)),
  ]);
});
