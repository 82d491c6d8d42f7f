import { createHash } from 'node:crypto';
import { NEVER } from './entry';

const PATTERN = /^dockercfg-(\d{10})-[0-9a-f]{32}$/;
const NEVER_SECONDS = '9999999999';

/**
 * The id of the secret's version that holds a dockercfg: it says when its first entry expires.
 *
 * The dockercfg itself has no place for it (clients refuse keys that they do not know), and kept anywhere else it could
 * part from the value. As the request's token it also makes a repeated write a no-op: same value, same id.
 *
 * @param value the dockercfg
 * @param expiresAt when its first entry expires, in milliseconds since the epoch
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export function versionIdOf(value: string, expiresAt: number): string {
  const digest = createHash('sha256').update(value).digest('hex').slice(0, 32);
  const seconds = expiresAt === NEVER ? NEVER_SECONDS : String(Math.floor(expiresAt / 1000)).padStart(10, '0');
  return `dockercfg-${seconds}-${digest}`;
}

/**
 * When the first entry of a version expires, in milliseconds since the epoch; undefined if the version was not written
 * by the refresher.
 */
export function expiryOf(versionId: string, value: string): number | undefined {
  const match = PATTERN.exec(versionId);
  if (!match) return undefined;
  const expiresAt = match[1] === NEVER_SECONDS ? NEVER : Number(match[1]) * 1000;
  return versionIdOf(value, expiresAt) === versionId ? expiresAt : undefined;
}
