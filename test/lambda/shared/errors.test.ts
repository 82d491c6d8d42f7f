import { describe as describeError, isDenied } from '../../../lambda/shared/errors';

describe('an error in words', () => {
  test('never quotes what a parser was given', () => {
    expect(describeError(new SyntaxError('Unexpected token in "QVdTOnBhc3N3b3Jk"'))).toBe('SyntaxError: the answer could not be parsed');
  });
  test('never quotes what the SDK could not parse', () => {
    const error = Object.assign(new Error('bad tag <SecretAccessKey>wJalrXUt'), { $response: {} });
    expect(describeError(error)).toBe('Error: the answer could not be parsed');
  });
  test('quotes a service, and a connection that broke while the SDK read an answer, without the SDK\'s advice', () => {
    const fault = Object.assign(new Error('slow down'), { name: 'ThrottlingException', $response: {}, $fault: 'client' });
    expect(describeError(fault)).toBe('ThrottlingException: slow down');
    const broken = Object.assign(new Error('aborted\n  Deserialization error: inspect {error}.$response'), { $response: {}, code: 'ECONNRESET' });
    expect(describeError(broken)).toBe('Error: aborted');
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
