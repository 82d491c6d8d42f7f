const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;

/** A clock, and a way to wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What time may mend. */
export interface Patience<T> {
  /** How long to try, in seconds. */
  readonly seconds: number;
  /** Whether another try may do better than this error. */
  readonly mendsError: (error: unknown) => boolean;
  /**
   * Whether another try may do better than this result.
   *
   * @default - every result is taken
   */
  readonly mendsResult?: (result: T) => boolean;
}

/**
 * Tries until the outcome is one that waiting does not mend, at most as long as was promised; the last outcome counts.
 *
 * IAM is why it is needed: what was changed there a moment ago is known everywhere only seconds later.
 */
export async function patiently<T>(run: () => Promise<T>, patience: Patience<T>, { now, sleep }: Clock): Promise<T> {
  const { mendsError, mendsResult = () => false } = patience;
  const until = now() + patience.seconds * 1000;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const last = now() + pause > until;
    try {
      const result = await run();
      if (last || !mendsResult(result)) return result;
    } catch (error) {
      if (last || !mendsError(error)) throw error;
    }
    await sleep(pause);
  }
}
