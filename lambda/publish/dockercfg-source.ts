import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { NothingToPublishError } from './errors';
import { ECR_HOST, type SecretFormat } from '../../src/private/contract';
import { formatOf } from '../shared/dockercfg/dockercfg';
import type { Entries } from '../shared/dockercfg/entry';
import { readVersion } from '../shared/dockercfg/published';

/** What the dockercfg's secret holds. */
export interface Dockercfg {
  readonly entries: Entries;
  readonly versionId: string;
  /** When it was written, in milliseconds since the epoch. */
  readonly writtenAt: number;
}

/** Nobody tells the publisher which entries are logins, which do not expire: those of hosts that are not ECR's. */
const LOGINS: Pick<ReadonlySet<string>, 'has'> = { has: (host) => !ECR_HOST.test(host) };

/**
 * Reads the dockercfg.
 *
 * @throws NothingToPublishError if there is none that the refresher wrote
 */
export async function readDockercfg(client: SecretsManagerClient, secretArn: string, format: SecretFormat): Promise<Dockercfg> {
  const { VersionId, SecretString, CreatedDate } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  const version = { versionId: VersionId ?? '', value: SecretString ?? '' };
  const { own, entries } = readVersion(version, formatOf(format, ''), LOGINS);
  if (!own) throw new NothingToPublishError('the secret holds nothing that the refresher wrote; it is published after the next refresh');
  return { entries, versionId: version.versionId, writtenAt: CreatedDate?.getTime() ?? 0 };
}
