import {
  DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException, UpdateSecretVersionStageCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** The secret's versions that have labels, without their values. */
export interface SecretState {
  readonly stages: ReadonlyMap<string, readonly string[]>;
  /** When the secret was last changed in any way, in milliseconds since the epoch. */
  readonly changedAt: number;
}

/** The secret that holds the key. */
export interface KeySecret {
  describe(): Promise<SecretState>;
  /** The value of a version; undefined if it has none. */
  read(versionId: string): Promise<string | undefined>;
  /** Adds a version with the label AWSPENDING. The same value again is no error, another value for the same version is. */
  putPending(versionId: string, value: string): Promise<void>;
  /** Moves AWSCURRENT, if it is still where it is said to be. */
  makeCurrent(versionId: string, currentVersionId: string | undefined): Promise<void>;
  /** Takes AWSPENDING from a version. */
  dropPending(versionId: string): Promise<void>;
}

/** The secret that holds the key, in Secrets Manager. */
export class SecretsManagerKeySecret implements KeySecret {
  public constructor(private readonly client: SecretsManagerClient, private readonly secretId: string) {}

  public async describe(): Promise<SecretState> {
    const { VersionIdsToStages = {}, LastChangedDate } = await this.client.send(new DescribeSecretCommand({ SecretId: this.secretId }));
    return { stages: new Map(Object.entries(VersionIdsToStages)), changedAt: LastChangedDate?.getTime() ?? 0 };
  }

  public async read(versionId: string): Promise<string | undefined> {
    try {
      const { SecretString } = await this.client.send(new GetSecretValueCommand({ SecretId: this.secretId, VersionId: versionId }));
      return SecretString ?? '';
    } catch (error) {
      // Secrets Manager labels a version AWSPENDING before it has a value.
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  public async putPending(versionId: string, value: string): Promise<void> {
    await this.client.send(new PutSecretValueCommand({
      SecretId: this.secretId, ClientRequestToken: versionId, SecretString: value, VersionStages: ['AWSPENDING'],
    }));
  }

  public async makeCurrent(versionId: string, currentVersionId: string | undefined): Promise<void> {
    await this.client.send(new UpdateSecretVersionStageCommand({
      SecretId: this.secretId, VersionStage: 'AWSCURRENT', MoveToVersionId: versionId, RemoveFromVersionId: currentVersionId,
    }));
  }

  public async dropPending(versionId: string): Promise<void> {
    await this.client.send(new UpdateSecretVersionStageCommand({
      SecretId: this.secretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: versionId,
    }));
  }
}
