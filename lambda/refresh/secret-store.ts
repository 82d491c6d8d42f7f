import {
  GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException, type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** The current version of a secret. */
export interface SecretVersion {
  readonly versionId: string;
  readonly value: string;
}

/** The secret that holds the dockercfg. */
export class SecretStore {
  public constructor(private readonly client: SecretsManagerClient, private readonly secretId: string) {}

  /** The current version; undefined if the secret has no value yet. */
  public async read(abortSignal: AbortSignal): Promise<SecretVersion | undefined> {
    try {
      const answer = await this.client.send(new GetSecretValueCommand({ SecretId: this.secretId }), { abortSignal });
      return { versionId: answer.VersionId ?? '', value: answer.SecretString ?? '' };
    } catch (error) {
      // Also the answer for a secret that is missing: the write that follows says so.
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  /** Makes a value current in one step: a reader has the old one or the new one, never none. */
  public async write(version: SecretVersion, abortSignal: AbortSignal): Promise<void> {
    await this.client.send(new PutSecretValueCommand({
      SecretId: this.secretId,
      ClientRequestToken: version.versionId,
      SecretString: version.value,
    }), { abortSignal });
  }
}
