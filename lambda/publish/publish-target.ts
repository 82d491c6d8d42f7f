import type { Dockercfg } from './dockercfg-source';
import { RateLimitedError } from './errors';
import type { Pace } from './pace';
import { select } from './payload';
import { scrubbed } from './scrub';
import type { Target } from './target-id';
import type { StoredTarget, TargetState, TargetStore } from './target-store';
import type { RateLimit, Payload, Vendor, VendorPorts } from './vendor';
import { PUBLISH_TIMEOUT_SECONDS } from '../../src/private/target-contract';
import { ConfigurationError, describe } from '../shared/errors';
import type { Clock } from '../shared/patience';

/** A lease ends by itself when its owner has certainly been ended by Lambda. */
export const LEASE_MS = (PUBLISH_TIMEOUT_SECONDS + 20) * 1000;

/** A place in a rate limit that comes this soon is waited for. */
const SHORT_WAIT_MS = 5_000;

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

/** What became of a target. */
export type Outcome =
  /** It holds what is freshest, since now. */
  | { readonly kind: 'published'; readonly target: Target; readonly state: TargetState; readonly missing: readonly string[] }
  /** It held that already. */
  | { readonly kind: 'unchanged'; readonly target: Target; readonly state: TargetState }
  /** A rate limit puts it off. */
  | { readonly kind: 'later'; readonly target: Target; readonly at: number; readonly reserved: boolean; readonly cause?: unknown }
  /** Another Lambda is at work on it, perhaps with an older value. */
  | { readonly kind: 'busy' }
  /** It is no target any more. */
  | { readonly kind: 'gone' }
  /** It holds what it held. */
  | { readonly kind: 'failed'; readonly target: Target; readonly state: TargetState; readonly error: unknown };

/**
 * Brings a target up to date with the dockercfg.
 *
 * The dockercfg is read when nobody else is at work on the target, so what was written last is also the freshest that
 * was read, whatever the order in which messages come.
 *
 * @param reserved whether its place in the rate limit is due
 */
export async function publishTarget(id: string, reserved: boolean, ports: PublishPorts): Promise<Outcome> {
  const owner = ports.newOwner();
  const lease = await ports.store.lease(id, owner, ports.now(), ports.now() + LEASE_MS);
  if (lease.kind !== 'mine') return lease;
  const secrets = new Set<string>();
  let outcome: Outcome;
  try {
    outcome = await bringUpToDate(lease, reserved, noting(secrets, ports), secrets);
  } catch (thrown) {
    const error = scrubbed(thrown, secrets);
    outcome = { kind: 'failed', target: lease.target, error, state: { ...lease.state, failedAt: ports.now(), failure: describe(error) } };
  }
  await ports.store.release(id, owner, 'state' in outcome ? outcome.state : lease.state);
  return outcome;
}

/** The same ports, which note each token that a vendor is shown. */
function noting(secrets: Set<string>, ports: PublishPorts): PublishPorts {
  const secret: VendorPorts['secret'] = async (ref) => {
    const value = await ports.vendorPorts.secret(ref);
    secrets.add(value);
    return value;
  };
  return { ...ports, vendorPorts: { ...ports.vendorPorts, secret } };
}

async function bringUpToDate({ target, state }: StoredTarget, reserved: boolean, ports: PublishPorts, secrets: Set<string>): Promise<Outcome> {
  const vendor = ports.vendors[target.kind];
  if (!vendor) throw new ConfigurationError(`the publisher knows no targets of the kind '${target.kind}'; take it from the bind() of a target of this package`);
  const dockercfg = await ports.dockercfg();
  const { payload, missing, digest } = select(target, dockercfg, ports.now());
  for (const secret of secretsIn(payload, dockercfg)) secrets.add(secret);
  // An old version is read when Secrets Manager has not yet spread the new one.
  const isOlder = state.writtenAt !== undefined && dockercfg.writtenAt < state.writtenAt;
  if (isOlder || state.digest === digest) return { kind: 'unchanged', target, state: withoutFailure(state) };

  const limit = vendor.rateLimit?.(target);
  if (limit && !reserved) {
    const at = await ports.pace.reserve(limit);
    if (at - ports.now() > SHORT_WAIT_MS) return { kind: 'later', target, at, reserved: true };
    await ports.sleep(Math.max(0, at - ports.now()));
  }
  try {
    const { tokenExpiresAt } = await vendor.publish(target, payload, ports.vendorPorts);
    const published = { digest, writtenAt: dockercfg.writtenAt, expiresAt: payload.expiresAt, publishedAt: ports.now(), tokenExpiresAt };
    return { kind: 'published', target, missing, state: published };
  } catch (error) {
    if (!(error instanceof RateLimitedError)) throw error;
    return putOff(target, error, limit, ports);
  }
}

/** All that share the limit wait, each for a place of its own after the pause. */
async function putOff(target: Target, error: RateLimitedError, limit: RateLimit | undefined, { pace }: PublishPorts): Promise<Outcome> {
  if (limit) await pace.block(limit, error.retryAt);
  return { kind: 'later', target, at: error.retryAt, reserved: false, cause: error };
}

function secretsIn({ text }: Payload, { entries }: Dockercfg): string[] {
  const auths = [...entries.values()].map(({ auth }) => auth);
  return [text, ...auths, ...auths.map((auth) => Buffer.from(auth, 'base64').toString('utf8').replace(/^[^:]*:/, ''))];
}

function withoutFailure({ failedAt: _at, failure: _why, ...state }: TargetState): TargetState {
  return state;
}
