import { createHash } from 'node:crypto';

/** What items of one kind share in a document: a statement without its resources. */
export interface Frame {
  /** Characters that it takes in each document that has one of its items. */
  readonly size: number;
}

/** What is put into a document undivided. */
export interface Item<F extends Frame = Frame> {
  /** Tells it from every other item. */
  readonly key: string;
  /** Characters that it takes besides its frame. */
  readonly size: number;
  readonly frame: F;
}

/** Up to this load of all documents another one is not needed: fuller, a new item would displace others more often. */
const LOAD = 0.85;

/** Bytes of a digest that a bin's weight is made of; those of all bins, and a few to decide between items, are in one SHA-512. */
const WEIGHT_BYTES = 2;
export const MOST_BINS = 28;

/** What the bins can hold. */
export interface Capacities {
  /** Characters of an ordinary bin. */
  readonly bin: number;
  /** How many ordinary bins there may be. */
  readonly most: number;
  /** Characters of one further bin, which is used only if nothing else helps. */
  readonly spare?: number;
}

/**
 * Distributes the items over as few bins as have some room left, or as many as there may be; nothing if they do not fit.
 *
 * The result depends on the items and not on their order, and changes little with them: each item has an order of
 * preference among the bins that comes from its own key (rendezvous hashing), and gets the first one that items before
 * it left room in. One more item takes the place of few others; one more bin takes items from the others, which
 * otherwise keep theirs.
 */
export function distribute<F extends Frame>(items: Item<F>[], { bin, most, spare }: Capacities): Item<F>[][] | undefined {
  const ranked = rank(items);
  for (let count = 1; count < most; count++) {
    if (count === 1 || load(items, count) <= LOAD * bin * count) {
      const filled = fill(ranked, Array.from({ length: count }, () => bin));
      if (filled) return filled;
    }
  }
  const all = Array.from({ length: most }, () => bin);
  return fill(ranked, all) ?? (spare === undefined ? undefined : fill(ranked, [...all, spare]));
}

/** How many bins of that size the items need, if there may be any number. */
export function countNeeded(items: Item[], bin: number): number {
  const bins: Bin[] = [];
  for (const { item } of rank(items)) {
    let target = bins.find((candidate) => candidate.hasRoomFor(item));
    if (!target) bins.push(target = new Bin(bin));
    target.add(item);
  }
  return bins.length;
}

interface Ranked<F extends Frame> {
  readonly item: Item<F>;
  readonly digest: Buffer;
}

/** In the order in which the items choose: large ones first, which are harder to place. */
function rank<F extends Frame>(items: Item<F>[]): Ranked<F>[] {
  const whole = ({ size, frame }: Item): number => size + frame.size;
  return items
    .map((item) => ({ item, digest: createHash('sha512').update(item.key).digest() }))
    .sort((a, b) => whole(b.item) - whole(a.item) || b.digest.compare(a.digest, WEIGHT_BYTES * MOST_BINS, undefined, WEIGHT_BYTES * MOST_BINS));
}

/** Characters that the items take in that many bins if every frame is in every bin that it can be in. */
function load(items: Item[], count: number): number {
  const users = new Map<Frame, number>();
  for (const { frame } of items) users.set(frame, (users.get(frame) ?? 0) + 1);
  const frames = [...users].reduce((sum, [frame, number]) => sum + frame.size * Math.min(number, count), 0);
  return frames + items.reduce((sum, { size }) => sum + size, 0);
}

function fill<F extends Frame>(ranked: Ranked<F>[], capacities: number[]): Item<F>[][] | undefined {
  const bins = capacities.map((capacity) => new Bin<F>(capacity));
  for (const { item, digest } of ranked) {
    let best: Bin<F> | undefined;
    let bestWeight = -1;
    bins.forEach((bin, index) => {
      const weight = digest.readUInt16BE(WEIGHT_BYTES * index);
      if (weight <= bestWeight || !bin.hasRoomFor(item)) return;
      best = bin;
      bestWeight = weight;
    });
    if (!best) return undefined;
    best.add(item);
  }
  return bins.map(({ items }) => items);
}

class Bin<F extends Frame = Frame> {
  public readonly items: Item<F>[] = [];
  private readonly frames = new Set<Frame>();

  public constructor(private room: number) {}

  public hasRoomFor(item: Item<F>): boolean {
    return this.sizeOf(item) <= this.room;
  }

  public add(item: Item<F>): void {
    this.room -= this.sizeOf(item);
    this.frames.add(item.frame);
    this.items.push(item);
  }

  private sizeOf({ size, frame }: Item): number {
    return this.frames.has(frame) ? size : size + frame.size;
  }
}
