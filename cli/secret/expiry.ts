import { isRecord, loginOf, type Auths } from './dockercfg';
import { expiryOf } from '../../lambda/refresh/version-id';

/** A secret's version, as far as it says when its entries expire. */
export interface DatedVersion {
  readonly versionId: string;
  readonly value: string;
  readonly auths: Auths;
}

/**
 * When the entry of a host in it expires, in milliseconds since the epoch; undefined if that cannot be known.
 *
 * The refresher says it in the version's id, for the entry that expires first. A dockercfg that somebody else wrote is
 * judged by its tokens.
 */
export function expiryOfHost(version: DatedVersion, host: string): number | undefined {
  return expiryOf(version.versionId, version.value) ?? expiryOfAuth(version.auths.get(host)!);
}

/** When a version's first entry expires, in milliseconds since the epoch; undefined if that cannot be known. */
export function firstExpiry(version: DatedVersion): number | undefined {
  const known = [...version.auths.keys()].map((host) => expiryOfHost(version, host)).filter((expiry) => expiry !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

/**
 * When an ECR token expires, in milliseconds since the epoch: its password is the base64 of JSON that says so. AWS does
 * not document that, so undefined is an answer to reckon with.
 *
 * @param auth `base64(user:password)`
 */
export function expiryOfAuth(auth: string): number | undefined {
  const login = loginOf(auth);
  if (!login) return undefined;
  try {
    const token: unknown = JSON.parse(Buffer.from(login.password, 'base64').toString('utf8'));
    return isRecord(token) && Number.isSafeInteger(token.expiration) ? (token.expiration as number) * 1000 : undefined;
  } catch {
    return undefined;
  }
}
