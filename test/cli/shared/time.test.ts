import { inUtc, inWords, parseSpan } from '../../../cli/shared/time';

test.each([
  [0, '0 s'], [999, '0 s'], [1000, '1 s'], [61_000, '1 min 1 s'], [3600_000, '1 h'], [9 * 3600_000 + 12 * 60_000 + 59_000, '9 h 12 min'],
  [3600_000 + 59_000, '1 h'], [25 * 3600_000, '1 d 1 h'], [-1, '0 s'],
])('%d ms are %s', (milliseconds, words) => {
  expect(inWords(milliseconds)).toBe(words);
});

test('writes a time in UTC', () => {
  expect(inUtc(Date.parse('2030-01-02T03:04:05.678Z'))).toBe('2030-01-02T03:04:05Z');
});

test('reads a span, and nothing else', () => {
  expect(['90min', '4h', '1d', '0h'].map(parseSpan)).toEqual([90 * 60_000, 4 * 3600_000, 86_400_000, 0]);
  expect(['', '4', 'h', '4 h', '-4h', '4hours', '1.5h', '4h ', '9999999h', '5s'].map(parseSpan)).toEqual(Array(10).fill(undefined));
});
