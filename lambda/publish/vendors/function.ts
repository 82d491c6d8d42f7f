import { InvokeCommand, TooManyRequestsException, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import type { TargetSpec } from '../../../src/private/target-contract';
import { rateLimited, redacted } from '../answers';
import { VendorError } from '../errors';
import type { Published, Vendor, VendorPorts } from '../vendor';

/** What IAM answers to a function that may not read the secret, or not yet. */
const DENIED = /\bAccessDenied(Exception)?\b/;

/** A function of the user's. It is told where the credentials are, and never sent one. */
export const functionTarget: Vendor = {
  publish: async (target, { hosts, expiresAt, versionId }, ports) => {
    const end = Number.isFinite(expiresAt) ? new Date(expiresAt).toISOString() : null;
    return publishedOf(await invoke(target, { action: 'publish', versionId, hosts, expiresAt: end }, ports));
  },

  remove: async (target, how, ports) => {
    await invoke(target, { action: 'remove', how, ...target.hosts ? { hosts: target.hosts } : {} }, ports);
  },
};

/** What the function answered, if it is JSON. */
async function invoke({ where: { function: arn, name } }: TargetSpec, event: object, { aws, dockercfgArn, now }: VendorPorts): Promise<unknown> {
  const payload = { ...event, ...name === undefined ? {} : { name }, secretArn: dockercfgArn };
  const [, , , region] = arn.split(':');
  let output: InvokeCommandOutput;
  try {
    output = await aws.lambda({ region }).send(new InvokeCommand({ FunctionName: arn, Payload: JSON.stringify(payload) }));
  } catch (error) {
    if (!(error instanceof TooManyRequestsException)) throw error;
    throw rateLimited({ status: 429, headers: { 'retry-after': error.retryAfterSeconds }, text: '' }, { vendor: 'Lambda', what: 'invoke the function', now });
  }
  const answer = parse(output.Payload);
  if (output.FunctionError !== undefined) throw failureOf(answer);
  return answer;
}

function failureOf(answer: unknown): Error {
  const { errorType, errorMessage } = Object(answer);
  const words = [errorType, errorMessage].filter((part) => typeof part === 'string' && part !== '').join(': ');
  const error = new VendorError(`the function failed: ${words === '' ? 'it does not say why' : redacted(words)}`);
  // At deploy this is waited for: the function's role may be as new as the publisher's.
  return DENIED.test(words) ? Object.assign(error, { name: 'AccessDeniedException' }) : error;
}

/** A function may say when a token of its own expires. */
function publishedOf(answer: unknown): Published {
  const tokenExpiresAt = Date.parse(Object(answer).tokenExpiresAt);
  return Number.isNaN(tokenExpiresAt) ? {} : { tokenExpiresAt };
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString('utf8'));
  } catch {
    return undefined;
  }
}
