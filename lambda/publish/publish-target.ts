import type { Dockercfg } from './dockercfg-source';
import { RateLimitedError, UnrecordedError } from './errors';
import type { Pace } from './pace';
import { select } from './payload';
import { noting, scrubbed } from './scrub';
import type { Target } from './target-id';
import type { StoredTarget, TargetState, TargetStore } from './target-store';
import type { Payload, RateLimit, Vendor, VendorPorts } from './vendor';
import { PUBLISH_TIMEOUT_SECONDS } from '../../src/private/target-contract';
import { ConfigurationError, describe, isDenied } from '../shared/errors';
import type { Clock } from '../shared/patience';

/** A lease ends by itself when its owner has certainly been ended by Lambda. */
export const LEASE_MS = (PUBLISH_TIMEOUT_SECONDS + 20) * 1000;

/** A place in a rate limit that comes this soon is waited for. */
const SHORT_WAIT_MS = 5_000;

/** A place that was missed by more is given up: many that were missed, and are made use of at once, are no pace. */
const LATE_MS = 60_000;

/** What publishing to a target needs of the world. */
export interface PublishPorts extends Clock {
  readonly store: TargetStore;
  readonly pace: Pace;
  readonly vendors: Readonly<Record<string, Vendor>>;
  readonly vendorPorts: VendorPorts;
  /** Reads the dockercfg. */
  readonly dockercfg: () => Promise<Dockercfg>;
  /** A name that no other owner of a lease has. */
  readonly newOwner: () => string;
}

/** A target and what is now known of its copy. */
interface Known {
  readonly target: Target;
  readonly state: TargetState;
}

/** What became of a target. */
export type Outcome =
  /** It holds what is freshest, since now; of the missing hosts there was nothing to send. */
  | Known & { readonly kind: 'published'; readonly missing: readonly string[] }
  /** It held that already. */
  | Known & { readonly kind: 'unchanged'; readonly missing: readonly string[] }
  /** A rate limit puts it off, or has done so before and its time has not come. */
  | Known & { readonly kind: 'later'; readonly at: number; readonly isNews: boolean; readonly cause?: unknown }
  /** It holds what is fresher than what Secrets Manager gave, which has not yet spread the new version or was set back. */
  | Known & { readonly kind: 'outdated' }
  /** It holds what it held, or the record does not say what it holds. */
  | Known & { readonly kind: 'failed'; readonly error: unknown }
  /** Another Lambda is at work on it, perhaps with an older value. */
  | { readonly kind: 'busy' }
  /** It is no target any more. */
  | { readonly kind: 'gone' };

/** What comes up while a target is worked on. */
interface Notes {
  /** What must not be shown. */
  readonly secrets: Set<string>;
  /** The target's place in a rate limit. */
  placeAt?: number;
  /** When the dockercfg was written that its vendor was asked to take. */
  askedFor?: number;
}

/**
 * Brings a target up to date with the dockercfg.
 *
 * The dockercfg is read when nobody else is at work on the target, so what was written last is also the freshest that
 * was read, whatever the order in which messages come.
 */
export async function publishTarget(id: string, ports: PublishPorts): Promise<Outcome> {
  const owner = ports.newOwner();
  const lease = await ports.store.lease(id, owner, ports.now(), ports.now() + LEASE_MS);
  if (lease.kind !== 'mine') return lease;
  const { target, state } = lease;
  const outcome = await attempt({ target, state }, ports);
  try {
    await ports.store.release(id, owner, outcome.state);
    return outcome;
  } catch (error) {
    return { kind: 'failed', target, state, error: new UnrecordedError(`what became of it could not be recorded: ${describe(error)}`) };
  }
}

/** The vendor of a target. */
export function vendorOf({ kind }: Target, { vendors }: Pick<PublishPorts, 'vendors'>): Vendor {
  const vendor = vendors[kind];
  if (vendor) return vendor;
  throw new ConfigurationError(`the publisher knows no targets of the kind '${kind}'; take it from the bind() of a target of this package`);
}

