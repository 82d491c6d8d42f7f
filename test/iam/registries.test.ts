import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { knownActions, PolicySimulator, type KnownAction } from './policy-simulator';
import * as lib from '../../src';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const ENV = { account: ACCOUNT, region: REGION };
const OTHER_ACCOUNT = '444455556666';
const ROLE = `arn:aws:iam::${OTHER_ACCOUNT}:role/ecr-tokens`;

const SERVICES = ['ecr', 'ecr-public', 'sts', 'secretsmanager', 'kms', 'sqs'];
let actions: KnownAction[];
beforeAll(async () => {
  const known = (await Promise.all(SERVICES.map(knownActions))).flat();
  actions = known.filter(({ name }) => name !== 'sts:GetCallerIdentity'); // everybody may
});

/** A deployed `DockerCredentials` and what else a test defines. */
class Deployed {
  public readonly simulator: PolicySimulator;
  private readonly template: Template;

  public constructor(define: (stack: Stack) => lib.DockerCredentialsProps) {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    new lib.DockerCredentials(stack, 'Credentials', define(stack));
    this.template = Template.fromStack(stack);
    this.simulator = new PolicySimulator(this.template, ENV);
  }

  public id(type: string, prefix: string): string {
    return Object.keys(this.template.findResources(type)).find((id) => id.startsWith(prefix))!;
  }

  public arn(type: string, prefix: string): string {
    return this.simulator.arn(this.id(type, prefix));
  }

  /** Every action that the refresher may take on these resources, each where it takes one of that type, else on `*`. */
  public async allowed(resources: Record<string, string>): Promise<string[]> {
    const allowed: string[] = [];
    for (const { name, resourceTypes } of actions) {
      const type = resourceTypes.find((candidate) => candidate in resources);
      if (resourceTypes.length > 0 && !type) continue;
      const resource = type ? resources[type] : '*';
      if (await this.decide(name, resource) === 'Allowed') allowed.push(name);
    }
    return allowed.sort();
  }

  public decide(action: string, resource: string, context: Record<string, string> = {}, resourcePolicy?: object) {
    const identity = this.id('AWS::IAM::Role', 'CredentialsRole');
    return this.simulator.decide({ principal: this.simulator.arn(identity), identity, action, resource, context, resourcePolicy });
  }
}

const OWN = ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'];
const own = (deployed: Deployed) => ({ Secret: deployed.arn('AWS::SecretsManager::Secret', 'CredentialsSecret') });

