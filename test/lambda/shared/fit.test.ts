import fc from 'fast-check';
import { fit } from '../../../lambda/shared/fit';

test('a text that has room stays as it is', () => {
  expect(fit('', 3)).toBe('');
  expect(fit('abc', 3)).toBe('abc');
  expect(fit('a"c', 4)).toBe('a"c');
});

test('a longer one ends where there is no room, and says so', () => {
  expect(fit('abcde', 4)).toBe('a…');
  expect(fit('a"cd', 4)).toBe('a…');
  expect(fit('a😀b', 5)).toBe('a…');
});

test('whatever the text is, it has room in JSON, and is the beginning of what it was', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 3, max: 40 }), (text, bytes) => {
    const kept = fit(text, bytes);
    expect(Buffer.byteLength(JSON.stringify(kept)) - 2).toBeLessThanOrEqual(bytes);
    expect(kept === text || text.startsWith(kept.replace(/…$/, ''))).toBe(true);
  }));
});
