import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { App, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  CiRepository, CiUser, CredentialsFormat, CredentialsReader, DockerAccess, DockerCredentials, EcrCi, EcrHost, Lifecycle, Registry, RegistryRole,
  RepositoryAccess, Target, TargetRemoval,
} from 'cdk-ecr-ci';
import { ensureEnvironment } from '../../local-aws/python';

jest.setTimeout(300_000);

const execute = promisify(execFile);

/** W3005 is aws-cdk-lib's own: it writes a dependency that a reference already implies. */
const IGNORED = 'W3005';

let cfnLint: string;
let directory: string;
beforeAll(async () => {
  cfnLint = path.join(path.dirname(await ensureEnvironment('cfn-lint==1.58.0\n')), 'cfn-lint');
  directory = await mkdtemp(path.join(tmpdir(), 'templates-'));
});
afterAll(async () => rm(directory, { recursive: true, force: true }));

/** cfn-lint's findings, a line each, of a stack in a region. */
async function lint(define: (stack: Stack) => void, env: StackProps['env'], regions: string[]): Promise<string[]> {
  const app = new App({ outdir: await mkdtemp(path.join(directory, 'app-')) });
  const stack = new Stack(app, 'Stack', { env });
  define(stack);
  app.synth();
  const template = path.join(app.outdir, stack.templateFile);
  const args = ['--format', 'parseable', '--ignore-checks', IGNORED, '--regions', ...regions, '--template', template];
  return execute(cfnLint, args).then(() => [], ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}`.trim().split('\n'));
}

const oneLine = (stack: Stack) => void new EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'] });

function everything(stack: Stack): void {
  const encryptionKey = new kms.Key(stack, 'Key');
  new EcrCi(stack, 'Ci', {
    repositoryNames: ['myuser/myapp', 'myuser/worker'], credentials: DockerAccess.PULL_PUSH, encryptionKey, alarmTopic: new sns.Topic(stack, 'Topic'),
  });
  const repository = new CiRepository(stack, 'Everything', {
    repositoryName: 'myuser/everything',
    mutableTags: ['latest', 'pr-*'],
    encryption: ecr.RepositoryEncryption.KMS_DSSE,
    encryptionKey,
    lifecycle: Lifecycle.buildCache(),
    access: [
      RepositoryAccess.pullFromAccounts(['444455556666']),
      RepositoryAccess.pushFromAccounts(['777788889999']),
      RepositoryAccess.pullFromOrganization('o-abcdefghij'),
    ],
  });
  const credentials = new DockerCredentials(stack, 'Credentials', {
    secretName: 'ci/dockercfg',
    roleName: 'docker-credentials',
    encryptionKey,
    format: CredentialsFormat.DOCKERCFG,
    replicaRegions: [{ region: 'eu-central-1' }],
    readers: [CredentialsReader.account('444455556666'), CredentialsReader.organization('o-abcdefghij')],
    registries: [
      Registry.ecr({ hosts: [EcrHost.STANDARD, EcrHost.FIPS, EcrHost.DUAL_STACK] }),
      Registry.ecr({ assumeRole: iam.Role.fromRoleArn(stack, 'Other', 'arn:aws:iam::444455556666:role/ecr-tokens') }),
      Registry.ecrPublic(),
      Registry.fromSecret('docker.io', new secretsmanager.Secret(stack, 'DockerHub', { encryptionKey })),
    ],
  });
  const token = new secretsmanager.Secret(stack, 'Token', { encryptionKey });
  credentials.addTarget(Target.gitlabVariable({ project: '42', token, removal: TargetRemoval.DELETE }));
  credentials.addToDashboard(new cloudwatch.Dashboard(stack, 'Dashboard'));
  repository.grantPull(credentials);
  repository.grantPull(new RegistryRole(stack, 'RegistryRole', { credentialsRoleArn: 'arn:aws:iam::444455556666:role/docker-credentials' }));
  new DockerCredentials(stack, 'Jenkins', { format: CredentialsFormat.JENKINS });
  repository.grantPush(new CiUser(stack, 'User', { userName: 'ci', encryptionKey }));
  repository.grantPush(new CiUser(stack, 'RotatedUser', {
    keyRotation: Duration.days(30), keyGrace: Duration.days(2), encryptionKey, alarmTopic: new sns.Topic(stack, 'UserTopic'), allowedCidrs: ['203.0.113.0/24'],
  }));
}

test.each([
  ['the one line, in any environment', oneLine, undefined, ['us-east-1', 'eu-west-1', 'ap-northeast-1']],
  ['the one line, in China', oneLine, { account: '111122223333', region: 'cn-north-1' }, ['cn-north-1']],
  ['the one line, in GovCloud', oneLine, { account: '111122223333', region: 'us-gov-west-1' }, ['us-gov-west-1']],
  ['every option', everything, { account: '111122223333', region: 'eu-west-1' }, ['eu-west-1']],
])('cfn-lint finds nothing in %s', async (_name, define, env, regions) => {
  expect(await lint(define, env, regions)).toEqual([]);
});

test('cfn-lint does find what is wrong', async () => {
  jest.spyOn(console, 'error').mockImplementation(); // aws-cdk-lib finds it too
  const wrong = (stack: Stack) => (new EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'] })
    .repository('myuser/myapp').node.defaultChild as ecr.CfnRepository).addPropertyOverride('ImageTagMutability', 'SOMETIMES');
  expect(await lint(wrong, undefined, ['us-east-1'])).toEqual([expect.stringContaining('\'SOMETIMES\' is not one of')]);
});
