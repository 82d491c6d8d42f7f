import { DeleteParameterCommand, ParameterNotFound, PutParameterCommand } from '@aws-sdk/client-ssm';
import { placeOf } from './aws-session';
import type { TargetSpec } from '../../../src/private/target-contract';
import { TooLargeError } from '../errors';
import { EMPTY_DOCKERCFG, type Vendor, type VendorPorts } from '../vendor';

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const LONGEST_STANDARD = 4096;
const LONGEST_VALUE = 8192;

/** A parameter of Systems Manager. */
export const ssmParameter: Vendor = {
  publish: async (target, { text }, ports) => {
    const size = Buffer.byteLength(text);
    if (size > LONGEST_VALUE) throw new TooLargeError(`a parameter holds ${LONGEST_VALUE} bytes, and the value has ${size}: send fewer registries`);
    await put(target, text, ports);
    return {};
  },

  remove: async (target, how, ports) => {
    if (how === 'blank') return put(target, EMPTY_DOCKERCFG, ports);
    const client = ports.aws.ssm(await placeOf(target, ports));
    await client.send(new DeleteParameterCommand({ Name: target.where.parameterName })).catch((error) => {
      if (!(error instanceof ParameterNotFound)) throw error;
    });
  },
};

async function put(target: TargetSpec, Value: string, ports: VendorPorts): Promise<void> {
  const client = ports.aws.ssm(await placeOf(target, ports));
  // A larger value takes a parameter that is paid for; one that is so already cannot go back.
  const Tier = Buffer.byteLength(Value) > LONGEST_STANDARD ? 'Advanced' : 'Intelligent-Tiering';
  await client.send(new PutParameterCommand({ Name: target.where.parameterName, Type: 'SecureString', Value, Overwrite: true, Tier }));
}
