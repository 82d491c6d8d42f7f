import { randomBytes } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { targetsOf, type Target } from '../../../lambda/publish/target-id';
import { formatOf } from '../../../lambda/shared/dockercfg/dockercfg';
import { writeVersion } from '../../../lambda/shared/dockercfg/published';
import { FaultProxy, type Passage, type Rule } from '../../../local-aws/fault-proxy';
import { LocalAws } from '../../../local-aws/local-aws';
import { PUBLISH_QUEUE_ACTIONS, READ_SECRET_ACTION, TARGETS_TABLE_ACTIONS } from '../../../src/private/actions';
import { TargetResourceType, type TargetGroup } from '../../../src/private/target-contract';
import { FakeGithub } from '../../vendors/fake-github';
import { FakeGitlab } from '../../vendors/fake-gitlab';
import type { Fault as VendorFault, FakeRequest } from '../../vendors/fake-vendor';
import { ANSWER_PATH, CloudFormation, eventOf } from '../cloud-formation';
import { invoke, type Invocation } from '../lambda-process';

const HOST = '000000000000.dkr.ecr.us-east-1.amazonaws.com';
const HOUR = 3600_000;
const SECRETS_PLACE = '/repos/owner/app/actions/secrets';
const NAME = 'DOCKER_AUTH_CONFIG';

/** The targets of a trial. */
export const VENDORS = ['GitLab', 'GitHub'] as const;
export type VendorName = typeof VENDORS[number];

/** What calls the publisher. */
export type Occasion =
  /** Messages for a target each. */
  | 'messages'
  /** The message after a refresh. */
  | 'all'
  /** A deploy, which publishes. */
  | 'deploy'
  /** A deploy that says which targets there are: GitHub's is gone, and GitLab's is new. */
  | 'registration';

/** What happens to a vendor's answer to a request. */
export interface VendorRule {
  readonly vendor: VendorName;
  /** Such as `PUT /api/v4/projects/1/variables/DOCKER_AUTH_CONFIG`. */
  readonly call: RegExp;
  readonly fault: VendorFault;
  readonly times: number;
}

export interface TrialOptions {
  readonly occasion: Occasion;
  /** The targets that there are messages for. */
  readonly targets: readonly VendorName[];
  readonly rules: readonly Rule[];
  readonly vendorRules: readonly VendorRule[];
}

export interface PublishTrial extends Invocation {
  /** Calls of AWS and of vendors to which something happened. */
  readonly faulty: number;
  /** The targets whose messages come again; `all` for that of the refresh. */
  readonly failed: string[];
  /** What each target holds. */
  readonly held: Record<VendorName, 'before' | 'fresh' | 'nothing' | 'something else'>;
  /** The targets that messages were sent for. */
  readonly sent: string[];
  /** What CloudFormation was told. */
  readonly answers: Record<string, any>[];
  /** How often a vendor was written to. */
  readonly writes: number;
  /** Does the same again without any trouble, when leases and pauses are over. */
  readonly again: () => Promise<PublishTrial>;
}

/** A local AWS with a publisher's user and fake vendors, in which the bundled publisher runs. */
export class PublishLab {
  public static async start(): Promise<PublishLab> {
    const lab = new PublishLab(await LocalAws.start());
    await lab.setUp();
    return lab;
  }

  /** Everything that the publisher wrote and CloudFormation was told. */
  public readonly heard: string[] = [];
  /** Every secret text there was. */
  public readonly secretTexts: string[] = [];

  public readonly dynamoDb: DynamoDBClient;
  public readonly sqs: SQSClient;
  public readonly secrets: SecretsManagerClient;
  private environment: NodeJS.ProcessEnv = {};
  private readonly settings: Setting[] = [];
  private trials = 0;

  private constructor(public readonly aws: LocalAws) {
    this.dynamoDb = new DynamoDBClient(aws.clientConfig());
    this.sqs = new SQSClient(aws.clientConfig());
    this.secrets = new SecretsManagerClient(aws.clientConfig());
  }

