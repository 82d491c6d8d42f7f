/** When a login expires. */
export const NEVER = Number.POSITIVE_INFINITY;

/** What a registry's clients log in with. */
export interface Entry {
  /** `base64(user:password)`, as a dockercfg holds it. */
  readonly auth: string;
  /** Milliseconds since the epoch; undefined if nobody knows, because somebody else wrote the entry. */
  readonly expiresAt: number | undefined;
}

/** Entries by host. */
export type Entries = ReadonlyMap<string, Entry>;
