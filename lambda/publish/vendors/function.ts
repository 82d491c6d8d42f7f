import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { TargetSpec } from '../../../src/private/target-contract';
import { reasonOf } from '../answers';
import { RateLimitedError, VendorError } from '../errors';
import type { Vendor, VendorPorts } from '../vendor';

/** How long a function is left alone that is invoked too often. */
const PAUSE_MS = 60_000;

/** A function of the user's. It is told where the dockercfg is, and not what it holds. */
export const functionTarget: Vendor = {
  publish: async (target, { hosts, expiresAt, versionId }, ports) => {
    const expiry = Number.isFinite(expiresAt) ? { expiresAt: new Date(expiresAt).toISOString() } : {};
    await invoke(target, { action: 'publish', secretArn: ports.dockercfgArn, versionId, hosts, ...expiry }, ports);
    return {};
  },
  remove: (target, how, ports) => invoke(target, { action: 'remove', how }, ports),
};

async function invoke({ where }: TargetSpec, event: object, { aws, now }: VendorPorts): Promise<void> {
  const [, , , region] = where.functionArn.split(':');
  try {
    const command = new InvokeCommand({ FunctionName: where.functionArn, Payload: Buffer.from(JSON.stringify(event)) });
    const { FunctionError, Payload } = await aws.lambda({ region }).send(command);
    if (FunctionError === undefined) return;
    const { errorType, errorMessage } = Object(parse(Payload));
    throw new VendorError(['the function failed', errorType, reasonOf(JSON.stringify({ message: errorMessage }))].filter(Boolean).join(': '));
  } catch (error) {
    if ((error as Error).name !== 'TooManyRequestsException') throw error;
    throw new RateLimitedError('the function is invoked too often', now() + PAUSE_MS);
  }
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString());
  } catch {
    return undefined;
  }
}
