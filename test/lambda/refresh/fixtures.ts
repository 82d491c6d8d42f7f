import { ECRClient, GetAuthorizationTokenCommand, type GetAuthorizationTokenCommandOutput } from '@aws-sdk/client-ecr';
import { ECRPUBLICClient } from '@aws-sdk/client-ecr-public';
import {
  GetSecretValueCommand, InvalidParameterException, PutSecretValueCommand, ResourceNotFoundException, SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { Clients } from '../../../lambda/refresh/clients';
import type { RefreshPorts } from '../../../lambda/refresh/refresh';
import { SecretStore } from '../../../lambda/refresh/secret-store';
import { formatOf } from '../../../lambda/shared/dockercfg/dockercfg';
import { writeVersion, type SecretVersion } from '../../../lambda/shared/dockercfg/published';
import type { EcrRequest, RefreshRequest, RegistryRequest } from '../../../src/private/contract';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const NOW = Date.parse('2026-01-01T00:00:00Z');
export const ACCOUNT = '111122223333';
export const HOME = { partition: 'aws', account: ACCOUNT };
export const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
export const OTHER_HOST = '111122223333.dkr.ecr.us-east-2.amazonaws.com';
export const REGISTRY: EcrRequest = { kind: 'ecr', region: 'eu-west-1', accounts: [ACCOUNT], hosts: ['standard'] };
export const OTHER_REGISTRY: EcrRequest = { ...REGISTRY, region: 'us-east-2' };
export const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:Dockercfg-AbCdEf';
export const HAND_WRITTEN_ID = 'b7e3b1a2-6f43-4d55-9b8a-0f6c0b8d1c2e';
export const CONFIG_JSON = formatOf('config.json', HOST);

/** What the schedule sends for these registries. */
export function requestFor(...registries: RegistryRequest[]): RefreshRequest {
  return { registries, urlSuffix: 'amazonaws.com' };
}

export function authOf(password: string, user = 'AWS'): string {
  return Buffer.from(`${user}:${password}`).toString('base64');
}

/** An error as the SDK throws it. */
export function awsError(name: string, message = 'not today', attempts = 1): Error {
  return Object.assign(new Error(message), { name, $metadata: { attempts } });
}

/** ECR's answer, with what a test changes in it. */
export function tokenAnswer(change: object = {}, host = HOST): GetAuthorizationTokenCommandOutput {
  return {
    authorizationData: [{
      authorizationToken: authOf('fresh-password'),
      expiresAt: new Date(NOW + 12 * HOUR),
      proxyEndpoint: `https://${host}`,
      ...change,
    }],
    $metadata: { attempts: 1 },
  };
}

/** A version as the refresher writes it: hosts with their `auth`, which expire at that time or each at its own. */
export function version(auths: Record<string, string>, expiresAt: number | Record<string, number>): SecretVersion {
  return writeVersion(new Map(Object.entries(auths).map(([host, auth]) => [
    host, { auth, expiresAt: typeof expiresAt === 'number' ? expiresAt : expiresAt[host] },
  ])), CONFIG_JSON);
}

/** The entries of a value: hosts and their `auth`. */
export function authsIn(value: string): Record<string, string> {
  return Object.fromEntries(CONFIG_JSON.read(value)!);
}

interface KeptVersion {
  value?: string;
  labels: string[];
  createdAt: number;
}

/** A Secrets Manager that keeps one secret as the real one does, and an ECR that answers as told. */
export class World {
  public readonly ecrMock = mockClient(ECRClient);
  public readonly publicMock = mockClient(ECRPUBLICClient);
  public readonly secretsMock = mockClient(SecretsManagerClient);
  public readonly versions = new Map<string, KeptVersion>();
  public time = NOW;

  public constructor() {
    this.ecrMock.on(GetAuthorizationTokenCommand).callsFake(async (_input, getClient) => {
      const region = await (getClient() as ECRClient).config.region();
      return tokenAnswer({}, `111122223333.dkr.ecr.${region}.amazonaws.com`);
    });
    this.secretsMock.on(GetSecretValueCommand, { SecretId: SECRET_ARN }).callsFake(({ VersionStage }) => {
      const found = this.labelled(VersionStage);
      if (!found) throw new ResourceNotFoundException({ message: 'no such version', $metadata: {} });
      return { VersionId: found[0], SecretString: found[1].value, CreatedDate: new Date(found[1].createdAt) };
    });
    this.secretsMock.on(PutSecretValueCommand).callsFake(({ ClientRequestToken: id, SecretString: value, VersionStages: labels }) => {
      if (!this.versions.has(id)) {
        for (const other of this.versions.values()) other.labels = other.labels.filter((label) => !labels.includes(label));
        this.versions.set(id, { value, createdAt: this.time, labels: [...labels, ...this.versions.size === 0 ? ['AWSCURRENT'] : []] });
      }
      return { VersionId: id, VersionStages: this.versions.get(id)!.labels };
    });
    this.secretsMock.on(UpdateSecretVersionStageCommand).callsFake(({ MoveToVersionId, RemoveFromVersionId }) => {
      const [id] = this.labelled('AWSCURRENT') ?? [];
      if (id !== RemoveFromVersionId) throw new InvalidParameterException({ message: 'the label is elsewhere', $metadata: {} });
      this.makeCurrent(MoveToVersionId);
      return {};
    });
  }

  public readonly now = (): number => this.time;

  public get ports(): RefreshPorts {
    const clients = new Clients('Refresher');
    return { clients, store: new SecretStore(clients.secretsManager, SECRET_ARN), home: HOME, now: this.now };
  }

  /** What a reader gets. */
  public get current(): SecretVersion | undefined {
    const [versionId, kept] = this.labelled('AWSCURRENT') ?? [];
    return versionId === undefined ? undefined : { versionId, value: kept!.value! };
  }

  /** Another program writes to the secret, or the refresher did so long ago. */
  public put({ versionId, value }: { versionId: string; value?: string }, createdAt = NOW - 3 * HOUR): void {
    this.versions.set(versionId, { value, labels: [], createdAt });
    this.makeCurrent(versionId);
  }

  /** How often the secret was written. */
  public get writes(): number {
    return this.secretsMock.commandCalls(PutSecretValueCommand).length;
  }

  public restore(): void {
    this.ecrMock.restore();
    this.publicMock.restore();
    this.secretsMock.restore();
  }

  private labelled(label: string): [string, KeptVersion] | undefined {
    return [...this.versions].find(([, { labels }]) => labels.includes(label));
  }

  private makeCurrent(id: string): void {
    const [before] = this.labelled('AWSCURRENT') ?? [];
    for (const [other, kept] of this.versions) {
      kept.labels = kept.labels.filter((label) => label !== 'AWSCURRENT' && label !== 'AWSPREVIOUS');
      if (other === before && other !== id) kept.labels.push('AWSPREVIOUS');
      if (other === id) kept.labels.push('AWSCURRENT');
    }
  }
}
