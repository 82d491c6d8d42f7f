import {
  DeleteParameterCommand, GetParameterHistoryCommand, ParameterNotFound, PutParameterCommand,
  type ParameterHistory, type ParameterTier, type SSMClient,
} from '@aws-sdk/client-ssm';
import { placeOf } from './aws-session';
import type { TargetSpec } from '../../../src/private/target-contract';
import { TooLargeError } from '../errors';
import { EMPTY_DOCKERCFG, type Vendor } from '../vendor';

/** In bytes: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const LONGEST_STANDARD = 4096;
const LONGEST_VALUE = 8192;

interface Settings {
  readonly tier: ParameterTier;
  /** ARN of the key that a parameter is made with. */
  readonly keyArn?: string;
}

/** A parameter of Systems Manager. */
export const ssmParameter: Vendor = {
  publish: async (target, { text }, ports) => {
    const client = ports.aws.ssm(await placeOf(target, ports));
    const found = await latest(client, target);
    checkSize(text, found?.Tier ?? settingsOf(target).tier, settingsOf(target));
    await (found ? update(client, target, text, found) : create(client, target, text));
    return {};
  },

  remove: async (target, how, ports) => {
    const client = ports.aws.ssm(await placeOf(target, ports));
    const found = await latest(client, target);
    if (!found) return;
    if (how === 'blank') await update(client, target, EMPTY_DOCKERCFG, found);
    else await client.send(new DeleteParameterCommand({ Name: target.where.parameterName }));
  },
};

function settingsOf({ settings }: TargetSpec): Settings {
  return settings as unknown as Settings;
}

function checkSize(text: string, tier: ParameterTier, settings: Settings): void {
  const size = Buffer.byteLength(text);
  // A standard parameter becomes an advanced one, which is paid for, if the app lets it.
  const limit = tier === 'Advanced' || settings.tier !== 'Standard' ? LONGEST_VALUE : LONGEST_STANDARD;
  if (size <= limit) return;
  const fix = limit === LONGEST_STANDARD ? 'send fewer registries, or choose another tier' : 'send fewer registries';
  throw new TooLargeError(`${limit === LONGEST_STANDARD ? 'a standard parameter' : 'a parameter'} holds ${limit} bytes, and the value has ${size}: ${fix}`);
}

/** What the parameter is like; its value is not decrypted. */
async function latest(client: SSMClient, { where }: TargetSpec): Promise<ParameterHistory | undefined> {
  const versions: ParameterHistory[] = [];
  let NextToken: string | undefined;
  try {
    do {
      const page = await client.send(new GetParameterHistoryCommand({ Name: where.parameterName, NextToken }));
      versions.push(...page.Parameters ?? []);
      ({ NextToken } = page);
    } while (NextToken);
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
  }
  return versions.sort((one, other) => other.Version! - one.Version!)[0];
}

async function create(client: SSMClient, target: TargetSpec, Value: string): Promise<void> {
  const { tier: Tier, keyArn: KeyId } = settingsOf(target);
  // Not over one that somebody made a moment ago.
  await client.send(new PutParameterCommand({ Name: target.where.parameterName, Type: 'SecureString', Value, Tier, KeyId, Overwrite: false }));
}

/** What is left out of an update is set anew, so all that the owner chose is said again. */
async function update(client: SSMClient, target: TargetSpec, Value: string, found: ParameterHistory): Promise<void> {
  const { Type, KeyId, Description, AllowedPattern } = found;
  const Tier = found.Tier === 'Advanced' ? found.Tier : settingsOf(target).tier;
  await client.send(new PutParameterCommand({
    Name: target.where.parameterName,
    Type,
    Value,
    Tier,
    KeyId: Type === 'SecureString' ? KeyId : undefined,
    Description,
    AllowedPattern,
    Overwrite: true,
  }));
}
