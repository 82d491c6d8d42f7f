import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { knownActions, PolicySimulator, type KnownAction } from './policy-simulator';
import * as lib from '../../src';

const ACCOUNT = '123456789012';
const REGION = 'eu-central-1';
const REPOSITORY = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/myuser/myapp`;
const OTHER_REPOSITORY = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/myuser/other`;

const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PULL_PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:GetDownloadUrlForLayer', 'ecr:InitiateLayerUpload',
  'ecr:PutImage', 'ecr:UploadLayerPart',
];

let ecrActions: KnownAction[];
let secretActions: KnownAction[];
beforeAll(async () => {
  ecrActions = await knownActions('ecr');
  secretActions = await knownActions('secretsmanager');
});

/** What the principals of a one-liner may do. */
class OneLiner {
  public readonly simulator: PolicySimulator;
  private readonly template: Template;

  public constructor(props: Partial<lib.EcrCiProps> = {}, withKey = false) {
    const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } });
    const encryptionKey = withKey ? new kms.Key(stack, 'Key') : undefined;
    new lib.EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp', 'myuser/other-2'], encryptionKey, ...props });
    this.template = Template.fromStack(stack);
    this.simulator = new PolicySimulator(this.template, { account: ACCOUNT, region: REGION });
  }

  public id(type: string, prefix: string): string {
    return Object.keys(this.template.findResources(type)).find((id) => id.startsWith(prefix))!;
  }

  public get user(): string {
    return this.id('AWS::IAM::User', 'CiUser');
  }

  public get refresher(): string {
    return this.id('AWS::IAM::Role', 'CiCredentialsRole');
  }

  public secret(prefix: string): string {
    return this.simulator.arn(this.id('AWS::SecretsManager::Secret', prefix));
  }

  /** The actions of a list that a principal may take on a resource of that type. */
  public async allowed(identity: string, actions: KnownAction[], type: string, resource: string): Promise<string[]> {
    const allowed = [];
    for (const { name, resourceTypes } of actions) {
      const target = resourceTypes.includes(type) ? resource : '*';
      const decision = await this.simulator.decide({ principal: this.simulator.arn(identity), identity, action: name, resource: target });
      if (decision === 'Allowed') allowed.push(name);
    }
    return allowed.sort();
  }
}

describe('the CI\'s user', () => {
  const ci = new OneLiner();

  test('may get a token, pull and push, and nothing else in ECR', async () => {
    expect(await ci.allowed(ci.user, ecrActions, 'repository', REPOSITORY)).toEqual([...PULL_PUSH, 'ecr:GetAuthorizationToken'].sort());
    expect(await ci.allowed(ci.user, ecrActions, 'repository', OTHER_REPOSITORY)).toEqual(['ecr:GetAuthorizationToken']);
  });

  test('may read the dockercfg, and nothing else in Secrets Manager', async () => {
    expect(await ci.allowed(ci.user, secretActions, 'Secret', ci.secret('CiCredentials')))
      .toEqual(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']);
    expect(await ci.allowed(ci.user, secretActions, 'Secret', ci.secret('CiUser'))).toEqual([]);
  });

  test('may not touch its own keys', async () => {
    const iamActions = await knownActions('iam');
    expect(await ci.allowed(ci.user, iamActions.filter(({ resourceTypes }) => resourceTypes.includes('user')), 'user', ci.simulator.arn(ci.user))).toEqual([]);
  });
});

describe('the refresher, and so the dockercfg', () => {
  test.each<[lib.DockerAccess, string[]]>([
    [lib.DockerAccess.PULL, PULL],
    [lib.DockerAccess.PULL_PUSH, PULL_PUSH],
  ])('with %s may do just that on the repositories, and get a token', async (credentials, actions) => {
    const ci = new OneLiner({ credentials });
    expect(await ci.allowed(ci.refresher, ecrActions, 'repository', REPOSITORY)).toEqual([...actions, 'ecr:GetAuthorizationToken'].sort());
    expect(await ci.allowed(ci.refresher, ecrActions, 'repository', OTHER_REPOSITORY)).toEqual(['ecr:GetAuthorizationToken']);
  });

  test('may read and write its own secret, and no other', async () => {
    const ci = new OneLiner();
    expect(await ci.allowed(ci.refresher, secretActions, 'Secret', ci.secret('CiCredentials')))
      .toEqual(['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage']);
    expect(await ci.allowed(ci.refresher, secretActions, 'Secret', ci.secret('CiUser'))).toEqual([]);
  });

  test('may write its own log, and no other', async () => {
    const ci = new OneLiner();
    const decide = (resource: string) => ci.simulator.decide({
      principal: ci.simulator.arn(ci.refresher), identity: ci.refresher, action: 'logs:PutLogEvents', resource,
    });
    const logs = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group`;
    expect(await decide(`${logs}:${ci.id('AWS::Logs::LogGroup', 'CiCredentials')}:log-stream:one`)).toBe('Allowed');
    expect(await decide(`${logs}:/aws/lambda/other:log-stream:one`)).toBe('ImplicitlyDenied');
  });

  test('may use a customer\'s key through Secrets Manager, and not directly', async () => {
    const ci = new OneLiner({}, true);
    const decide = (action: string, service: string) => ci.simulator.decide({
      principal: ci.simulator.arn(ci.refresher),
      identity: ci.refresher,
      action,
      resource: ci.simulator.arn(ci.simulator.find('AWS::KMS::Key')),
      resourcePolicy: ci.simulator.properties(ci.simulator.find('AWS::KMS::Key')).KeyPolicy,
      context: { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` },
    });
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
      expect(await decide(action, 'secretsmanager')).toBe('Allowed');
      expect(await decide(action, 's3')).toBe('ImplicitlyDenied');
    }
    expect(await decide('kms:ScheduleKeyDeletion', 'secretsmanager')).toBe('ImplicitlyDenied');
  });
});
