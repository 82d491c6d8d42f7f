import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { versionIdOf } from '../lambda/shared/dockercfg/version-id';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const SECRET_ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:dockercfg-AbCdEf`;
/** The one registry's host. */
export const HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
const TOKEN_SECONDS = 12 * 3600;

type Action = 'GetAuthorizationToken' | 'GetSecretValue' | 'PutSecretValue' | 'UpdateSecretVersionStage';

/** What the fake pretends. */
export interface Pretence {
  /** How long each answer takes, in milliseconds. */
  readonly delay: number;
  /** Calls for a token that a refresh makes. */
  readonly tokensPerRun: number;
  /** Seconds between two refreshes, by the expiry of the tokens. */
  readonly interval: number;
  /** Characters of a password. */
  readonly passwordLength: number;
  /** How many hosts the dockercfg has. */
  readonly hosts: number;
}

/** One registry, three hours between the refreshes, and tokens as long as ECR's. */
export const ONE_REGISTRY: Omit<Pretence, 'delay'> = { tokensPerRun: 1, interval: 3 * 3600, passwordLength: 1800, hosts: 1 };

/** What the schedule sends to the refresher for registries of that many accounts, in each of the regions. */
export function requestFor(regions: readonly string[], accounts: number) {
  return {
    registries: regions.map((region) => ({ kind: 'ecr', region, accounts: accountsOf(accounts), hosts: ['standard'] })),
    urlSuffix: 'amazonaws.com',
  };
}

/** Ids of that many accounts, the refresher's own first. */
export function accountsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index).padStart(ACCOUNT.length, '0'));
}

/** What the schedule sends for the one registry. */
export const REQUEST = requestFor([REGION], 1);

/** The environment of a Lambda function, without any credential that is worth something. */
export function awsEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: path.join(folder, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'no-credentials'),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    SECRET_ARN,
  };
}

/** As much of ECR and Secrets Manager as a refresh calls, on this machine only. */
export class FakeAws {
  public static async start(pretence: Pretence): Promise<FakeAws> {
    const fake = new FakeAws(pretence);
    await new Promise<void>((resolve, reject) => fake.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return fake;
  }

  /** How often each action was called. */
  public readonly calls: Record<Action, number> = { GetAuthorizationToken: 0, GetSecretValue: 0, PutSecretValue: 0, UpdateSecretVersionStage: 0 };

  private readonly server: Server;
  private readonly versions = new Map([['first', '{}']]);
  private current = 'first';

  private constructor(private readonly pretence: Pretence) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
    });
  }

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Puts a dockercfg for the one registry into the secret, as the refresher does. */
  public publish(): void {
    const value = JSON.stringify({ auths: { [HOST]: { auth: this.token(REGION) } } });
    this.current = versionIdOf(value, Date.now() + TOKEN_SECONDS * 1000);
    this.versions.set(this.current, value);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const action = String(request.headers['x-amz-target']).split('.').at(-1) as Action;
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(String(request.headers.authorization))![1];
    const { status = 200, ...body } = this.answer(action, region, JSON.parse(Buffer.concat(chunks).toString('utf8')));
    if (this.pretence.delay > 0) await sleep(this.pretence.delay);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  }

  private answer(action: Action, region: string, input: Record<string, string>): { status?: number; [key: string]: unknown } {
    // What was there before is looked up by a first run only.
    if (input.VersionStage !== 'AWSPREVIOUS') this.calls[action]++;
    switch (action) {
      case 'GetAuthorizationToken': {
        const run = Math.ceil(this.calls.GetAuthorizationToken / this.pretence.tokensPerRun);
        const expiresAt = Math.floor(Date.now() / 1000) + TOKEN_SECONDS + this.pretence.interval * run;
        return { authorizationData: [{ authorizationToken: this.token(region), expiresAt, proxyEndpoint: `https://${ACCOUNT}.dkr.ecr.${region}.amazonaws.com` }] };
      }
      case 'GetSecretValue':
        if (input.VersionStage === 'AWSPREVIOUS') return { status: 400, __type: 'ResourceNotFoundException', message: 'there is no version before' };
        return { ARN: SECRET_ARN, VersionId: this.current, SecretString: this.versions.get(this.current) };
      case 'PutSecretValue':
        if (!this.isDockercfg(input.SecretString)) {
          return { status: 400, __type: 'InvalidParameterException', message: 'this is not the dockercfg with the last tokens' };
        }
        this.versions.set(input.ClientRequestToken, input.SecretString);
        if (!input.VersionStages) this.current = input.ClientRequestToken;
        return { ARN: SECRET_ARN, VersionId: input.ClientRequestToken, VersionStages: input.VersionStages ?? ['AWSCURRENT'] };
      case 'UpdateSecretVersionStage':
        if (input.RemoveFromVersionId !== this.current) return { status: 400, __type: 'InvalidParameterException', message: 'the label is elsewhere' };
        this.current = input.MoveToVersionId;
        return { ARN: SECRET_ARN };
      default:
        return { status: 400, __type: 'InvalidAction', message: action };
    }
  }

  /** Whether each host has the token of its region and of this run, and there are as many as there should be. */
  private isDockercfg(text: string): boolean {
    const auths = Object.entries<{ auth: string }>(JSON.parse(text).auths);
    return auths.length === this.pretence.hosts && auths.every(([host, { auth }]) => auth === this.token(host.split('.')[3]));
  }

  /** The token of a region in the run that is under way. */
  private token(region: string): string {
    const run = Math.ceil(this.calls.GetAuthorizationToken / this.pretence.tokensPerRun);
    return Buffer.from(`AWS:${`${region} ${run}`.padStart(this.pretence.passwordLength, 'x')}`).toString('base64');
  }
}