async function attempt({ target, state }: StoredTarget, ports: PublishPorts): Promise<Exclude<Outcome, { kind: 'busy' | 'gone' }>> {
  const notes: Notes = { secrets: new Set() };
  try {
    return await bringUpToDate({ target, state }, { ...ports, vendorPorts: noting(notes.secrets, ports.vendorPorts) }, notes);
  } catch (thrown) {
    const error = scrubbed(thrown, notes.secrets);
    // Who was not let in has made no use of its place.
    const placeAt = isDenied(thrown) ? notes.placeAt : undefined;
    // Nobody knows what it holds when the vendor was asked, and gave no good answer: it may be what it was asked to take.
    const doubt = notes.askedFor === undefined ? {} : { digest: undefined, writtenAt: notes.askedFor };
    return { kind: 'failed', target, error, state: { ...state, ...doubt, placeAt, failedAt: ports.now(), failure: describe(error) } };
  }
}

async function bringUpToDate({ target, state }: StoredTarget, ports: PublishPorts, notes: Notes) {
  const vendor = vendorOf(target, ports);
  const dockercfg = await ports.dockercfg();
  const { writtenAt } = dockercfg;
  if (state.writtenAt !== undefined && writtenAt < state.writtenAt) return { kind: 'outdated', target, state } as const;
  const { payload, missing, digest } = select(target, dockercfg, ports.now());
  for (const secret of secretsIn(payload, dockercfg)) notes.secrets.add(secret);
  const known = { digest, writtenAt, expiresAt: payload.expiresAt, ...failureOf(missing, ports.now()) };
  if (state.digest === digest) {
    const { publishedAt, tokenExpiresAt } = state;
    return { kind: 'unchanged', target, missing, state: { ...known, publishedAt, tokenExpiresAt } } as const;
  }

  const limit = vendor.rateLimit?.(target);
  const at = notes.placeAt = await placeOf(limit, state, ports);
  if (at - ports.now() > SHORT_WAIT_MS) return { kind: 'later', target, at, isNews: at !== state.placeAt, state: { ...state, placeAt: at } } as const;
  await ports.sleep(Math.max(0, at - ports.now()));
  notes.askedFor = writtenAt;
  try {
    const { tokenExpiresAt } = await vendor.publish(target, payload, ports.vendorPorts);
    return { kind: 'published', target, missing, state: { ...known, publishedAt: ports.now(), tokenExpiresAt } } as const;
  } catch (error) {
    if (!(error instanceof RateLimitedError)) throw error;
    // All that share the limit wait, each for a place of its own after the pause.
    if (limit) await ports.pace.block(limit, error.retryAt);
    const placeAt = limit ? undefined : error.retryAt;
    return { kind: 'later', target, at: error.retryAt, isNews: true, cause: scrubbed(error, notes.secrets), state: { ...state, placeAt } } as const;
  }
}

/**
 * When a target may be written to, in milliseconds since the epoch. One that has a place keeps it, however many messages
 * are sent for it meanwhile, unless it missed it or the vendor has asked for a pause since.
 */
async function placeOf(limit: RateLimit | undefined, { placeAt }: TargetState, { pace, now }: PublishPorts): Promise<number> {
  const isKept = placeAt !== undefined && now() <= placeAt + LATE_MS;
  if (!limit) return isKept ? placeAt : now();
  if (isKept && placeAt >= await pace.blockedUntil(limit)) return placeAt;
  return pace.reserve(limit);
}

/** A host that is asked for and has nothing is no success, although all others were published. */
function failureOf(missing: readonly string[], now: number): Pick<TargetState, 'failedAt' | 'failure'> {
  return missing.length === 0 ? {} : { failedAt: now, failure: `the dockercfg has no valid entry for ${missing.join(', ')}; the others were published` };
}

function secretsIn({ text }: Payload, { entries }: Dockercfg): string[] {
  const auths = [...entries.values()].map(({ auth }) => auth);
  return [text, ...auths, ...auths.map((auth) => Buffer.from(auth, 'base64').toString('utf8').replace(/^[^:]*:/, ''))];
}
