import * as path from 'node:path';
import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, IAMClient, PutRolePolicyCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateSecretCommand, GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException, SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ANSWER_PATH, CloudFormation, eventOf } from './cloud-formation';
import { invoke, type Invocation } from './lambda-process';
import { FaultProxy, faults, type Passage, type Rule } from '../../local-aws/fault-proxy';
import { LocalAws } from '../../local-aws/local-aws';

const HOUR = 3600_000;

/** The accounts and regions whose registries the refresher is asked for. */
export const OWN = { region: 'us-east-1', account: '000000000000', host: '000000000000.dkr.ecr.us-east-1.amazonaws.com' };
export const FOREIGN = { region: 'eu-west-1', account: '222222222222', host: '222222222222.dkr.ecr.eu-west-1.amazonaws.com' };
const FOREIGN_ROLE = `arn:aws:iam::${FOREIGN.account}:role/puller`;
export const PUBLIC_HOST = 'public.ecr.aws';
export const LOGIN_HOST = 'ghcr.io';
export const HOSTS = [OWN.host, FOREIGN.host, LOGIN_HOST, PUBLIC_HOST];

const LOGIN_SECRET = 'registry-login';
const LOGIN = { username: 'robot', password: 'TheLoginOfTheLab2f6c1dWhichIsLongerThanAnyOtherWord' };

/** What a reader of the secret has. */
export interface Reading {
  readonly versionId: string;
  readonly value: string;
  /** The `auth` of each host; undefined if the value is no dockercfg. */
  readonly auths?: ReadonlyMap<string, string>;
}

/** What the secret holds before a trial. */
export type Start = 'nothing' | 'good' | 'edited by hand';

export interface TrialOptions {
  /** @default 'good' */
  readonly start?: Start;
  readonly rules?: (kill: () => void) => Rule[];
  /** Called by CloudFormation instead of the schedule, which waits for an answer. */
  readonly deploy?: boolean;
  readonly force?: boolean;
}

export interface Trial extends Invocation {
  /** The calls that the refresher made. */
  readonly calls: Passage[];
  readonly before?: Reading;
  readonly after?: Reading;
  /** What CloudFormation was told. */
  readonly answers: Record<string, any>[];
  /** Invokes the refresher again on the same secret. */
  readonly again: (options?: Omit<TrialOptions, 'start'>) => Promise<Trial>;
}

/** A local AWS with a refresher's user, another account's role and a login, in which the bundled refresher runs. */
export class Lab {
  public static async start(): Promise<Lab> {
    const lab = new Lab(await LocalAws.start());
    await lab.setUp();
    return lab;
  }

  /** When each token expires that ECR gave out, and the hosts that it is for; logins never expire. */
  public readonly issued = new Map<string, { expiresAt: number; hosts: readonly string[] }>();
  /** Everything that the refresher wrote and CloudFormation was told. */
  public readonly heard: string[] = [];

  private readonly secrets: SecretsManagerClient;
  private readonly sessions = new Set<string>();
  private environment: NodeJS.ProcessEnv = {};
  private loginArn = '';
  private good?: Reading;
  private secretCount = 0;

  private constructor(public readonly aws: LocalAws) {
    this.secrets = new SecretsManagerClient(aws.clientConfig());
  }

  public async stop(): Promise<void> {
    await this.aws.stop();
  }

  /** Runs the refresher once on a secret of its own. */
  public async trial(options: TrialOptions = {}): Promise<Trial> {
    const arn = await this.newSecret(options.start ?? 'good');
    return this.run(arn, options);
  }

  /** Every secret text there was: passwords, `auth` strings, logins, and the secret keys of sessions. */
  public secretTexts(): string[] {
    const logins = [...this.issued.keys()].flatMap((auth) => [auth, Buffer.from(auth, 'base64').toString('utf8').replace(/^[^:]*:/, '')]);
    return [...logins, ...this.sessions, this.environment.AWS_SECRET_ACCESS_KEY!];
  }

  /** Whether the registry lets a reader in with what the secret holds for a host. */
  public async isAccepted(host: string, auth: string): Promise<boolean> {
    const response = await fetch(`${this.aws.endpoint}/v2/`, { headers: { authorization: `Basic ${auth}`, host } });
    return response.status === 200;
  }

  private async run(arn: string, { rules = () => [], deploy = false, force = false }: TrialOptions): Promise<Trial> {
    const before = await this.read(arn);
    const proxy = await FaultProxy.start(this.aws.endpoint);
    const cloudFormation = await CloudFormation.start();
    const answerProxy = await FaultProxy.start(cloudFormation.url);
    const request = { ...this.request(), force };
    const event = deploy ? eventOf(`${answerProxy.endpoint}${ANSWER_PATH}`, 'Custom::EcrCredentialsRefresh', { request, codeKey: 'code' }) : request;
    try {
      const invocation = await invoke('refresh', event, { ...this.environment, AWS_ENDPOINT_URL: proxy.endpoint, SECRET_ARN: arn }, (kill) => {
        proxy.inject(...rules(kill));
        answerProxy.inject(...rules(kill));
      });
      this.noteTokens(proxy.passages);
      this.noteSessions(proxy.passages);
      this.heard.push(invocation.output, JSON.stringify(invocation.error ?? {}), ...cloudFormation.told);
      return {
        ...invocation,
        calls: [...proxy.passages, ...answerProxy.passages],
        before,
        after: await this.read(arn),
        answers: cloudFormation.told.map((text) => JSON.parse(text)),
        again: (options = {}) => this.run(arn, options),
      };
    } finally {
      await proxy.stop();
      await answerProxy.stop();
      await cloudFormation.stop();
    }
  }

