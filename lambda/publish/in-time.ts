import { mapBounded } from '../shared/bounded';

/** How long work may take, in milliseconds since the epoch. */
export interface Times {
  /** What is not begun by then is not begun. */
  readonly beginUntil: number;
  /** What is not done by then is not waited for. */
  readonly waitUntil: number;
}

/** What was done in time. */
export interface Progress<T, R> {
  readonly done: ReadonlyMap<T, R>;
  /** Comes when what was begun has ended; a Lambda that returns before would have it go on at any later time. */
  readonly rest: Promise<unknown>;
}

/** Works on items at the same time, but on no more than `limit`, and only as long as there is time. */
export async function mapInTime<T, R>(
  items: readonly T[], limit: number, { beginUntil, waitUntil }: Times, now: () => number, work: (item: T) => Promise<R>,
): Promise<Progress<T, R>> {
  const done = new Map<T, R>();
  const rest = mapBounded(items, limit, async (item) => {
    if (now() <= beginUntil) done.set(item, await work(item));
  });
  await Promise.race([rest, isOver(waitUntil - now())]);
  return { done: new Map(done), rest };
}

function isOver(milliseconds: number): Promise<void> {
  return new Promise((resolve) => AbortSignal.timeout(Math.max(0, milliseconds)).addEventListener('abort', () => resolve()));
}
