import type { Auths, Format } from './dockercfg';
import { NEVER, type Entries, type Entry } from './entry';
import { expiryOf, versionIdOf } from './version-id';

/**
 * Host of an entry that is no registry's: its password says when the others expire. The domain is reserved, so that no
 * client ever looks it up.
 *
 * @see https://www.rfc-editor.org/rfc/rfc2606#section-2
 */
export const EXPIRY_HOST = 'expiry.cdk-ecr-ci.invalid';
const EXPIRY_USER = 'expiry';

/** Entries that expire within this time of each other count as if they expired together, with the first. */
const TOGETHER_MS = 60_000;

/** More digits than any number of the record has. */
const LONGEST_LIFE_SECONDS = 99_999_999;

/** The largest value of a secret, in bytes: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
export const MOST_BYTES = 65_536;

/** A version of the secret. */
export interface SecretVersion {
  readonly versionId: string;
  readonly value: string;
}

/** What a version of the secret holds. */
export interface Published {
  /** Whether the refresher wrote it. */
  readonly own: boolean;
  readonly entries: Entries;
}

/**
 * Reads a version.
 *
 * @param logins hosts whose entries do not expire
 */
export function readVersion(version: SecretVersion, format: Format, logins: Pick<ReadonlySet<string>, 'has'>): Published {
  const first = expiryOf(version.versionId, version.value);
  const auths = first === undefined ? undefined : format.read(version.value);
  if (first === undefined || !auths) {
    const salvaged = [...format.salvage(version.value)].filter(([host]) => host !== EXPIRY_HOST);
    return { own: false, entries: new Map(salvaged.map(([host, auth]) => [host, { auth, expiresAt: undefined }])) };
  }
  const hosts = hostsOf(auths);
  const seconds = readRecord(auths.get(EXPIRY_HOST));
  const entries = hosts.map((host, index): [string, Entry] => {
    const later = seconds?.[index] ?? (seconds ? undefined : 0);
    const expiresAt = logins.has(host) ? NEVER : later === undefined ? undefined : first + later * 1000;
    return [host, { auth: auths.get(host)!, expiresAt }];
  });
  return { own: true, entries: new Map(entries) };
}

/** Writes a version: its id says when the first entry expires, and an entry of its own when each does, if they differ. */
export function writeVersion(entries: Entries, format: Format): SecretVersion {
  const auths = new Map([...entries].map(([host, { auth }]) => [host, auth]));
  const known = [...entries.values()].map(({ expiresAt }) => expiresAt).filter((expiresAt) => expiresAt !== undefined);
  const first = Math.floor(Math.min(...known) / 1000) * 1000;
  const isTogether = ({ expiresAt }: Entry) => expiresAt === NEVER || (expiresAt !== undefined && expiresAt - first <= TOGETHER_MS);
  if (format.many && ![...entries.values()].every(isTogether)) {
    const seconds = hostsOf(auths).map((host) => secondsAfter(first, entries.get(host)!));
    auths.set(EXPIRY_HOST, recordOf(seconds));
  }
  const value = format.write(auths);
  return { value, versionId: versionIdOf(value, first) };
}

/** Whether a secret has room for the entries, and for the one that says when they expire should it become necessary. */
export function roomFor(entries: Entries, format: Format): boolean {
  const auths = new Map([...entries].map(([host, { auth }]) => [host, auth]));
  if (format.many) auths.set(EXPIRY_HOST, recordOf([...entries.keys()].map(() => LONGEST_LIFE_SECONDS)));
  return Buffer.byteLength(format.write(auths)) <= MOST_BYTES;
}

function recordOf(seconds: (number | null)[]): string {
  return Buffer.from(`${EXPIRY_USER}:${JSON.stringify(seconds)}`).toString('base64');
}

function secondsAfter(first: number, { expiresAt }: Entry): number | null {
  return expiresAt === undefined || expiresAt === NEVER ? null : Math.floor((expiresAt - first) / 1000);
}

/** Seconds after the first expiry, in the order of the hosts; undefined if all expire together. */
function readRecord(auth: string | undefined): (number | null)[] | undefined {
  if (auth === undefined) return undefined;
  return JSON.parse(Buffer.from(auth, 'base64').toString('utf8').slice(EXPIRY_USER.length + 1)) as (number | null)[];
}

function hostsOf(auths: Auths): string[] {
  return [...auths.keys()].filter((host) => host !== EXPIRY_HOST).sort();
}
