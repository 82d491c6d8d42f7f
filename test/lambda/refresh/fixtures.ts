import { ECRClient, GetAuthorizationTokenCommand, type GetAuthorizationTokenCommandOutput } from '@aws-sdk/client-ecr';
import {
  GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException, SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { formatDockercfg } from '../../../lambda/refresh/dockercfg';
import { SecretStore } from '../../../lambda/refresh/secret-store';
import { versionIdOf } from '../../../lambda/refresh/version-id';

export const HOUR = 3600_000;
export const NOW = Date.parse('2026-01-01T00:00:00Z');
export const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
export const OTHER_HOST = '111122223333.dkr.ecr.us-east-2.amazonaws.com';
export const REGISTRY = { region: 'eu-west-1', hosts: [HOST] };
export const OTHER_REGISTRY = { region: 'us-east-2', hosts: [OTHER_HOST] };
export const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:Dockercfg-AbCdEf';

export function authOf(password: string, user = 'AWS'): string {
  return Buffer.from(`${user}:${password}`).toString('base64');
}

/** An error as the SDK throws it. */
export function awsError(name: string, message = 'not today'): Error {
  return Object.assign(new Error(message), { name });
}

/** ECR's answer, with what a test changes in it. */
export function tokenAnswer(change: object = {}, host = HOST): Partial<GetAuthorizationTokenCommandOutput> {
  return {
    authorizationData: [{
      authorizationToken: authOf('fresh-password'),
      expiresAt: new Date(NOW + 12 * HOUR),
      proxyEndpoint: `https://${host}`,
      ...change,
    }],
  };
}

/** A version as the refresher writes it. */
export function version(auths: Record<string, string>, expiresAt: number) {
  const value = formatDockercfg(new Map(Object.entries(auths)));
  return { value, versionId: versionIdOf(value, expiresAt) };
}

/** A Secrets Manager that keeps one secret as the real one does, and an ECR that answers as told. */
export class World {
  public readonly ecrMock = mockClient(ECRClient);
  public readonly secretsMock = mockClient(SecretsManagerClient);
  public current?: { value: string; versionId: string };
  public time = NOW;

  public constructor() {
    this.ecrMock.on(GetAuthorizationTokenCommand).resolves(tokenAnswer());
    this.secretsMock.on(GetSecretValueCommand, { SecretId: SECRET_ARN }).callsFake(() => {
      if (!this.current) throw new ResourceNotFoundException({ message: 'no value', $metadata: {} });
      return { VersionId: this.current.versionId, SecretString: this.current.value };
    });
    this.secretsMock.on(PutSecretValueCommand).callsFake((input) => {
      this.current = { value: input.SecretString, versionId: input.ClientRequestToken };
      return {};
    });
  }

  public readonly now = (): number => this.time;

  public get ports() {
    return {
      ecr: (region: string) => new ECRClient({ region }),
      store: new SecretStore(new SecretsManagerClient({ region: 'eu-west-1' }), SECRET_ARN),
      now: this.now,
    };
  }

  /** How often the secret was written. */
  public get writes(): number {
    return this.secretsMock.commandCalls(PutSecretValueCommand).length;
  }

  public restore(): void {
    this.ecrMock.restore();
    this.secretsMock.restore();
  }
}
