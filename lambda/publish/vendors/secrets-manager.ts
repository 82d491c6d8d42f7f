import { createHash } from 'node:crypto';
import { PutSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import { placeOf } from './aws-session';
import type { TargetSpec } from '../../../src/private/target-contract';
import { TooLargeError, VendorError } from '../errors';
import { EMPTY_DOCKERCFG, type Vendor, type VendorPorts } from '../vendor';

/** @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const LONGEST_VALUE = 65_536;

/** A secret of Secrets Manager, in this account or another, in this region or another. */
export const secretsManager: Vendor = {
  publish: async (target, { text }, ports) => {
    const size = Buffer.byteLength(text);
    if (size > LONGEST_VALUE) throw new TooLargeError(`a secret holds ${LONGEST_VALUE} bytes, and the value has ${size}: send fewer registries`);
    await put(target, text, ports);
    return {};
  },

  /** It is not deleted: the publisher has not made it. */
  remove: (target, _how, ports) => put(target, EMPTY_DOCKERCFG, ports),
};

async function put(target: TargetSpec, text: string, ports: VendorPorts): Promise<void> {
  const client = ports.aws.secretsManager(await regionOf(target, ports));
  // The same value is the same version: a repeated write changes nothing.
  const ClientRequestToken = createHash('sha256').update(text).digest('hex');
  try {
    await client.send(new PutSecretValueCommand({ SecretId: target.where.secretId, SecretString: text, ClientRequestToken }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new VendorError(`there is no secret ${target.where.secretId}: define it in its account and region, without a value`);
  }
}

/** An ARN says where its secret is. */
async function regionOf(target: TargetSpec, ports: VendorPorts) {
  const { region, ...place } = await placeOf(target, ports);
  const [arn, , , named] = target.where.secretId.split(':');
  return { ...place, region: region ?? (arn === 'arn' ? named : undefined) };
}
