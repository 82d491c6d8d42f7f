import { CliError, Exit, firstLine, isCliError } from '../../../cli/shared/exit';
import { systemError } from '../fixtures';

test('an error of another bundle\'s class is known by its name', () => {
  expect(isCliError(Object.assign(new Error('x'), { name: 'CliError' }))).toBe(true);
  expect(isCliError(new Error('x'))).toBe(false);
  expect(isCliError({ name: 'CliError' })).toBe(false);
  expect(new CliError('x').exitCode).toBe(Exit.FAILED);
});

test('an error without a message is told by its code or its name', () => {
  expect(firstLine(new Error('one\ntwo'))).toBe('one');
  expect(firstLine(Object.assign(systemError('ECONNREFUSED'), { message: '' }))).toBe('ECONNREFUSED');
  expect(firstLine(new AggregateError([]))).toBe('AggregateError');
});
