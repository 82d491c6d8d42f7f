import { describe as describeError, isDenied } from '../../../lambda/shared/errors';

describe('an error in words', () => {
  test('never quotes what a parser was given', () => {
    expect(describeError(new SyntaxError('Unexpected token in "QVdTOnBhc3N3b3Jk"'))).toBe('SyntaxError: the answer could not be parsed');
  });
  test('says a code where there is no message', () => {
    expect(describeError(Object.assign(new Error(''), { code: 'ECONNRESET' }))).toBe('Error: ECONNRESET');
    expect(describeError(new Error(''))).toBe('Error: no reason given');
  });
  test('copes with anything that is thrown', () => {
    expect(describeError('text')).toBe('unknown error');
  });
});

test('a denial is told from other errors by its name', () => {
  expect(isDenied(Object.assign(new Error('no'), { name: 'AccessDenied' }))).toBe(true);
  expect(isDenied(new Error('AccessDenied'))).toBe(false);
  expect(isDenied({ name: 'AccessDenied' })).toBe(false);
});
