/** What jest tells a reporter. */
declare class SecrecyReporter {
  public onTestResult(test: { path: string }, result: object): void;
  public getLastError(): Error | undefined;
}
export = SecrecyReporter;
