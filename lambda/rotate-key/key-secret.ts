import {
  DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException, UpdateSecretVersionStageCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { KeySecret, SecretState } from './ports';

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