  public async stop(): Promise<void> {
    await Promise.all(this.settings.map((setting) => setting.stop()));
    await this.aws.stop();
  }

  /** Runs the publisher once, on targets of its own that hold what was published before. */
  public async trial(options: TrialOptions): Promise<PublishTrial> {
    const setting = await Setting.create(this, `trial-${this.trials++}`);
    this.settings.push(setting);
    return setting.run(options, this.environment);
  }

  /** A dockercfg in a secret, or as it was before. */
  public newDockercfg(): { readonly versionId: string; readonly value: string } {
    const password = randomBytes(30).toString('hex');
    const auth = Buffer.from(`AWS:${password}`).toString('base64');
    this.secretTexts.push(auth, password);
    return writeVersion(new Map([[HOST, { auth, expiresAt: Date.now() + 12 * HOUR }]]), formatOf('config.json', ''));
  }

  private async setUp(): Promise<void> {
    const iam = new IAMClient(this.aws.clientConfig());
    const arn = (service: string, resource: string) => `arn:aws:${service}:${this.aws.region}:${this.aws.account}:${resource}`;
    await iam.send(new CreateUserCommand({ UserName: 'publisher' }));
    await iam.send(new PutUserPolicyCommand({
      UserName: 'publisher',
      PolicyName: 'Publisher',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: READ_SECRET_ACTION, Resource: arn('secretsmanager', 'secret:trial-*') },
          { Effect: 'Allow', Action: TARGETS_TABLE_ACTIONS, Resource: arn('dynamodb', 'table/trial-*') },
          { Effect: 'Allow', Action: PUBLISH_QUEUE_ACTIONS, Resource: arn('sqs', 'trial-*') },
        ],
      }),
    }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'publisher' }));
    this.environment = {
      ...this.aws.environment(),
      AWS_ACCESS_KEY_ID: AccessKey!.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: AccessKey!.SecretAccessKey,
      AWS_LAMBDA_FUNCTION_NAME: 'publisher',
      SECRET_FORMAT: 'config.json',
    };
    this.secretTexts.push(AccessKey!.SecretAccessKey!);
  }
}

/** A message as Lambda passes it on. */
interface Received {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
}

