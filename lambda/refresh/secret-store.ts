import {
  GetSecretValueCommand, InvalidParameterException, PutSecretValueCommand, ResourceNotFoundException, UpdateSecretVersionStageCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { BadAnswerError } from './errors';
import type { SecretVersion } from '../shared/dockercfg/published';

/** The label of a version that is about to become current. */
const NEXT = 'DOCKERCFG_NEXT';
const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';

/** A version that the secret has. */
export interface StoredVersion extends SecretVersion {
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
}

/** What a read of the secret found. */
export interface Reading {
  /** The version; undefined if there is none with that label. */
  readonly version?: StoredVersion;
  /** What time it is by Secrets Manager's clock, in milliseconds since the epoch; undefined if it did not say. */
  readonly time?: number;
}

/** The secret that holds the dockercfg. */
export class SecretStore {
  public constructor(private readonly client: SecretsManagerClient, private readonly secretId: string) {}

  /** What readers get. */
  public readCurrent(abortSignal: AbortSignal): Promise<Reading> {
    return this.read(CURRENT, abortSignal);
  }

  /** What they got before that was written. */
  public readPrevious(abortSignal: AbortSignal): Promise<Reading> {
    return this.read(PREVIOUS, abortSignal);
  }

  /**
   * Makes a value current in one step, if the version that is current has not changed since it was read: a reader has
   * the old one or the new one, never none, and of two runs at once the second does not undo what the first did.
   *
   * A repeated call changes nothing: the version has been written, or is current, already.
   *
   * @param version the value, and the id of its version
   * @param readId the id of the version that was current when it was read; undefined if there was none
   * @returns whether it was made current
   */
  public async replace(version: SecretVersion, readId: string | undefined, abortSignal: AbortSignal): Promise<boolean> {
    const answer = await this.client.send(new PutSecretValueCommand({
      SecretId: this.secretId,
      ClientRequestToken: version.versionId,
      SecretString: version.value,
      VersionStages: [NEXT],
    }), { abortSignal });
    if (answer.VersionId !== version.versionId) throw new BadAnswerError('Secrets Manager did not say that it wrote the version');
    // The first version of a secret is current at once.
    if (answer.VersionStages?.includes(CURRENT)) return true;
    try {
      await this.client.send(new UpdateSecretVersionStageCommand({
        SecretId: this.secretId,
        VersionStage: CURRENT,
        MoveToVersionId: version.versionId,
        RemoveFromVersionId: readId,
      }), { abortSignal });
      return true;
    } catch (error) {
      // The label is not where it was: somebody else moved it, or an earlier attempt whose answer was lost.
      if (!(error instanceof InvalidParameterException)) throw error;
      const currentId = (await this.readCurrent(abortSignal)).version?.versionId;
      if (currentId === version.versionId) return true;
      if (currentId === readId) throw error;
      return false;
    }
  }

  private async read(label: string, abortSignal: AbortSignal): Promise<Reading> {
    let time: number | undefined;
    const command = new GetSecretValueCommand({ SecretId: this.secretId, VersionStage: label });
    command.middlewareStack.add((next) => async (args) => {
      const result = await next(args);
      time = timeOf(result.response);
      return result;
    }, { step: 'deserialize', name: 'timeOfAnswer', priority: 'low' });
    try {
      const { VersionId, SecretString, SecretBinary, CreatedDate } = await this.client.send(command, { abortSignal });
      if (!VersionId || (SecretString === undefined && SecretBinary === undefined)) {
        throw new BadAnswerError('Secrets Manager answered without a version of the secret');
      }
      return { version: { versionId: VersionId, value: SecretString ?? '', writtenAt: CreatedDate?.getTime() ?? 0 }, time };
    } catch (error) {
      // Also the answer for a secret that is missing: the write that follows says so.
      if (error instanceof ResourceNotFoundException) return { time };
      throw error;
    }
  }
}

function timeOf(response: unknown): number | undefined {
  const time = Date.parse((response as { headers: Record<string, string> }).headers.date);
  return Number.isNaN(time) ? undefined : time;
}
