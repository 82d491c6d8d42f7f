import { ECRClient } from '@aws-sdk/client-ecr';
import { ECRPUBLICClient } from '@aws-sdk/client-ecr-public';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { BadAnswerError } from './errors';

const CONFIGURATION = { maxAttempts: 5, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 } };

/** The only region that gives tokens for ECR Public: https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html */
const PUBLIC_REGION = 'us-east-1';

/** A session that ends within this time is not used for another run. */
const LAST_OF_SESSION_MS = 10 * 60 * 1000;

type Session = AwsCredentialIdentity & { readonly expiration: Date };

interface EcrConnection {
  readonly client: ECRClient;
  readonly session?: Session;
}

/** The clients of AWS's services, kept between the invocations of a warm Lambda. */
export class Clients {
  public readonly secretsManager = new SecretsManagerClient(CONFIGURATION);
  private readonly connections = new Map<string, EcrConnection>();
  private readonly sessions = new Map<string, Promise<Session>>();
  private publicClient?: ECRPUBLICClient;

  /** @param sessionName what CloudTrail shows in the account of a role that is assumed */
  public constructor(private readonly sessionName: string) {}

  /** A client of ECR in a region, with the credentials of a role if one is named. */
  public async ecr(region: string, roleArn: string | undefined, abortSignal: AbortSignal): Promise<ECRClient> {
    const session = roleArn === undefined ? undefined : await this.session(roleArn, abortSignal);
    const key = `${region} ${roleArn}`;
    const known = this.connections.get(key);
    if (known && known.session === session) return known.client;
    const client = new ECRClient({ ...CONFIGURATION, region, ...(session ? { credentials: session } : {}) });
    this.connections.set(key, { client, session });
    return client;
  }

  /** A client of ECR Public. */
  public ecrPublic(): ECRPUBLICClient {
    this.publicClient ??= new ECRPUBLICClient({ ...CONFIGURATION, region: PUBLIC_REGION });
    return this.publicClient;
  }

  /** The session of a role: one serves all regions and, while it is valid, later runs. */
  private async session(roleArn: string, abortSignal: AbortSignal): Promise<Session> {
    const known = this.sessions.get(roleArn);
    if (known && (await known).expiration.getTime() - Date.now() > LAST_OF_SESSION_MS) return known;
    const session = this.assume(roleArn, abortSignal);
    this.sessions.set(roleArn, session);
    session.catch(() => this.sessions.delete(roleArn));
    return session;
  }

  private async assume(RoleArn: string, abortSignal: AbortSignal): Promise<Session> {
    const client = new STSClient(CONFIGURATION);
    const answer = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: this.sessionName }), { abortSignal });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !Expiration) throw new BadAnswerError(`STS gave no credentials of ${RoleArn}`);
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, expiration: Expiration };
  }
}
