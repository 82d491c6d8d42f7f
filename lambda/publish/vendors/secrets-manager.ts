import { createHash } from 'node:crypto';
import {
  CreateSecretCommand, DeleteSecretCommand, InvalidRequestException, PutSecretValueCommand, ResourceNotFoundException, type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { placeOf } from './aws-session';
import type { TargetSpec } from '../../../src/private/target-contract';
import { TooLargeError, VendorError } from '../errors';
import { EMPTY_DOCKERCFG, type Vendor, type VendorPorts } from '../vendor';

/** @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const LONGEST_VALUE = 65_536;

/** The shortest time in which a deleted secret can be restored. */
const RECOVERY_DAYS = 7;

interface Settings {
  /** Whether the secret is made if it is missing. */
  readonly create?: boolean;
  /** ARN of the key that one is made with. */
  readonly keyArn?: string;
}

/** A secret of Secrets Manager, in this account or another, in this region or another. */
export const secretsManager: Vendor = {
  publish: async (target, { text }, ports) => {
    const size = Buffer.byteLength(text);
    if (size > LONGEST_VALUE) throw new TooLargeError(`a secret holds ${LONGEST_VALUE} bytes, and the value has ${size}: send fewer registries`);
    const client = await clientOf(target, ports);
    try {
      await put(client, target, text, ports);
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      await create(client, target, text);
    }
    return {};
  },

  remove: async (target, how, ports) => {
    const client = await clientOf(target, ports);
    const { secretId: SecretId } = target.where;
    try {
      if (how === 'delete') await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: RECOVERY_DAYS }));
      else await put(client, target, EMPTY_DOCKERCFG, ports);
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  },
};

/** Makes the value current. The same value is the same version, so that a repeated write changes nothing. */
async function put(client: SecretsManagerClient, { where }: TargetSpec, text: string, { now }: Pick<VendorPorts, 'now'>): Promise<void> {
  const write = { SecretId: where.secretId, SecretString: text };
  try {
    const { VersionStages } = await client.send(new PutSecretValueCommand({ ...write, ClientRequestToken: idOf(text) }));
    // The value was current once, and another one is now: a repeated write of the old version would leave it so.
    if (!VersionStages?.includes('AWSCURRENT')) await client.send(new PutSecretValueCommand({ ...write, ClientRequestToken: idOf(`${now()} ${text}`) }));
  } catch (error) {
    if (!(error instanceof InvalidRequestException)) throw error;
    throw new VendorError(`Secrets Manager refused: ${error.message}; is the secret ${where.secretId} to be deleted? Restore it with "aws secretsmanager restore-secret"`);
  }
}

async function create(client: SecretsManagerClient, { where, settings }: TargetSpec, SecretString: string): Promise<void> {
  const { create: isAllowed, keyArn: KmsKeyId } = settings as Settings;
  if (!isAllowed) throw new VendorError(`there is no secret ${where.secretId}: define it in its account and region, without a value, or let the target make it`);
  await client.send(new CreateSecretCommand({
    Name: where.secretId, SecretString, KmsKeyId, ClientRequestToken: idOf(SecretString), Description: 'A dockercfg that cdk-ecr-ci keeps fresh',
  }));
}

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** An ARN says where its secret is. */
async function clientOf(target: TargetSpec, ports: VendorPorts): Promise<SecretsManagerClient> {
  const { region, ...place } = await placeOf(target, ports);
  const [arn, , , named] = target.where.secretId.split(':');
  return ports.aws.secretsManager({ ...place, region: region ?? (arn === 'arn' ? named : undefined) });
}
