// Fails the tests if their own output shows a credential: a message of a failure, or what they wrote to the console.

/** The beginning of what ECR's tokens look like, in a dockercfg and out of it, and the login of the tests. */
const CREDENTIAL = /QVdTOmV5[A-Za-z0-9+/]{12}|eyJwYXlsb2Fk[A-Za-z0-9+/]{12}|TheLoginOf|VGhlTG9naW5P/;

module.exports = class SecrecyReporter {
  onTestResult(test, { console: written, failureMessage, testResults }) {
    const texts = [written, failureMessage, testResults.flatMap((result) => result.failureMessages)];
    if (CREDENTIAL.test(JSON.stringify(texts))) this.error = new Error(`the output of ${test.path} shows a credential`);
  }

  getLastError() {
    return this.error;
  }
};
