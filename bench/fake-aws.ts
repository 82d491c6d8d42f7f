import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDockercfg } from '../lambda/refresh/dockercfg';
import { versionIdOf } from '../lambda/refresh/version-id';

const REGION = 'us-east-1';
/** The registry's host. */
export const HOST = `000000000000.dkr.ecr.${REGION}.amazonaws.com`;
const SECRET_ARN = `arn:aws:secretsmanager:${REGION}:000000000000:secret:dockercfg-AbCdEf`;
const TOKEN_SECONDS = 12 * 3600;
const INTERVAL_SECONDS = 3 * 3600;

type Action = 'GetAuthorizationToken' | 'GetSecretValue' | 'PutSecretValue';

/** What the schedule sends to the refresher. */
export const REQUEST = { registries: [{ region: REGION, hosts: [HOST] }] };

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

/** As much of ECR and Secrets Manager as a refresh calls, on this machine only. Each token is issued as if three hours after the last. */
export class FakeAws {
  public static async start(delayMs: number): Promise<FakeAws> {
    const fake = new FakeAws(delayMs);
    await new Promise<void>((resolve, reject) => fake.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return fake;
  }

  /** How often each action was called. */
  public readonly calls: Record<Action, number> = { GetAuthorizationToken: 0, GetSecretValue: 0, PutSecretValue: 0 };

  private readonly server: Server;
  private secret = { VersionId: 'first', SecretString: '{}' };

  /** @param delayMs how long each answer takes, in milliseconds */
  private constructor(private readonly delayMs: number) {
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

  /** Puts a dockercfg into the secret, as the refresher does. */
  public publish(): void {
    const value = formatDockercfg(new Map([[HOST, this.token()]]));
    this.secret = { VersionId: versionIdOf(value, this.expiresAt() * 1000), SecretString: value };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const action = String(request.headers['x-amz-target']).split('.').at(-1) as Action;
    const { status = 200, ...body } = this.answer(action, JSON.parse(Buffer.concat(chunks).toString('utf8')));
    if (this.delayMs > 0) await sleep(this.delayMs);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  }

  private answer(action: Action, input: Record<string, string>): { status?: number; [key: string]: unknown } {
    this.calls[action]++;
    switch (action) {
      case 'GetAuthorizationToken':
        return { authorizationData: [{ authorizationToken: this.token(), expiresAt: this.expiresAt(), proxyEndpoint: `https://${HOST}` }] };
      case 'GetSecretValue':
        return { ARN: SECRET_ARN, ...this.secret };
      case 'PutSecretValue':
        if (input.SecretString !== JSON.stringify({ auths: { [HOST]: { auth: this.token() } } })) {
          return { status: 400, __type: 'InvalidParameterException', message: 'this is not the dockercfg with the last token' };
        }
        this.secret = { VersionId: input.ClientRequestToken, SecretString: input.SecretString };
        return { ARN: SECRET_ARN, VersionId: input.ClientRequestToken };
      default:
        return { status: 400, __type: 'InvalidAction', message: action };
    }
  }

  /** The last token that was issued; as long as ECR's. */
  private token(): string {
    return Buffer.from(`AWS:${String(this.calls.GetAuthorizationToken).padStart(1800, 'x')}`).toString('base64');
  }

  private expiresAt(): number {
    return Math.floor(Date.now() / 1000) + TOKEN_SECONDS + INTERVAL_SECONDS * this.calls.GetAuthorizationToken;
  }
}
