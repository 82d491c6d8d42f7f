import { isRecord, loginOf, type Auths } from './dockercfg';
import { formatOf } from '../../lambda/shared/dockercfg/dockercfg';
import { NEVER } from '../../lambda/shared/dockercfg/entry';
import { readVersion } from '../../lambda/shared/dockercfg/published';

/** User of every token of ECR's. */
const ECR_USER = 'AWS';

/** How the refresher writes a dockercfg. */
const FORMATS = [formatOf('config.json', ''), formatOf('dockercfg', '')];

/** A secret's version, as far as it says when its entries expire. */
export interface DatedVersion {
  readonly versionId: string;
  readonly value: string;
  readonly auths: Auths;
}

/**
 * When the entry of a host in it expires, in milliseconds since the epoch: `Infinity` for a login that does not, undefined
 * if that cannot be known.
 *
 * The refresher says it in the version. A dockercfg that somebody else wrote is judged by its tokens.
 */
export function expiryOfHost(version: DatedVersion, host: string): number | undefined {
  const auth = version.auths.get(host)!;
  const own = FORMATS.map((format) => readVersion(version, format, new Set())).find((published) => published.own);
  if (!own) return expiryOfAuth(auth);
  return loginOf(auth)!.username === ECR_USER ? own.entries.get(host)!.expiresAt ?? expiryOfAuth(auth) : NEVER;
}

/** When a version's first entry expires, in milliseconds since the epoch; undefined if none is known to. */
export function firstExpiry(version: DatedVersion): number | undefined {
  const first = Math.min(...[...version.auths.keys()].map((host) => expiryOfHost(version, host) ?? NEVER));
  return first === NEVER ? undefined : first;
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
