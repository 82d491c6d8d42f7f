/* eslint-disable @typescript-eslint/no-require-imports -- loaded when it is needed */
import { ask, plainQuestion } from './ask';
import { readDockercfg } from './dockercfg';
import type { DatedVersion } from './expiry';
import { TARGETS_TABLE_TAG } from '../../src/private/target-contract';
import { clientConfig, type AwsOptions, type ClientConfig } from '../aws/config';
import { explain } from '../aws/errors';
import { CliError, Exit } from '../shared/exit';

/** How often the SDK asks before it gives up. */
const MOST_ATTEMPTS = 3;

const sdk = () => require('../secrets-manager') as typeof import('../secrets-manager');

/** The current version of a secret with a dockercfg. */
export interface SecretVersion extends DatedVersion {
  readonly arn: string;
  /** When it was written, in milliseconds since the epoch; undefined if AWS does not say. */
  readonly writtenAt?: number;
}

/** The configuration of a client of the region that the secret's ARN names, unless another is asked for. */
function configFor(secretId: string, options: AwsOptions, env: NodeJS.ProcessEnv): ClientConfig {
  const region = options.region ?? /^arn:[^:]+:secretsmanager:([^:]+):/.exec(secretId)?.[1];
  return clientConfig({ ...options, region }, env);
}

/**
 * Reads a dockercfg from Secrets Manager.
 *
 * @param secretId name or ARN
 * @throws CliError that says why there is none
 */
export async function readSecret(secretId: string, options: AwsOptions, env: NodeJS.ProcessEnv): Promise<SecretVersion> {
  const what = `the secret ${secretId} could not be read`;
  try {
    const { ARN, CreatedDate, SecretString, VersionId } = await secretValue(secretId, configFor(secretId, options, env), env);
    if (!SecretString) throw new CliError(`the secret ${secretId} is empty: run "ecr-ci refresh"`, Exit.NO_CREDENTIALS);
    return {
      arn: ARN ?? secretId,
      versionId: VersionId ?? '',
      writtenAt: CreatedDate?.getTime(),
      value: SecretString,
      auths: readDockercfg(SecretString, secretId),
    };
  } catch (thrown) {
    const error = thrown as Error; // the SDK throws nothing else
    if (error.name === 'ResourceNotFoundException') {
      // The same error for a secret that is missing and for one that was never written.
      throw error.message.includes('staging label')
        ? new CliError(`the secret ${secretId} has no value yet: run "ecr-ci refresh"`, Exit.NO_CREDENTIALS, { cause: error })
        : new CliError(`there is no secret ${secretId} in this account and region: check the name, --region and --profile`, Exit.NO_CREDENTIALS, { cause: error });
    }
    throw explain(error, { what, action: 'secretsmanager:GetSecretValue, and kms:Decrypt if it has a key of its own,' });
  }
}

/**
 * The answer of Secrets Manager. Where it is plain how to ask, it is asked without the SDK, which takes longer to load than
 * AWS to answer. If that gives no value the SDK asks again, so that retries, a wrong clock and errors are its own.
 */
async function secretValue(secretId: string, config: ClientConfig, env: NodeJS.ProcessEnv) {
  const question = plainQuestion(config, env);
  const value = question && await ask(secretId, question, config.requestHandler);
  if (value) return { ...value, CreatedDate: value.CreatedDate === undefined ? undefined : new Date(value.CreatedDate * 1000) };
  const { GetSecretValueCommand, SecretsManagerClient } = sdk();
  const client = new SecretsManagerClient({ ...config, ...(question ? { maxAttempts: MOST_ATTEMPTS - 1 } : {}) });
  return client.send(new GetSecretValueCommand({ SecretId: secretId }));
}

/** What is known of a secret beside its value. */
export interface Description {
  /** Id of the version before the current one; undefined if there is none, or it may not be seen. */
  readonly previous?: string;
  /** Name of the table of its targets; undefined if it has none, or it may not be seen. */
  readonly targetsTable?: string;
}

/** Looks at a secret; it is no harm if the identity may not. */
export async function describeSecret(secretId: string, options: AwsOptions, env: NodeJS.ProcessEnv): Promise<Description> {
  const { DescribeSecretCommand, SecretsManagerClient } = sdk();
  try {
    const client = new SecretsManagerClient(configFor(secretId, options, env));
    const { VersionIdsToStages = {}, Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
    return {
      previous: Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id].includes('AWSPREVIOUS')),
      targetsTable: Tags.find(({ Key }) => Key === TARGETS_TABLE_TAG)?.Value,
    };
  } catch {
    return {};
  }
}