  private request(): object {
    return {
      registries: [
        { kind: 'ecr', region: OWN.region, accounts: [OWN.account], hosts: ['standard'] },
        { kind: 'ecr', region: FOREIGN.region, accounts: [FOREIGN.account], hosts: ['standard'], roleArn: FOREIGN_ROLE },
        { kind: 'ecr-public', hosts: ['standard'] },
        { kind: 'login', host: LOGIN_HOST, secretArn: this.loginArn, usernameKey: 'username', passwordKey: 'password' },
      ],
      urlSuffix: 'amazonaws.com',
    };
  }

  private async setUp(): Promise<void> {
    const login = await this.secrets.send(new CreateSecretCommand({ Name: LOGIN_SECRET, SecretString: JSON.stringify(LOGIN) }));
    this.loginArn = login.ARN!;
    const auth = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64');
    this.issued.set(auth, { expiresAt: Infinity, hosts: [LOGIN_HOST] });
    await this.makeUser();
    await this.makeRole();
    this.good = await this.makeGood();
  }

  private async makeUser(): Promise<void> {
    const iam = new IAMClient(this.aws.clientConfig());
    const secret = `arn:aws:secretsmanager:${this.aws.region}:${this.aws.account}:secret:`;
    await iam.send(new CreateUserCommand({ UserName: 'refresher' }));
    await iam.send(new PutUserPolicyCommand({
      UserName: 'refresher',
      PolicyName: 'Refresher',
      PolicyDocument: policy(
        [['ecr:GetAuthorizationToken', 'ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken'], '*'],
        [['sts:AssumeRole'], FOREIGN_ROLE],
        [['secretsmanager:GetSecretValue'], this.loginArn],
        [['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'], `${secret}dockercfg-*`],
      ),
    }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'refresher' }));
    this.environment = {
      ...this.aws.environment(),
      AWS_ACCESS_KEY_ID: AccessKey!.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: AccessKey!.SecretAccessKey,
      AWS_LAMBDA_FUNCTION_NAME: 'refresher',
      PATH: path.dirname(process.execPath),
    };
  }

  private async makeRole(): Promise<void> {
    const iam = new IAMClient(this.aws.clientConfig({ accessKeyId: FOREIGN.account, secretAccessKey: 'test' }));
    await iam.send(new CreateRoleCommand({
      RoleName: 'puller',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${OWN.account}:user/refresher` } }],
      }),
    }));
    await iam.send(new PutRolePolicyCommand({ RoleName: 'puller', PolicyName: 'Token', PolicyDocument: policy([['ecr:GetAuthorizationToken'], '*']) }));
  }

  /** What a refresher wrote seven hours ago. */
  private async makeGood(): Promise<Reading> {
    const older = (seconds: number) => seconds - 7 * 3600;
    const { after, error } = await this.run(await this.newSecret('nothing'), {
      rules: () => [
        {
          on: { operation: 'GetAuthorizationToken', service: 'ecr' },
          times: Infinity,
          fault: faults.edited(({ authorizationData: [data] }) => ({ authorizationData: [{ ...data, expiresAt: older(data.expiresAt) }] })),
        },
        {
          on: { operation: 'GetAuthorizationToken', service: 'ecr-public' },
          times: Infinity,
          fault: faults.edited(({ authorizationData: data }) => ({ authorizationData: { ...data, expiresAt: older(data.expiresAt) } })),
        },
      ],
    });
    if (!after?.auths) throw new Error(`the lab's first run failed: ${error?.message}`);
    for (const token of this.issued.values()) token.expiresAt -= 7 * HOUR;
    return after;
  }

  private async newSecret(start: Start): Promise<string> {
    const { ARN } = await this.secrets.send(new CreateSecretCommand({ Name: `dockercfg-${this.secretCount++}` }));
    if (start !== 'nothing') await this.put(ARN!, this.good!.value, this.good!.versionId);
    if (start === 'edited by hand') await this.put(ARN!, '{"auths":{"docker.io":{"auth":"ZWRpdGVkOmJ5IGhhbmQ="}}}');
    return ARN!;
  }

  private async put(SecretId: string, SecretString: string, ClientRequestToken?: string): Promise<void> {
    await this.secrets.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken }));
  }

  private async read(SecretId: string): Promise<Reading | undefined> {
    try {
      const { VersionId, SecretString } = await this.secrets.send(new GetSecretValueCommand({ SecretId }));
      return { versionId: VersionId!, value: SecretString!, auths: authsOf(SecretString!) };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  private noteSessions(passages: readonly Passage[]): void {
    for (const { answer } of passages.filter(({ service }) => service === 'sts')) {
      for (const [, text] of answer?.body.matchAll(/<(?:SecretAccessKey|SessionToken)>([^<]+)</g) ?? []) this.sessions.add(text);
    }
  }

  private noteTokens(passages: readonly Passage[]): void {
    for (const { service, region, operation, answer } of passages) {
      if (operation !== 'GetAuthorizationToken' || answer?.status !== 200) continue;
      const data = [JSON.parse(answer.body).authorizationData].flat()[0];
      const hosts = service === 'ecr-public' ? [PUBLIC_HOST] : region === OWN.region ? [OWN.host] : [FOREIGN.host];
      this.issued.set(data.authorizationToken, { expiresAt: data.expiresAt * 1000, hosts });
    }
  }
}

/** What clients make of a secret: the `auth` of each host, but for hosts that no client can look up. */
function authsOf(value: string): ReadonlyMap<string, string> | undefined {
  try {
    const { auths } = JSON.parse(value);
    return new Map(Object.entries<{ auth: string }>(auths).filter(([host]) => !host.endsWith('.invalid')).map(([host, { auth }]) => [host, auth]));
  } catch {
    return undefined;
  }
}

function policy(...statements: [actions: string[], resource: string][]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource })) });
}