/** The targets, the table and the queue of a trial. */
class Setting {
  public static async create(lab: PublishLab, name: string): Promise<Setting> {
    const [gitlab, github] = await Promise.all([new FakeGitlab().start(), new FakeGithub().start()]);
    lab.secretTexts.push(gitlab.token, github.token);
    const secret = async (what: string, SecretString: string, ClientRequestToken?: string) => (
      (await lab.secrets.send(new CreateSecretCommand({ Name: `${name}-${what}`, SecretString, ClientRequestToken }))).ARN!);
    const [before, after] = [lab.newDockercfg(), lab.newDockercfg()];
    const [gitlabToken, githubToken, secretArn] = await Promise.all([
      secret('gitlab', gitlab.token), secret('github', github.token), secret('dockercfg', before.value, before.versionId),
    ]);
    await lab.secrets.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: after.value, ClientRequestToken: after.versionId }));
    gitlab.add('projects/1', { value: before.value });
    github.add(SECRETS_PLACE, { [NAME]: { value: before.value } });
    const { QueueUrl } = await lab.sqs.send(new CreateQueueCommand({ QueueName: name }));
    await lab.dynamoDb.send(new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
    }));
    const shared = { form: 'config.json', removal: 'delete' } as const;
    const groups: Record<VendorName, TargetGroup> = {
      GitLab: {
        ...shared,
        kind: 'gitlab-variable',
        where: [{ url: gitlab.url, project: '1', key: NAME }],
        settings: { token: { secretArn: gitlabToken }, protected: false, masked: true, certificateAuthority: gitlab.certificateAuthority },
      },
      GitHub: {
        ...shared,
        kind: 'github-secret',
        where: [{ url: github.url, repository: 'owner/app', secretName: NAME }],
        settings: { auth: { token: { secretArn: githubToken } }, certificateAuthority: github.certificateAuthority },
      },
    };
    return new Setting(lab, name, { gitlab, github, groups, before: before.value, after: after.value, secretArn, queueUrl: QueueUrl! });
  }

  private received?: Received[];

  private constructor(private readonly lab: PublishLab, private readonly name: string, private readonly own: {
    readonly gitlab: FakeGitlab;
    readonly github: FakeGithub;
    readonly groups: Record<VendorName, TargetGroup>;
    readonly before: string;
    readonly after: string;
    readonly secretArn: string;
    readonly queueUrl: string;
  }) {}

  public async run(options: TrialOptions, environment: NodeJS.ProcessEnv): Promise<PublishTrial> {
    if (!this.received) await this.prepare(options);
    const { lab, own } = this;
    const proxy = await FaultProxy.start(lab.aws.endpoint);
    const cloudFormation = await CloudFormation.start();
    const answerProxy = await FaultProxy.start(cloudFormation.url);
    const faultyRequests: FakeRequest[] = [];
    for (const vendor of VENDORS) this.fakeOf(vendor).faultOf = this.faultOf(vendor, options.vendorRules, faultyRequests);
    const writesBefore = this.writes();
    try {
      proxy.inject(...options.rules);
      answerProxy.inject(...options.rules);
      const invocation = await invoke('publish', this.eventOf(options.occasion, `${answerProxy.endpoint}${ANSWER_PATH}`), {
        ...environment,
        AWS_ENDPOINT_URL: proxy.endpoint,
        SECRET_ARN: own.secretArn,
        TABLE_NAME: this.name,
        QUEUE_URL: own.queueUrl.replace(lab.aws.endpoint, proxy.endpoint),
      });
      lab.heard.push(invocation.output, JSON.stringify(invocation.error ?? {}), ...cloudFormation.told);
      const calls: Passage[] = [...proxy.passages, ...answerProxy.passages];
      return {
        ...invocation,
        faulty: calls.filter(({ faulty }) => faulty).length + faultyRequests.length,
        failed: (invocation.result?.batchItemFailures ?? []).map(({ itemIdentifier }: any) => this.subjectOf(
          this.received!.find(({ messageId }) => messageId === itemIdentifier)!.body)),
        held: { GitLab: this.judge(own.gitlab.variables.get('projects/1')![0]?.value), GitHub: this.judge(own.github.places.get(SECRETS_PLACE)!.get(NAME)?.value) },
        sent: proxy.passages.flatMap((passage) => sentBy(passage)).map((body) => this.subjectOf(body)).sort(),
        answers: cloudFormation.told.map((text) => JSON.parse(text)),
        writes: this.writes() - writesBefore,
        again: async () => {
          await this.letTimePass();
          return this.run({ ...options, rules: [], vendorRules: [] }, environment);
        },
      };
    } finally {
      for (const vendor of VENDORS) this.fakeOf(vendor).faultOf = undefined;
      await Promise.all([proxy.stop(), answerProxy.stop(), cloudFormation.stop()]);
    }
  }

  public async stop(): Promise<void> {
    await Promise.all(VENDORS.map((vendor) => this.fakeOf(vendor).stop()));
  }

  private fakeOf(vendor: VendorName): FakeGitlab | FakeGithub {
    return vendor === 'GitLab' ? this.own.gitlab : this.own.github;
  }

  private faultOf(vendor: VendorName, rules: readonly VendorRule[], faulty: FakeRequest[]): (request: FakeRequest) => VendorFault | undefined {
    const left = new Map(rules.map((rule) => [rule, rule.times]));
    return (request) => {
      const rule = rules.find((each) => each.vendor === vendor && each.call.test(`${request.method} ${request.path}`));
      if (!rule || left.get(rule)! <= 0) return undefined;
      left.set(rule, left.get(rule)! - 1);
      faulty.push(request);
      return rule.fault;
    };
  }

  /** Registers the targets, and has the messages received. */
  private async prepare({ occasion, targets }: TrialOptions): Promise<void> {
    const registered: VendorName[] = occasion === 'registration' ? ['GitHub'] : [...VENDORS];
    for (const vendor of registered) {
      const target = this.targetOf(vendor);
      await this.lab.dynamoDb.send(new PutItemCommand({
        TableName: this.name, Item: { pk: { S: 'target' }, sk: { S: target.id }, spec: { S: JSON.stringify(target) } },
      }));
    }
    const messages = { messages: targets.map((vendor) => ({ publish: 'target', target: this.targetOf(vendor).id })), all: [{ publish: 'all' }], deploy: [], registration: [] };
    for (const message of messages[occasion]) {
      await this.lab.sqs.send(new SendMessageCommand({ QueueUrl: this.own.queueUrl, MessageBody: JSON.stringify(message) }));
    }
    this.received = await this.takeMessages();
  }

  private eventOf(occasion: Occasion, answerUrl: string): object {
    const targetsJson = (of: readonly VendorName[]) => JSON.stringify(of.map((vendor) => this.own.groups[vendor]));
    switch (occasion) {
      case 'deploy': return eventOf(answerUrl, TargetResourceType.PUBLISH_RUN, { targets: targetsJson(VENDORS), failDeploy: 'true', codeKey: 'code' });
      case 'registration': return eventOf(answerUrl, TargetResourceType.REGISTRATION, { targets: targetsJson(['GitLab']) }, 'Update');
      default: return { Records: this.received!.map((message) => ({ ...message, attributes: { ApproximateReceiveCount: '1' } })) };
    }
  }

  private targetOf(vendor: VendorName): Target {
    return [...targetsOf(JSON.stringify([this.own.groups[vendor]])).values()][0];
  }

  /** The target that a message is for, or `all`. */
  private subjectOf(body: string): string {
    const { publish, target } = JSON.parse(body);
    return publish === 'all' ? 'all' : VENDORS.find((vendor) => this.targetOf(vendor).id === target)!;
  }

  private async takeMessages(): Promise<Received[]> {
    const { Messages = [] } = await this.lab.sqs.send(new ReceiveMessageCommand({
      QueueUrl: this.own.queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3600, WaitTimeSeconds: 0,
    }));
    return Messages.map(({ MessageId, ReceiptHandle, Body }) => ({ messageId: MessageId!, receiptHandle: ReceiptHandle!, body: Body! }));
  }

  private judge(value: string | undefined): PublishTrial['held'][VendorName] {
    if (value === undefined) return 'nothing';
    return value === this.own.after ? 'fresh' : value === this.own.before ? 'before' : 'something else';
  }

  private writes(): number {
    return VENDORS.flatMap((vendor) => this.fakeOf(vendor).requests).filter(({ method }) => method !== 'GET').length;
  }

  /** An hour passes, as far as the table knows. */
  private async letTimePass(): Promise<void> {
    const { Items = [] } = await this.lab.dynamoDb.send(new ScanCommand({ TableName: this.name, ConsistentRead: true }));
    for (const item of Items) {
      for (const name of ['leaseUntil', 'placeAt', 'due', 'last', 'blockedUntil']) {
        if (item[name]) item[name] = { N: String(Math.max(0, Number(item[name].N) - HOUR)) };
      }
      await this.lab.dynamoDb.send(new PutItemCommand({ TableName: this.name, Item: item }));
    }
  }
}

/** The messages that SQS took. */
function sentBy({ operation, body, answer }: Passage): string[] {
  if (operation !== 'SendMessageBatch' || answer?.status !== 200) return [];
  return JSON.parse(body).Entries.map(({ MessageBody }: any) => MessageBody);
}