describe('the refresher may do exactly what its registries need', () => {
  test('the stack\'s own registry: get a token', async () => {
    const deployed = new Deployed(() => ({}));
    expect(await deployed.allowed(own(deployed))).toEqual(['ecr:GetAuthorizationToken', ...OWN]);
  });

  test('a role of another account: assume that role, and get no token itself', async () => {
    const deployed = new Deployed((stack) => ({ registries: [lib.Registry.ecr({ assumeRole: iam.Role.fromRoleArn(stack, 'Other', ROLE) })] }));
    expect(await deployed.allowed({ ...own(deployed), role: ROLE })).toEqual([...OWN, 'sts:AssumeRole']);
    expect(await deployed.allowed({ role: `${ROLE}-2` })).toEqual([]);
    expect(await deployed.allowed({ role: ROLE.replace(OTHER_ACCOUNT, ACCOUNT) })).toEqual([]);
  });

  test('ECR Public: get its token, by a bearer token', async () => {
    const deployed = new Deployed(() => ({ registries: [lib.Registry.ecrPublic()] }));
    expect(await deployed.allowed(own(deployed))).toEqual(['ecr-public:GetAuthorizationToken', ...OWN, 'sts:GetServiceBearerToken']);
  });

  test('a login: read that secret, and decrypt with its key through Secrets Manager', async () => {
    const deployed = new Deployed((stack) => {
      const encryptionKey = new kms.Key(stack, 'Key');
      new secretsmanager.Secret(stack, 'Other', { encryptionKey });
      return { registries: [lib.Registry.fromSecret('ghcr.io', new secretsmanager.Secret(stack, 'Login', { encryptionKey }))] };
    });
    const key = deployed.arn('AWS::KMS::Key', 'Key');
    const { KeyPolicy } = deployed.simulator.properties(deployed.id('AWS::KMS::Key', 'Key'));
    const useKey = (action: string, service: string) => deployed.decide(action, key, { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` }, KeyPolicy);
    expect(await deployed.allowed({ Secret: deployed.arn('AWS::SecretsManager::Secret', 'Login') })).toEqual(['secretsmanager:GetSecretValue']);
    expect(await deployed.allowed({ Secret: deployed.arn('AWS::SecretsManager::Secret', 'Other') })).toEqual([]);
    expect(await useKey('kms:Decrypt', 'secretsmanager')).toBe('Allowed');
    expect(await useKey('kms:Decrypt', 's3')).toBe('ImplicitlyDenied');
    for (const action of ['kms:GenerateDataKey', 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:CreateGrant']) {
      expect(await useKey(action, 'secretsmanager')).toBe('ImplicitlyDenied');
    }
  });

  test('a login that is known by its name: read the secret of that name, whatever its suffix', async () => {
    const deployed = new Deployed((stack) => ({ registries: [lib.Registry.fromSecret('ghcr.io', secretsmanager.Secret.fromSecretNameV2(stack, 'Login', 'ghcr'))] }));
    const secret = (name: string) => ({ Secret: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}` });
    expect(await deployed.allowed(secret('ghcr-AbCdEf'))).toEqual(['secretsmanager:GetSecretValue']);
    expect(await deployed.allowed(secret('ghcr-prod-AbCdEf'))).toEqual([]);
  });

  test('its dead-letter queue: put a message there, and in no other', async () => {
    const deployed = new Deployed(() => ({ registries: [lib.Registry.ecrPublic()] }));
    const queue = deployed.arn('AWS::SQS::Queue', 'Credentials');
    expect(await deployed.allowed({ queue })).toContain('sqs:SendMessage');
    expect((await deployed.allowed({ queue })).filter((action) => action.startsWith('sqs:'))).toEqual(['sqs:SendMessage']);
    expect((await deployed.allowed({ queue: `${queue}2` })).filter((action) => action.startsWith('sqs:'))).toEqual([]);
  });
});

