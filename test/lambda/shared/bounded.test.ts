import { mapBounded } from '../../../lambda/shared/bounded';

test('works on no more than the limit at the same time, and keeps the order', async () => {
  let running = 0;
  let most = 0;
  const results = await mapBounded([5, 1, 4, 2, 3], 2, async (item) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    running--;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

test('has nothing to do for no items', async () => {
  expect(await mapBounded([], 3, async () => 1)).toEqual([]);
});
