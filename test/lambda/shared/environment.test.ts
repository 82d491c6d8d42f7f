import { requireEnvironment } from '../../../lambda/shared/environment';

test('gives the value of a variable', () => {
  expect(requireEnvironment({ SECRET_ARN: 'arn' }, 'SECRET_ARN')).toBe('arn');
});

test.each([{}, { SECRET_ARN: '' }])('names the variable that is missing in %j', (environment) => {
  expect(() => requireEnvironment(environment, 'SECRET_ARN')).toThrow(
    'the environment variable SECRET_ARN is not set; deploy the stack again to restore it');
});
