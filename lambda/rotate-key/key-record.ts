import type { ListedKey } from './user-keys';
import { INTENT_TAG_PREFIX, KEY_TAG_PREFIX, KEY_UNDERWAY_SECONDS } from '../../src/private/key-rotation-contract';

/** IAM dates keys in whole seconds, and its clock may differ from the Lambda's by a little. */
const CLOCK_TOLERANCE_SECONDS = 2;

/** How long after an intent was written a key may be made on its strength. */
const WINDOW_SECONDS = 20;

/** The last moment to call IAM for it, so that the key is made in the window if it is made at all. */
const CALL_SECONDS = 10;

/** IAM may list a key that was just made only after a while. Until then nothing is tidied up that may concern it. */
const LISTED_WITHIN_SECONDS = 300;

/** That a key is about to be made, as a tag of the user. */
export interface Intent {
  readonly tag: string;
  readonly value: string;
  /** Milliseconds since the epoch after which no key may be made for it. */
  readonly deadline: number;
}

/** What to do to the user's tags. */
export interface Tidying {
  readonly write: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
}

interface Window {
  readonly since: number;
  readonly until: number;
  /** Ids of keys that were there before. */
  readonly before: readonly string[];
}

/**
 * Which keys of the user the rotation made, kept in tags of the user:
 *
 *     cdk-ecr-ci:key:AKIA…       1767225600 RUN                   a key, when it was made and by which run
 *     cdk-ecr-ci:creating:RUN    1767225598 1767225622 AKIA…      a run is about to make one
 *
 * An intent is written before a key is made, and removed after the key's own tag was written. A run that was killed
 * between leaves it, and with it the proof that a key made in these seconds, and not there before, is the rotation's,
 * although nobody knows its secret. An intent whose run has a key proves nothing more.
 *
 * Each run writes and removes tags of its own, and tidies up those of others long after, so that runs at once cannot undo
 * what another has written.
 */
export class KeyRecord {
  private readonly made = new Map<string, number>();
  private readonly windows = new Map<string, Window>();
  /** Intents whose run made its key and wrote that down. */
  private readonly served = new Set<string>();

  /** @param tags of the user. What is not understood is left out: a key then counts as somebody else's. */
  public constructor(tags: ReadonlyMap<string, string>) {
    for (const [tag, value] of tags) {
      const [first, second, ...before] = value.split(' ');
      if (tag.startsWith(KEY_TAG_PREFIX)) {
        this.made.set(tag.slice(KEY_TAG_PREFIX.length), Number(first) || 0);
        this.served.add(`${INTENT_TAG_PREFIX}${second}`);
      }
      if (tag.startsWith(INTENT_TAG_PREFIX) && Number(first) && Number(second)) {
        this.windows.set(tag, { since: Number(first), until: Number(second), before });
      }
    }
  }

  /** Whether the rotation made the key. */
  public owns(key: ListedKey): boolean {
    return this.made.has(key.id) || [...this.windows].some(([tag, window]) => !this.served.has(tag) && isIn(window, key));
  }

  /** Whether the key has its own tag. */
  public names({ id }: ListedKey): boolean {
    return this.made.has(id);
  }

  /** Puts in order what runs left that were killed, and forgets keys that are no more. */
  public tidy(keys: readonly ListedKey[], now: number): Tidying {
    const second = Math.floor(now / 1000);
    const old = (since: number): boolean => second - since > LISTED_WITHIN_SECONDS;
    // Not before its run must have ended: one that IAM refused takes its intent back, and the key is then somebody else's.
    const isLost = (key: ListedKey): boolean => this.owns(key) && !this.names(key) && now - key.createdAt >= KEY_UNDERWAY_SECONDS * 1000;
    return {
      write: new Map(keys.filter(isLost).map((key) => keyTag(key.id, key.createdAt, 'lost'))),
      remove: [
        ...[...this.windows].filter(([, { until }]) => old(until)).map(([tag]) => tag),
        ...[...this.made].filter(([id, since]) => old(since) && !keys.some((key) => key.id === id)).map(([id]) => `${KEY_TAG_PREFIX}${id}`),
      ],
    };
  }
}

/** The tag of a key that a run made. */
export function keyTag(id: string, createdAt: number, run: string): [string, string] {
  return [`${KEY_TAG_PREFIX}${id}`, `${Math.floor(createdAt / 1000)} ${run}`];
}

/**
 * The intent to make a key.
 *
 * @param run a name of the run that no other run has
 * @param keys those of the user
 * @param since when the run looked at them, in milliseconds since the epoch: whatever it did not see was made later
 * @param now milliseconds since the epoch
 */
export function intentOf(run: string, keys: readonly ListedKey[], since: number, now: number): Intent {
  const begin = Math.floor(since / 1000) - CLOCK_TOLERANCE_SECONDS;
  const end = Math.ceil(now / 1000) + WINDOW_SECONDS + CLOCK_TOLERANCE_SECONDS;
  return {
    tag: `${INTENT_TAG_PREFIX}${run}`,
    value: [begin, end, ...keys.map(({ id }) => id)].join(' '),
    deadline: now + CALL_SECONDS * 1000,
  };
}

function isIn({ since, until, before }: Window, { id, createdAt }: ListedKey): boolean {
  const second = Math.floor(createdAt / 1000);
  return second >= since && second <= until && !before.includes(id);
}
