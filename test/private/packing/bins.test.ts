import * as fc from 'fast-check';
import { countNeeded, distribute } from '../../../src/private/packing/bins';
import type { Capacities, Frame, Item } from '../../../src/private/packing/bins';

const FRAME: Frame = { size: 20 };

function items(count: number, size = 10, frame = FRAME, name = 'item'): Item[] {
  return Array.from({ length: count }, (_, index) => ({ key: `${name}-${index}`, size, frame }));
}

const keys = (bins?: Item[][]): string[][] | undefined => bins?.map((bin) => bin.map(({ key }) => key).sort());

function sizeOf(bin: Item[]): number {
  return [...new Set(bin.map(({ frame }) => frame))].reduce((sum, frame) => sum + frame.size, 0) + bin.reduce((sum, { size }) => sum + size, 0);
}

describe('the number of bins', () => {
  test('is one, and none is filled, without items', () => {
    expect(distribute([], { bin: 100, most: 10 })).toEqual([[]]);
  });

  test('is one as long as one takes all, to the last character', () => {
    expect(distribute(items(8), { bin: 100, most: 10 })).toHaveLength(1);
    expect(distribute(items(9), { bin: 100, most: 10 })).toHaveLength(2);
  });

  test('leaves room in several for more items', () => {
    // 80 characters are for items in each: at 85 % that is 16.25 items in two.
    expect(distribute(items(13), { bin: 100, most: 10 })).toHaveLength(2);
    expect(distribute(items(14), { bin: 100, most: 10 })).toHaveLength(3);
  });

  test('is the highest that is allowed when they have to be full', () => {
    expect(distribute(items(24), { bin: 100, most: 3 })!.map(sizeOf)).toEqual([100, 100, 100]);
    expect(distribute(items(25), { bin: 100, most: 3 })).toBeUndefined();
    expect(distribute(items(1), { bin: 100, most: 0 })).toBeUndefined();
  });

  test('is one more with a spare one, if nothing else helps', () => {
    const capacities: Capacities = { bin: 100, most: 3, spare: 40 };
    expect(distribute(items(24), capacities)).toHaveLength(3);
    expect(distribute(items(26), capacities)!.map(sizeOf)).toEqual([100, 100, 100, 40]);
    expect(distribute(items(27), capacities)).toBeUndefined();
    expect(distribute(items(2), { ...capacities, most: 0 })!.map(sizeOf)).toEqual([40]);
  });

  test('that are needed is told where it is not allowed', () => {
    expect(countNeeded(items(24), 100)).toBe(3);
    expect(countNeeded(items(25), 100)).toBe(4);
    expect(countNeeded([], 100)).toBe(0);
  });
});

test('a frame is counted once in each bin', () => {
  const other: Frame = { size: 50 };
  expect(distribute([...items(3), ...items(1, 0, other, 'other')], { bin: 100, most: 1 })!.map(sizeOf)).toEqual([100]);
  expect(distribute([...items(4), ...items(1, 0, other, 'other')], { bin: 100, most: 1 })).toBeUndefined();
});

test('large items come first, which fit nowhere else', () => {
  const mixed = [...items(8, 10), ...items(1, 80, FRAME, 'large')];
  expect(distribute(mixed, { bin: 100, most: 2 })!.map(sizeOf)).toEqual([100, 100]);
});

const someItems = fc.uniqueArray(fc.record({ key: fc.string({ minLength: 1, maxLength: 6 }), size: fc.integer({ min: 1, max: 40 }) }), {
  minLength: 1, maxLength: 60, selector: ({ key }) => key,
}).map((list) => list.map((item): Item => ({ ...item, frame: FRAME })));

test('every item is in one bin, no bin holds too much, and the order of the items does not matter', () => {
  fc.assert(fc.property(someItems, fc.infiniteStream(fc.nat()), (list, random) => {
    const capacities: Capacities = { bin: 100, most: 26 };
    const bins = distribute(list, capacities);
    if (!bins) return expect(countNeeded(list, 100)).toBeGreaterThan(20);
    expect(bins.flat().map(({ key }) => key).sort()).toEqual(list.map(({ key }) => key).sort());
    for (const bin of bins) expect(sizeOf(bin)).toBeLessThanOrEqual(100);
    const shuffled = list.map((item) => ({ item, at: random.next().value })).sort((a, b) => a.at - b.at).map(({ item }) => item);
    expect(keys(distribute(shuffled, capacities))).toEqual(keys(bins));
  }));
});

describe('one more item', () => {
  // As 10 policies of 6,144 characters and repositories with names of 30 characters: 70 in each.
  const capacities: Capacities = { bin: 6105, most: 10 };
  const rights = (count: number, name: string): Item[] => items(count, 84, { size: 216 }, name);

  /** How many bins another item changes, over many sets of that many items. */
  function changed(count: number): number[] {
    return Array.from({ length: 100 }, (_, index) => {
      const all = rights(count + 1, `set-${index}`);
      const [before, after] = [keys(distribute(all.slice(1), capacities))!, keys(distribute(all, capacities))!];
      expect(after).toHaveLength(before.length);
      return after.filter((bin, position) => bin.join() !== before[position].join()).length;
    });
  }

  test.each([40, 100, 150, 250, 350, 450, 550])('changes one of the bins, rarely two, at %i items', (count) => {
    const counts = changed(count);
    expect(Math.max(...counts)).toBeLessThanOrEqual(2);
    expect(counts.filter((bins) => bins === 2).length).toBeLessThanOrEqual(20);
  });

  test('changes at most four while there is any room to speak of', () => {
    expect(Math.max(...changed(650))).toBeLessThanOrEqual(4);
  });

  test('takes one bin more at times, which only takes from the others', () => {
    const all = rights(119, 'set');
    const [before, after] = [keys(distribute(all.slice(1), capacities))!, keys(distribute(all, capacities))!];
    expect([before.length, after.length]).toEqual([2, 3]);
    const moved = before.map((bin, index) => bin.filter((key) => !after[index].includes(key)));
    expect(moved.flat().every((key) => after[2].includes(key))).toBe(true);
    expect(moved.flat().length).toBeLessThan(60);
  });
});
