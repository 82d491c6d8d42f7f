import { DescribeSecretCommand, GetSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readDockercfg } from './dockercfg';
import type { DatedVersion } from './expiry';
import { TARGETS_TABLE_TAG } from '../../src/private/target-contract';
import { clientConfig, type AwsOptions } from '../aws/config';
import { explain } from '../aws/errors';
import { CliError, Exit } from '../shared/exit';

/** The current version of a secret with a dockercfg. */
export interface SecretVersion extends DatedVersion {
  readonly arn: string;
  /** When it was written, in milliseconds since the epoch; undefined if AWS does not say. */
  readonly writtenAt?: number;
}

/** A client of the region that the secret's ARN names, unless another is asked for. */
export function secretsManager(secretId: string, options: AwsOptions, env: NodeJS.ProcessEnv): SecretsManagerClient {
  const region = options.region ?? /^arn:[^:]+:secretsmanager:([^:]+):/.exec(secretId)?.[1];
  return new SecretsManagerClient(clientConfig({ ...options, region }, env));
}

/**
 * Reads a dockercfg from Secrets Manager.
 *
 * @param secretId name or ARN
 * @throws CliError that says why there is none
 */
export async function readSecret(client: SecretsManagerClient, secretId: string): Promise<SecretVersion> {
  const what = `the secret ${secretId} could not be read`;
  try {
    const { ARN, CreatedDate, SecretString, VersionId } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    if (!SecretString) throw new CliError(`the secret ${secretId} is empty: run "ecr-ci refresh"`, Exit.NO_CREDENTIALS);
    return {
      arn: ARN ?? secretId,
      versionId: VersionId ?? '',
      writtenAt: CreatedDate?.getTime(),
      value: SecretString,
      auths: readDockercfg(SecretString, secretId),
    };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      // The same error for a secret that is missing and for one that was never written.
      throw error.message.includes('staging label')
        ? new CliError(`the secret ${secretId} has no value yet: run "ecr-ci refresh"`, Exit.NO_CREDENTIALS, { cause: error })
        : new CliError(`there is no secret ${secretId} in this account and region: check the name, --region and --profile`, Exit.NO_CREDENTIALS, { cause: error });
    }
    throw explain(error, { what, action: 'secretsmanager:GetSecretValue, and kms:Decrypt if it has a key of its own,' });
  }
}

/** What is known of a secret beside its value. */
export interface Description {
  /** Id of the version before the current one; undefined if there is none, or it may not be seen. */
  readonly previous?: string;
  /** Name of the table of its targets; undefined if it has none, or it may not be seen. */
  readonly targetsTable?: string;
}

/** Looks at a secret; it is no harm if the identity may not. */
export async function describeSecret(client: SecretsManagerClient, secretId: string): Promise<Description> {
  try {
    const { VersionIdsToStages = {}, Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
    return {
      previous: Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id].includes('AWSPREVIOUS')),
      targetsTable: Tags.find(({ Key }) => Key === TARGETS_TABLE_TAG)?.Value,
    };
  } catch {
    return {};
  }
}

/** Reads a dockercfg by what the environment says of AWS. */
export async function fetchSecret(secretId: string, env: NodeJS.ProcessEnv): Promise<SecretVersion> {
  return readSecret(secretsManager(secretId, {}, env), secretId);
}
