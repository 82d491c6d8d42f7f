import SecrecyReporter from './secrecy-reporter.cjs';

const PASSWORD = Buffer.from('{"payload": "bm90IGEgcmVhbCBvbmUgYnV0IGxvbmc="}').toString('base64');

function verdict(result: object): Error | undefined {
  const reporter = new SecrecyReporter();
  reporter.onTestResult({ path: 'some.test.ts' }, { testResults: [], ...result });
  return reporter.getLastError();
}

test('the output of a test that shows no credential is fine', () => {
  expect(verdict({ console: [{ message: 'refreshed' }], failureMessage: 'expected 1' })).toBeUndefined();
});

test.each([
  ['on the console', { console: [{ message: `{"auth":"${Buffer.from(`AWS:${PASSWORD}`).toString('base64')}"}` }] }],
  ['in a failure', { failureMessage: `Received: "${PASSWORD}"` }],
  ['in one of many failures', { testResults: [{ failureMessages: ['fine', 'robot:TheLoginOfTheLab'] }] }],
])('a credential %s fails the run', (_where, result) => {
  // it is not compared, which would show it
  expect(verdict(result)?.message === 'the output of some.test.ts shows a credential').toBe(true);
});