describe('readers of other accounts', () => {
  const deployed = new Deployed((stack) => ({
    encryptionKey: new kms.Key(stack, 'Key'),
    readers: [lib.CredentialsReader.account(OTHER_ACCOUNT), lib.CredentialsReader.organization('o-abcdefghij')],
  }));
  const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const { simulator } = deployed;
  const secretPolicy = simulator.properties(simulator.find('AWS::SecretsManager::ResourcePolicy')).ResourcePolicy;
  const keyPolicy = simulator.properties(simulator.find('AWS::KMS::Key')).KeyPolicy;

  const read = (account: string, action: string, context: Record<string, string> = {}) => simulator.decide({
    principal: `arn:aws:iam::${account}:role/reader`,
    policies: [everything],
    action,
    resource: action.startsWith('kms:') ? deployed.arn('AWS::KMS::Key', 'Key') : deployed.arn('AWS::SecretsManager::Secret', 'Credentials'),
    resourcePolicy: action.startsWith('kms:') ? keyPolicy : secretPolicy,
    context,
  });
  const through = { 'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com` };

  test.each([
    ['of the account', OTHER_ACCOUNT, {}],
    ['of the organization', '777788889999', { 'aws:PrincipalOrgID': 'o-abcdefghij' }],
  ])('%s may read, and not write', async (_name, account, context) => {
    expect(await read(account, 'secretsmanager:GetSecretValue', context)).toBe('Allowed');
    expect(await read(account, 'secretsmanager:PutSecretValue', context)).toBe('ImplicitlyDenied');
    expect(await read(account, 'kms:Decrypt', { ...context, ...through })).toBe('Allowed');
    expect(await read(account, 'kms:Decrypt', { ...context, 'kms:ViaService': `s3.${REGION}.amazonaws.com` })).toBe('ImplicitlyDenied');
    expect(await read(account, 'kms:GenerateDataKey', { ...context, ...through })).toBe('ImplicitlyDenied');
  });

  test('others may not', async () => {
    const contexts: Record<string, string>[] = [{}, { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' }];
    for (const context of contexts) {
      expect(await read('777788889999', 'secretsmanager:GetSecretValue', context)).toBe('ImplicitlyDenied');
      expect(await read('777788889999', 'kms:Decrypt', { ...context, ...through })).toBe('ImplicitlyDenied');
    }
  });
});

describe('RegistryRole', () => {
  const stack = new Stack(new App(), 'Other', { env: { account: OTHER_ACCOUNT, region: REGION } });
  const credentialsRoleArn = `arn:aws:iam::${ACCOUNT}:role/docker-credentials`;
  const role = new lib.RegistryRole(stack, 'Role', { credentialsRoleArn, roleName: 'ecr-tokens' });
  new lib.CiRepository(stack, 'App', { repositoryName: 'myuser/myapp' }).grantPull(role);
  const simulator = new PolicySimulator(Template.fromStack(stack), { account: OTHER_ACCOUNT, region: REGION });
  const id = simulator.find('AWS::IAM::Role');
  const allow = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE }] };

  test.each([
    [credentialsRoleArn, 'Allowed'],
    [`arn:aws:iam::${ACCOUNT}:role/other`, 'ImplicitlyDenied'],
    ['arn:aws:iam::777788889999:role/docker-credentials', 'ImplicitlyDenied'],
  ])('assumed by %s: %s', async (principal, decision) => {
    expect(await simulator.decide({
      principal, policies: [allow], action: 'sts:AssumeRole', resource: ROLE, resourcePolicy: simulator.properties(id).AssumeRolePolicyDocument,
    })).toBe(decision);
  });

  test('may get a token and do what was granted to it, and no more', async () => {
    const repository = simulator.arn(simulator.find('AWS::ECR::Repository'));
    const allowed: string[] = [];
    for (const { name, resourceTypes } of actions.filter((action) => action.name.startsWith('ecr:'))) {
      const resource = resourceTypes.includes('repository') ? repository : '*';
      if (await simulator.decide({ principal: simulator.arn(id), identity: id, action: name, resource }) === 'Allowed') allowed.push(name);
    }
    expect(allowed.sort()).toEqual(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetAuthorizationToken', 'ecr:GetDownloadUrlForLayer']);
  });
});

describe('a registry of another account without a role', () => {
  const OTHER_REPOSITORY = `arn:aws:ecr:${REGION}:${OTHER_ACCOUNT}:repository/myuser/myapp`;

  test('is let in by both sides: its repository policy, and what is granted to the credentials', async () => {
    const other = new Stack(new App(), 'Other', { env: { account: OTHER_ACCOUNT, region: REGION } });
    new lib.CiRepository(other, 'App', { repositoryName: 'myuser/myapp', access: [lib.RepositoryAccess.pullFromAccounts([ACCOUNT])] });
    const theirs = new PolicySimulator(Template.fromStack(other), { account: OTHER_ACCOUNT, region: REGION });
    const resourcePolicy = theirs.properties(theirs.find('AWS::ECR::Repository')).RepositoryPolicyText;

    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const define = (id: string) => new lib.DockerCredentials(stack, id, { registries: [lib.Registry.ecr({ account: OTHER_ACCOUNT })] });
    const [granted, bare] = [define('Granted'), define('Bare')];
    lib.CiRepository.fromRepositoryArn(stack, 'Theirs', OTHER_REPOSITORY).grantPull(granted);
    const ours = new PolicySimulator(Template.fromStack(stack), ENV);
    const pull = (credentials: lib.DockerCredentials, policy?: object) => {
      const identity = stack.getLogicalId(credentials.role.node.defaultChild as iam.CfnRole);
      return ours.decide({
        principal: ours.arn(identity),
        identity,
        action: 'ecr:BatchGetImage',
        resource: OTHER_REPOSITORY,
        resourceAccount: OTHER_ACCOUNT,
        resourcePolicy: policy,
      });
    };
    expect(await pull(granted, resourcePolicy)).toBe('Allowed');
    expect(await pull(granted)).toBe('ImplicitlyDenied');
    expect(await pull(bare, resourcePolicy)).toBe('ImplicitlyDenied');
  });
});
