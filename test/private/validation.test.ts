import { App, Aws, Stack } from 'aws-cdk-lib';
import { Problems } from '../../src/private/validation';

const even = (n: number) => n % 2 === 0;

test('says nothing when there is nothing to say', () => {
  const problems = new Problems(new App());
  problems.unless('count', 2, even, 'even', 'add one');
  problems.unless('count', undefined, even, 'even', 'add one');
  problems.unless('name', Aws.REGION, () => false, 'anything', 'nothing');
  problems.unless('name', `x-${Aws.REGION}`, () => false, 'anything', 'nothing');
  expect(() => problems.throwIfAny()).not.toThrow();
});

test('names path, property, value, what is allowed and the fix, of every problem', () => {
  const problems = new Problems(new Stack(new App(), 'Stack'));
  problems.unless('count', 3, even, 'even', 'add one');
  problems.add('names', ['a', 'a'], 'different', 'drop one');
  problems.add('name', 'x', 'longer', 'add a letter');
  expect(() => problems.throwIfAny()).toThrow(new Error([
    'Stack: 3 problems',
    '  - \'count\' must be even, got: 3; add one',
    '  - \'names\' must be different, got: ["a","a"]; drop one',
    '  - \'name\' must be longer, got: \'x\' (1 characters); add a letter',
  ].join('\n')));
});

test('names a construct that does not exist yet, and an app, which has no path', () => {
  const of = (problems: Problems) => {
    problems.add('name', 1, 'text', 'quote it');
    return () => problems.throwIfAny();
  };
  expect(of(new Problems(new Stack(new App(), 'Stack'), 'Child'))).toThrow(/^Stack\/Child: 1 problem\n/);
  expect(of(new Problems(new App(), 'Child'))).toThrow(/^Child: 1 problem\n/);
  expect(of(new Problems(new App()))).toThrow(/^App: 1 problem\n/);
});
