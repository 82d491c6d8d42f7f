import type { PublishClients } from './clients';
import type { Http } from './http';
import type { SecretRef, TargetSpec } from '../../src/private/target-contract';

/** What an emptied target holds: Docker takes it, and finds no credentials. */
export const EMPTY_DOCKERCFG = '{"auths":{}}';

/** What is sent to a target. */
export interface Payload {
  /** The value for targets that take one text; for the form `login` the password. */
  readonly text: string;
  /** Hosts of the registries that it serves. */
  readonly hosts: readonly string[];
  /** User and password of the one registry; only for the form `login`. */
  readonly login?: { readonly host: string; readonly username: string; readonly password: string };
  /** When the first of the credentials expires, in milliseconds since the epoch; `Infinity` if they do not. */
  readonly expiresAt: number;
  /** The version of the dockercfg's secret that it comes from. */
  readonly versionId: string;
}

/** What a vendor told beside that it took the value. */
export interface Published {
  /** When the token that it was given expires, in milliseconds since the epoch; undefined if it does not say or never. */
  readonly tokenExpiresAt?: number;
}

/** How often a vendor lets one token write. */
export interface RateLimit {
  /** What shares the limit: the token, mostly. */
  readonly key: string;
  /** Writes an hour, in the long run. */
  readonly perHour: number;
  /** Writes that may come at once after a pause, of those. */
  readonly burst: number;
  /** The least time between two writes, in milliseconds. */
  readonly spacingMs: number;
}

/** What a vendor's code may use. */
export interface VendorPorts {
  readonly http: Http;
  /** The value of a secret, or of a key in its JSON. */
  readonly secret: (ref: SecretRef) => Promise<string>;
  /** Clients of AWS's services, for targets in AWS. */
  readonly aws: PublishClients;
  /** ARN of the dockercfg's secret. */
  readonly dockercfgArn: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Serves the targets of a kind. It keeps what their owner set, and writes nothing else than the value.
 *
 * Whatever fails is thrown, as one of the errors in `errors.ts` where the vendor gave an answer; nothing is tried again
 * here, because the queue does.
 */
export interface Vendor {
  /** The limit that a publication counts for; undefined if there is none that matters. */
  readonly rateLimit?: (target: TargetSpec) => RateLimit;

  /** Makes the target hold the value. */
  readonly publish: (target: TargetSpec, payload: Payload, ports: VendorPorts) => Promise<Published>;

  /** Empties or deletes what the target holds; what is not there is as good. */
  readonly remove: (target: TargetSpec, how: 'blank' | 'delete', ports: VendorPorts) => Promise<void>;
}
