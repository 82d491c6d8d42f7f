import { Lazy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Bench } from './fixtures';
import * as lib from '../../src';

let bench: Bench;
beforeEach(() => { bench = new Bench(); });

const arn = (service: string, rest: string, region = 'eu-west-1') => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:${service}:${region}:111122223333:${rest}`]] });
const allow = (Action: unknown, Resource: unknown) => [{ Effect: 'Allow', Action, Resource }];
const matching = (problems: RegExp[]) => problems.map((problem) => expect.stringMatching(problem));

describe('a secret', () => {
  test.each<[lib.SecretsManagerTargetOptions, object, unknown]>([
    [{ secretId: 'ci/dockercfg' }, { secretId: 'ci/dockercfg' }, arn('secretsmanager', 'secret:ci/dockercfg-??????')],
    [{ secretId: 'ci/dockercfg', region: 'us-east-2' }, { secretId: 'ci/dockercfg', region: 'us-east-2' }, arn('secretsmanager', 'secret:ci/dockercfg-??????', 'us-east-2')],
    [{ secretId: 'arn:aws:secretsmanager:us-east-2:444455556666:secret:a-AbCdEf' }, { secretId: 'arn:aws:secretsmanager:us-east-2:444455556666:secret:a-AbCdEf' }, 'arn:aws:secretsmanager:us-east-2:444455556666:secret:a-AbCdEf'],
    [{ secretId: 'arn:aws:secretsmanager:us-east-2:444455556666:secret:a' }, { secretId: 'arn:aws:secretsmanager:us-east-2:444455556666:secret:a' }, 'arn:aws:secretsmanager:us-east-2:444455556666:secret:a-??????'],
  ])('that the publisher may write: %j', (options, where, resource) => {
    const target = lib.Target.secretsManager(options);
    expect(bench.problems(target)).toEqual([]);
    expect(bench.bind(target)).toEqual({ kind: 'secrets-manager', where, settings: {}, form: 'config.json' });
    expect(bench.statements()).toEqual(allow('secretsmanager:PutSecretValue', resource));
  });

  test('that a role writes', () => {
    const assumeRole = iam.Role.fromRoleArn(bench.stack, 'Writer', 'arn:aws:iam::444455556666:role/writer');
    const target = lib.Target.secretsManager({ secretId: 'ci/dockercfg', assumeRole, value: lib.TargetValue.password(), removal: lib.TargetRemoval.BLANK });
    expect(bench.bind(target)).toEqual({
      kind: 'secrets-manager', where: { secretId: 'ci/dockercfg', roleArn: 'arn:aws:iam::444455556666:role/writer' }, settings: {}, form: 'password', removal: 'blank',
    });
    expect(bench.statements()).toEqual(allow('sts:AssumeRole', 'arn:aws:iam::444455556666:role/writer'));
  });

  test('is refused if it is none', () => {
    const target = lib.Target.secretsManager({ secretId: 'a b', region: 'Ireland', value: lib.TargetValue.configJson('A'), removal: lib.TargetRemoval.DELETE });
    expect(bench.problems(target)).toEqual(matching([
      /^'targets\[0\]\.secretId' must be the name or the ARN of a secret, got: 'a b'/, /^'targets\[0\]\.removal' must be LEAVE or BLANK for a secret/,
      /\.region' must be the name of a region/, /value\.hosts\[0\]'/,
    ]));
  });
});

describe('a parameter', () => {
  test.each(['/ci/dockercfg', 'dockercfg'])('%s that the publisher may write and delete', (parameterName) => {
    const target = lib.Target.ssmParameter({ parameterName });
    expect(bench.problems(target)).toEqual([]);
    expect(bench.bind(target)).toEqual({ kind: 'ssm-parameter', where: { parameterName }, settings: {}, form: 'config.json' });
    expect(bench.statements()).toEqual(allow(['ssm:DeleteParameter', 'ssm:PutParameter'], arn('ssm', `parameter/${parameterName.replace('/ci', 'ci')}`)));
  });

  test.each(['/aws/x', 'ssm-x', 'a b', '/', 'a/b'])('is refused if it is none: %s', (parameterName) => {
    expect(bench.problems(lib.Target.ssmParameter({ parameterName }))).toEqual(matching([/^'targets\[0\]\.parameterName' must be the name of a parameter/]));
  });
});

test('values that only the deploy knows are taken', () => {
  const late = Lazy.string({ produce: () => 'known later' });
  expect(bench.problems(lib.Target.secretsManager({ secretId: late, region: late }))).toEqual([]);
  expect(bench.problems(lib.Target.ssmParameter({ parameterName: late }))).toEqual([]);
});

test('in another partition the ARNs are of that', () => {
  const china = new Bench('cn-north-1');
  china.bind(lib.Target.ssmParameter({ parameterName: 'x' }));
  expect(china.statements()).toEqual(allow(['ssm:DeleteParameter', 'ssm:PutParameter'], arn('ssm', 'parameter/x', 'cn-north-1')));
});
