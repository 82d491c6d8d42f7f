import { App, Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as lib from '../../src';
import { EcrHost, Registry } from '../../src';

const ENV = { account: '111122223333', region: 'eu-west-1' };
let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Stack', { env: ENV }); });

const define = (registries: Registry[], scope = stack) => new lib.DockerCredentials(scope, 'Credentials', { registries });

/** What the refresher is asked to do. */
function requestOf(scope = stack): any {
  const [run]: any[] = Object.values(Template.fromStack(scope).findResources('Custom::EcrCredentialsRefresh'));
  return run.Properties.request;
}

/** What the refresher's role is allowed beside its log, its dead-letter queue and its own secret. */
function rightsOf(scope = stack): any[] {
  const template = Template.fromStack(scope);
  const policies: any[] = [...Object.values(template.findResources('AWS::IAM::Policy')), ...Object.values(template.findResources('AWS::IAM::ManagedPolicy'))];
  return policies.filter(({ Properties }) => Properties.Roles?.[0].Ref.startsWith('CredentialsRole'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => ![Action].flat().some((action) => /^logs:|PutSecretValue|^sqs:/.test(action)));
}

const problem = (...lines: string[]) => [`Stack/Credentials: ${lines.length === 1 ? '1 problem' : `${lines.length} problems`}`, ...lines.map((line) => `  - ${line}`)].join('\n');

describe('ecr', () => {
  test('is the stack\'s own registry by default, for a token of the refresher\'s role', () => {
    define([Registry.ecr()]);
    expect(requestOf()).toEqual({
      registries: [{ kind: 'ecr', region: 'eu-west-1', accounts: ['111122223333'], hosts: ['standard'] }], urlSuffix: { Ref: 'AWS::URLSuffix' },
    });
    expect(rightsOf()).toEqual([{ Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' }]);
  });

  test('accounts of one region are one entry, so that one token serves them', () => {
    define([
      Registry.ecr(), Registry.ecr({ account: '444455556666' }), Registry.ecr({ region: 'us-east-2' }),
      Registry.ecr({ account: '777788889999', hosts: [EcrHost.STANDARD, EcrHost.FIPS, EcrHost.DUAL_STACK, EcrHost.DUAL_STACK_FIPS] }),
    ]);
    expect(requestOf().registries).toEqual([
      { kind: 'ecr', region: 'eu-west-1', accounts: ['111122223333', '444455556666'], hosts: ['standard'] },
      { kind: 'ecr', region: 'us-east-2', accounts: ['111122223333'], hosts: ['standard'] },
      { kind: 'ecr', region: 'eu-west-1', accounts: ['777788889999'], hosts: ['standard', 'fips', 'dual-stack', 'dual-stack-fips'] },
    ]);
    expect(rightsOf()).toEqual([{ Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' }]);
  });

  test('assumeRole asks in its own account; the refresher may assume exactly the roles, and asks for no token itself', () => {
    const role = (id: string, account: string) => iam.Role.fromRoleArn(stack, id, `arn:aws:iam::${account}:role/tokens`);
    define([Registry.ecr({ assumeRole: role('A', '444455556666') }), Registry.ecr({ assumeRole: role('B', '777788889999'), region: 'us-east-2' })]);
    expect(requestOf().registries).toEqual([
      { kind: 'ecr', region: 'eu-west-1', accounts: ['444455556666'], hosts: ['standard'], roleArn: 'arn:aws:iam::444455556666:role/tokens' },
      { kind: 'ecr', region: 'us-east-2', accounts: ['777788889999'], hosts: ['standard'], roleArn: 'arn:aws:iam::777788889999:role/tokens' },
    ]);
    expect(rightsOf()).toEqual([{
      Action: 'sts:AssumeRole', Effect: 'Allow', Resource: ['arn:aws:iam::444455556666:role/tokens', 'arn:aws:iam::777788889999:role/tokens'],
    }]);
  });

  test('a role of the same stack may be given', () => {
    const role = new iam.Role(stack, 'Tokens', { assumedBy: new iam.AccountRootPrincipal() });
    define([Registry.ecr({ assumeRole: role })]);
    expect(requestOf().registries[0]).toMatchObject({ accounts: ['111122223333'], roleArn: { 'Fn::GetAtt': [expect.stringMatching(/^Tokens/), 'Arn'] } });
  });

  test('two hundred registries of as many roles stay within the policies\' and the schedule\'s limits', () => {
    define(Array.from({ length: 200 }, (_, index) => Registry.ecr({
      assumeRole: iam.Role.fromRoleArn(stack, `Role${index}`, `arn:aws:iam::${100_000_000_000 + index}:role/a-role-with-quite-a-long-name-${index}`),
    })));
    const template = Template.fromStack(stack);
    const documents: any[] = [...Object.values(template.findResources('AWS::IAM::Policy')), ...Object.values(template.findResources('AWS::IAM::ManagedPolicy'))];
    const roles = new Set(rightsOf().flatMap(({ Resource }) => Resource));
    expect(roles.size).toBe(200);
    for (const [type, most] of [['AWS::IAM::ManagedPolicy', 6144], ['AWS::IAM::Policy', 10_240]] as const) {
      for (const { Properties } of Object.values<any>(template.findResources(type))) {
        expect(JSON.stringify(Properties.PolicyDocument).length).toBeLessThan(most);
      }
    }
    expect(documents.length).toBeLessThanOrEqual(12);
    const [schedule]: any[] = Object.values(template.findResources('AWS::Scheduler::Schedule'));
    expect(JSON.stringify(schedule.Properties.Target.Input).length).toBeLessThan(64 * 1024);
  });

  test('two hundred registries in twenty regions are twenty entries of a few thousand characters', () => {
    const regions = ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-central-2', 'eu-north-1',
      'eu-south-1', 'ap-east-1', 'ap-south-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2', 'sa-east-1', 'ca-central-1'];
    define(regions.flatMap((region) => Array.from({ length: 10 }, (_, index) => Registry.ecr({ region, account: String(100_000_000_000 + index) }))));
    expect(requestOf().registries).toHaveLength(20);
    expect(JSON.stringify(requestOf()).length).toBeLessThan(6000);
    Annotations.fromStack(stack).hasWarning('/Stack/Credentials', Match.stringLikeRegexp(
      '\'registries\' has 200 hosts of ECR, whose entries need about 490000 bytes of the 65536 that a secret holds.*largeSecret'));
  });

  test.each([[20, false], [21, true]])('%d hosts are warned of for their size: %s', (count, warned) => {
    define(Array.from({ length: count }, (_, index) => Registry.ecr({ account: String(100_000_000_000 + index) })));
    const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('largeSecret'));
    expect(found).toHaveLength(warned ? 1 : 0);
  });

  test('fails for an account without 12 digits, also one that lost its leading zero', () => {
    expect(() => define([Registry.ecr({ account: '12345678901' }), Registry.ecr({ account: 'my-account' })])).toThrow(problem(
      '\'registries[0].ecr.account\' must be an AWS account id of 12 digits, got: \'12345678901\' (11 characters); write it as a string and with its leading zeros, which a number loses',
      '\'registries[1].ecr.account\' must be an AWS account id of 12 digits, got: \'my-account\' (10 characters); write it as a string and with its leading zeros, which a number loses',
    ));
  });

  test.each(['Ireland', 'eu-west', 'eu-west-1a', 'EU-WEST-1', '', 'eu-west-1 '])('fails for the region %j', (region) => {
    expect(() => define([Registry.ecr({ region })])).toThrow(problem(
      `'registries[0].ecr.region' must be the name of a region, got: '${region}' (${region.length} characters); write it such as 'eu-west-1'`));
  });

  test.each([['eu-west-1', 'cn-north-1', 'aws'], ['us-gov-west-1', 'us-east-1', 'aws-us-gov'], ['eusc-de-east-1', 'eu-central-1', 'aws-eusc']])(
    'in %s fails for %s, which is in another partition', (region, other, partition) => {
      const scope = new Stack(new App(), 'Stack', { env: { ...ENV, region } });
      expect(() => define([Registry.ecr({ region: other })], scope)).toThrow(problem(
        `'registries[0].ecr.region' must be a region of the partition ${partition}, which the stack is in, got: '${other}' (${other.length} characters); `
        + 'define DockerCredentials in a stack of the other partition for it'));
    });

  test('warns of a region that it does not know', () => {
    define([Registry.ecr({ region: 'eu-west-9' }), Registry.ecr()]);
    Annotations.fromStack(stack).hasWarning('/Stack/Credentials', Match.stringLikeRegexp(
      'a region that this version of aws-cdk-lib does not know, got: \'111122223333 in eu-west-9\'.*\\[ack: cdk-ecr-ci:DockerCredentials.unknownRegion\\]'));
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toHaveLength(1);
  });

  test('in a stack of an unknown region any other may be the same partition', () => {
    const scope = new Stack(new App(), 'Stack', { env: { ...ENV, region: 'eu-west-9' } });
    expect(() => define([Registry.ecr(), Registry.ecr({ region: 'eu-west-1', hosts: [EcrHost.DUAL_STACK] }), Registry.ecrPublic()], scope)).not.toThrow();
  });

  test.each<[EcrHost[], string]>([
    [[], 'at least one host, got: []; leave it out for the standard one'],
    [[EcrHost.FIPS, EcrHost.FIPS], 'hosts that differ, got: ["fips","fips"]; name each once'],
  ])('fails for the hosts %j', (hosts, message) => {
    expect(() => define([Registry.ecr({ hosts })])).toThrow(problem(`'registries[0].ecr.hosts' must be ${message}`));
  });

  test.each([EcrHost.DUAL_STACK, EcrHost.DUAL_STACK_FIPS])('fails for the host %s where there is none', (host) => {
    const scope = new Stack(new App(), 'Stack', { env: { ...ENV, region: 'us-iso-east-1' } });
    expect(() => define([Registry.ecr({ hosts: [EcrHost.STANDARD, host] })], scope)).toThrow(problem(
      `'registries[0].ecr.hosts' must be other than dual-stack hosts in the partition aws-iso, got: ["standard","${host}"]; use EcrHost.STANDARD`));
  });

  test.each(['cn-north-1', 'us-gov-east-1'])('dual-stack hosts are taken in %s', (region) => {
    const scope = new Stack(new App(), 'Stack', { env: { ...ENV, region } });
    expect(() => define([Registry.ecr({ hosts: [EcrHost.DUAL_STACK] })], scope)).not.toThrow();
  });

  test('fails for a registry that is named twice, whatever the role', () => {
    const assumeRole = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/tokens');
    expect(() => define([Registry.ecr(), Registry.ecr({ region: 'eu-west-1', account: '111122223333', assumeRole })])).toThrow(problem(
      '\'registries[1]\' must be another registry than \'registries[0]\', got: \'111122223333 in eu-west-1\' (25 characters); name each registry once'));
  });

  test('fails for no registries', () => {
    expect(() => define([])).toThrow(problem('\'registries\' must be at least one registry, got: []; leave it out for the stack\'s own'));
  });

  test('takes tokens', () => {
    const account = new CfnParameter(stack, 'Account').valueAsString;
    const region = new CfnParameter(stack, 'Region').valueAsString;
    define([Registry.ecr({ account, region }), Registry.ecr({ account: Aws.ACCOUNT_ID })]);
    expect(requestOf().registries).toMatchObject([{ region: { Ref: 'Region' }, accounts: [{ Ref: 'Account' }] }, { accounts: [{ Ref: 'AWS::AccountId' }] }]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });
});

describe('ecrPublic', () => {
  test('needs rights of its own', () => {
    define([Registry.ecrPublic()]);
    expect(requestOf().registries).toEqual([{ kind: 'ecr-public', hosts: ['standard'] }]);
    expect(rightsOf()).toEqual([{ Action: ['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken'], Effect: 'Allow', Resource: '*' }]);
  });

  test('has a dual-stack host', () => {
    define([Registry.ecrPublic({ dualStack: true })]);
    expect(requestOf().registries).toEqual([{ kind: 'ecr-public', hosts: ['standard', 'dual-stack'] }]);
  });

  test.each([['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov'], ['eusc-de-east-1', 'aws-eusc'], ['us-isob-east-1', 'aws-iso-b']])(
    'fails in %s', (region, partition) => {
      const scope = new Stack(new App(), 'Stack', { env: { ...ENV, region } });
      expect(() => define([Registry.ecrPublic()], scope)).toThrow(problem(
        `'registries[0].ecrPublic' must be used in the partition aws, got: '${partition}' (${partition.length} characters); leave it out: ECR Public is nowhere else`));
    });

  test('may be in a stack whose region only the deploy knows', () => {
    expect(() => define([Registry.ecrPublic()], new Stack(new App(), 'Stack'))).not.toThrow();
  });

  test('fails for a second one', () => {
    expect(() => define([Registry.ecrPublic(), Registry.ecrPublic({ dualStack: true })])).toThrow('\'registries[1]\' must be another registry than \'registries[0]\', got: \'ECR Public\'');
  });
});

describe('fromSecret', () => {
  const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:ghcr-AbCdEf';
  const secret = () => secretsmanager.Secret.fromSecretCompleteArn(stack, 'Login', ARN);

  test('the refresher may read that secret, and no other', () => {
    define([Registry.fromSecret('ghcr.io', secret())]);
    expect(requestOf().registries).toEqual([{ kind: 'login', host: 'ghcr.io', secretArn: ARN, usernameKey: 'username', passwordKey: 'password' }]);
    expect(rightsOf()).toEqual([{ Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: ARN }]);
  });

  test('takes other keys', () => {
    define([Registry.fromSecret('quay.io:8443', secret(), { usernameKey: 'user', passwordKey: 'robot_token' })]);
    expect(requestOf().registries).toMatchObject([{ host: 'quay.io:8443', usernameKey: 'user', passwordKey: 'robot_token' }]);
  });

  test('a secret that is known by its name may have any suffix', () => {
    define([Registry.fromSecret('ghcr.io', secretsmanager.Secret.fromSecretNameV2(stack, 'Login', 'ghcr'))]);
    const arn = (suffix: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:secretsmanager:eu-west-1:111122223333:secret:ghcr${suffix}`]] });
    expect(requestOf().registries).toMatchObject([{ secretArn: arn('') }]);
    expect(rightsOf()).toEqual([{ Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: arn('-??????') }]);
  });

  test('a secret with a customer\'s key: the refresher may decrypt with it through Secrets Manager only', () => {
    const encryptionKey = new kms.Key(stack, 'Key');
    const login = (id: string) => new secretsmanager.Secret(stack, id, { encryptionKey });
    define([Registry.fromSecret('ghcr.io', login('A')), Registry.fromSecret('quay.io', login('B'))]);
    expect(rightsOf()).toEqual([
      { Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: [{ Ref: expect.stringMatching(/^A/) }, { Ref: expect.stringMatching(/^B/) }] },
      {
        Action: 'kms:Decrypt',
        Effect: 'Allow',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
        Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
      },
    ]);
  });

  test('the key of the dockercfg\'s own secret is not said twice', () => {
    const encryptionKey = new kms.Key(stack, 'Key');
    const login = new secretsmanager.Secret(stack, 'Login', { encryptionKey });
    new lib.DockerCredentials(stack, 'Credentials', { encryptionKey, registries: [Registry.fromSecret('ghcr.io', login)] });
    expect(rightsOf().filter(({ Action }) => [Action].flat().includes('kms:Decrypt'))).toEqual([expect.objectContaining({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'] })]);
  });

  test('fails for Docker Hub by two of its names', () => {
    expect(() => define([Registry.fromSecret('docker.io', secret()), Registry.fromSecret('index.docker.io', secretsmanager.Secret.fromSecretCompleteArn(stack, 'Other', ARN))]))
      .toThrow('\'registries[1]\' must be another registry than \'registries[0]\', got: \'Docker Hub\'');
  });

  test.each(['https://ghcr.io', 'ghcr.io/org', 'GHCR.io', '', 'a..b', '-a.b', 'a.b:port', 'me@ghcr.io'])('fails for the host %j', (host) => {
    expect(() => define([Registry.fromSecret(host, secret())])).toThrow(problem(
      '\'registries[0].fromSecret.host\' must be the host of a registry in lower case, with a port if it has one, and without https:// or a path, '
      + `got: '${host}' (${host.length} characters); write it such as 'ghcr.io'`));
  });

  test.each([
    '111122223333.dkr.ecr.eu-west-1.amazonaws.com', '111122223333.dkr-ecr-fips.us-east-1.on.aws', '111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu',
    'public.ecr.aws', 'ecr-public.aws.com',
  ])('fails for ECR\'s host %s', (host) => {
    expect(() => define([Registry.fromSecret(host, secret())])).toThrow(problem(
      `'registries[0].fromSecret.host' must be another host than ECR's, whose logins expire, got: '${host}' (${host.length} characters); `
      + 'use Registry.ecr() or Registry.ecrPublic()'));
  });

  test('fails for a secret of another region', () => {
    const elsewhere = secretsmanager.Secret.fromSecretCompleteArn(stack, 'Elsewhere', ARN.replace('eu-west-1', 'us-east-1'));
    expect(() => define([Registry.fromSecret('ghcr.io', elsewhere)])).toThrow(problem(
      '\'registries[0].fromSecret.secret\' must be a secret of the region eu-west-1, which the stack is in, got: \'us-east-1\' (9 characters); replicate it to that region'));
    expect(() => define([Registry.fromSecret('ghcr.io', elsewhere)], new Stack(new App(), 'Stack'))).not.toThrow();
  });

  test('fails for empty keys', () => {
    expect(() => define([Registry.fromSecret('ghcr.io', secret(), { usernameKey: '', passwordKey: '' })])).toThrow(problem(
      '\'registries[0].fromSecret.usernameKey\' must be a key of the secret\'s JSON, got: \'\' (0 characters); leave it out for the usual one',
      '\'registries[0].fromSecret.passwordKey\' must be a key of the secret\'s JSON, got: \'\' (0 characters); leave it out for the usual one',
    ));
  });

  test('fails for more than the schedule can send', () => {
    expect(() => define(Array.from({ length: 2000 }, (_, index) => Registry.fromSecret(`registry-${index}.example`,
      secretsmanager.Secret.fromSecretCompleteArn(stack, `Login${index}`, ARN))))).toThrow(
      /'registries' must be at most 262144 characters as the schedule sends them, got: \d{6}; give some of them to another DockerCredentials/);
  });

  test('takes a token for a host', () => {
    const host = new CfnParameter(stack, 'Host').valueAsString;
    define([Registry.fromSecret(host, secret())]);
    expect(requestOf().registries).toMatchObject([{ host: { Ref: 'Host' } }]);
  });
});
