const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

/** What waiting needs of the world. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Works until it succeeds, with growing pauses, at most as long as is said: right after something was made in IAM, AWS
 * may refuse it for a while.
 *
 * @param seconds after which the last error is thrown
 * @param isTemporary whether waiting may mend an error
 */
export function patiently<T>(
  work: () => Promise<T>, seconds: number, isTemporary: (error: unknown) => boolean, { now, sleep }: Clock,
): Promise<T> {
  const until = now() + seconds * 1000;
  const attempt = async (pause: number): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!isTemporary(error) || now() + pause > until) throw error;
    }
    await sleep(pause);
    return attempt(Math.min(2 * pause, LONGEST_PAUSE_MS));
  };
  return attempt(FIRST_PAUSE_MS);
}
