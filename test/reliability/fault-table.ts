/** What becomes of a run in which a call fails. */
export interface Row {
  readonly call: string;
  readonly kind: string;
  readonly times: 'once' | 'always';
  /**
   * `refreshed`: every registry has fresh credentials. `kept: CAUSE`: the registry of the call keeps what it has, which
   * is reported with the cause, and the others are refreshed. `unchanged: CAUSE`: the secret is as it was, and the run
   * fails with the cause. `written: CAUSE`: every registry has fresh credentials, but the run does not know and fails.
   * `unanswered: CAUSE`: they have, and CloudFormation is told nothing.
   */
  readonly expected: string;
}

/**
 * Each line says what becomes of a run if that happens to that call once, and if it happens each time. A dash: as once.
 *
 * The SDK makes a call up to five times when that may help: after a throttling, an error of the service, a broken
 * connection and a time-out. What it does not repeat, Lambda does: it tries a run that failed twice more.
 */
const TABLE = `
call                   | kind                  | once                            | always
ECR token              | throttled             | refreshed                       | kept: ThrottlingException: injected
ECR token              | server error          | refreshed                       | kept: InternalFailure: injected
ECR token              | denied                | kept: AccessDeniedException: injected | -
ECR token              | no answer             | refreshed                       | kept: DeadlineError: no answer within 40 seconds
ECR token              | reset                 | refreshed                       | kept: TimeoutError: read ECONNRESET
ECR token              | done, then reset      | refreshed                       | kept: TimeoutError: read ECONNRESET
ECR token              | slow                  | refreshed                       | refreshed
ECR token              | garbage               | kept: SyntaxError: the answer could not be parsed | -
ECR token              | empty                 | kept: BadTokenError: ECR answered with 0 tokens instead of 1 | -
ECR token              | truncated             | refreshed                       | kept: Error: aborted
ECR token              | cut in front          | kept: SyntaxError: the answer could not be parsed | -
ECR token              | wrong user            | kept: BadTokenError: ECR's token is not for the user AWS | -
ECR token              | empty password        | kept: BadTokenError: ECR's token has an empty password | -
ECR token              | not base64            | kept: BadTokenError: ECR's token is not for the user AWS | -
ECR token              | expired               | kept: BadTokenError: ECR's token expired at 20 | -
ECR token              | other host            | kept: BadTokenError: ECR's token is for the host '333333333333.dkr.ecr.us-east-1.amazonaws.com' | -
ECR token              | no host               | kept: BadTokenError: ECR's token is for the host '' | -
ECR token              | no expiry             | kept: BadTokenError: ECR's token says no time of expiry | -
ECR token              | no token              | kept: BadTokenError: ECR's token is not for the user AWS | -
ECR token              | no tokens             | kept: BadTokenError: ECR answered with 0 tokens instead of 1 | -
ECR token              | two tokens            | kept: BadTokenError: ECR answered with 2 tokens instead of 1 | -
ECR token              | no data               | kept: BadTokenError: ECR answered with 0 tokens instead of 1 | -
ECR token of a role    | throttled             | refreshed                       | kept: ThrottlingException: injected
ECR token of a role    | server error          | refreshed                       | kept: InternalFailure: injected
ECR token of a role    | denied                | kept: AccessDeniedException: injected | -
ECR token of a role    | no answer             | refreshed                       | kept: DeadlineError: no answer within 40 seconds
ECR token of a role    | reset                 | refreshed                       | kept: TimeoutError: read ECONNRESET
ECR token of a role    | truncated             | refreshed                       | kept: Error: aborted
ECR token of a role    | cut in front          | kept: SyntaxError: the answer could not be parsed | -
ECR token of a role    | expired               | kept: BadTokenError: ECR's token expired at 20 | -
ECR token of a role    | other host            | kept: BadTokenError: ECR's token is for the host '333333333333.dkr.ecr.us-east-1.amazonaws.com' | -
ECR Public token       | throttled             | refreshed                       | kept: ThrottlingException: injected
ECR Public token       | server error          | refreshed                       | kept: InternalFailure: injected
ECR Public token       | denied                | kept: AccessDeniedException: injected | -
ECR Public token       | no answer             | refreshed                       | kept: DeadlineError: no answer within 40 seconds
ECR Public token       | reset                 | refreshed                       | kept: TimeoutError: read ECONNRESET
ECR Public token       | done, then reset      | refreshed                       | kept: TimeoutError: read ECONNRESET
ECR Public token       | slow                  | refreshed                       | refreshed
ECR Public token       | garbage               | kept: SyntaxError: the answer could not be parsed | -
ECR Public token       | empty                 | kept: BadTokenError: ECR answered with 0 tokens instead of 1 | -
ECR Public token       | truncated             | refreshed                       | kept: Error: aborted
ECR Public token       | cut in front          | kept: SyntaxError: the answer could not be parsed | -
ECR Public token       | wrong user            | kept: BadTokenError: ECR's token is not for the user AWS | -
ECR Public token       | empty password        | kept: BadTokenError: ECR's token has an empty password | -
ECR Public token       | not base64            | kept: BadTokenError: ECR's token is not for the user AWS | -
ECR Public token       | expired               | kept: BadTokenError: ECR's token expired at 20 | -
ECR Public token       | no expiry             | kept: BadTokenError: ECR's token says no time of expiry | -
ECR Public token       | no token              | kept: BadTokenError: ECR's token is not for the user AWS | -
ECR Public token       | no data               | kept: BadTokenError: ECR answered with 0 tokens instead of 1 | -
AssumeRole             | throttled             | refreshed                       | kept: Throttling: injected
AssumeRole             | server error          | refreshed                       | kept: InternalFailure: injected
AssumeRole             | denied                | kept: AccessDenied: injected    | -
AssumeRole             | no answer             | refreshed                       | kept: DeadlineError: no answer within 40 seconds
AssumeRole             | reset                 | refreshed                       | kept: TimeoutError: read ECONNRESET
AssumeRole             | done, then reset      | refreshed                       | kept: TimeoutError: read ECONNRESET
AssumeRole             | slow                  | refreshed                       | refreshed
AssumeRole             | garbage               | kept: Error: the answer could not be parsed | -
AssumeRole             | empty                 | kept: BadAnswerError: STS gave no credentials of arn:aws:iam::222222222222:role/puller | -
AssumeRole             | truncated             | refreshed                       | kept: Error: aborted
AssumeRole             | cut in front          | kept: Error: the answer could not be parsed | -
AssumeRole             | no credentials        | kept: BadAnswerError: STS gave no credentials of arn:aws:iam::222222222222:role/puller | -
read the login         | throttled             | refreshed                       | kept: ThrottlingException: injected
read the login         | server error          | refreshed                       | kept: InternalFailure: injected
read the login         | denied                | kept: AccessDeniedException: injected | -
read the login         | no answer             | refreshed                       | kept: DeadlineError: no answer within 40 seconds
read the login         | reset                 | refreshed                       | kept: TimeoutError: read ECONNRESET
read the login         | slow                  | refreshed                       | refreshed
read the login         | garbage               | kept: SyntaxError: the answer could not be parsed | -
read the login         | empty                 | kept: BadLoginError: the registry's secret is no JSON object | -
read the login         | truncated             | refreshed                       | kept: Error: aborted
read the login         | cut in front          | kept: SyntaxError: the answer could not be parsed | -
read the login         | no such secret        | kept: ResourceNotFoundException: injected | -
read the login         | no value inside       | kept: BadLoginError: the registry's secret is no JSON object | -
read the login         | no JSON inside        | kept: BadLoginError: the registry's secret is no JSON object | -
read the login         | other keys inside     | kept: BadLoginError: the registry's secret has no text for the key 'username' | -
read the login         | empty password inside | kept: BadLoginError: the registry's secret has no text for the key 'password' | -
read the secret        | throttled             | refreshed                       | unchanged: ThrottlingException: injected
read the secret        | server error          | refreshed                       | unchanged: InternalFailure: injected
read the secret        | denied                | unchanged: AccessDeniedException: injected | -
read the secret        | no answer             | refreshed                       | unchanged: AbortError: Request aborted
read the secret        | reset                 | refreshed                       | unchanged: TimeoutError: read ECONNRESET
read the secret        | slow                  | refreshed                       | refreshed
read the secret        | garbage               | unchanged: SyntaxError: the answer could not be parsed | -
read the secret        | empty                 | unchanged: BadAnswerError: Secrets Manager answered without a version of the secret | -
read the secret        | truncated             | refreshed                       | unchanged: Error: aborted
read the secret        | cut in front          | unchanged: SyntaxError: the answer could not be parsed | -
read the secret        | no such secret        | refreshed                       | unchanged: InvalidParameterException: The staging label AWSCURRENT is currently attached to version
read the secret        | no value inside       | unchanged: BadAnswerError: Secrets Manager answered without a version of the secret | -
read the secret        | other version         | unchanged: ResourceNotFoundException: Secrets Manager can't find the specified secret version | -
write the secret       | throttled             | refreshed                       | unchanged: ThrottlingException: injected
write the secret       | server error          | refreshed                       | unchanged: InternalFailure: injected
write the secret       | denied                | unchanged: AccessDeniedException: injected | -
write the secret       | no answer             | refreshed                       | unchanged: AbortError: Request aborted
write the secret       | reset                 | refreshed                       | unchanged: TimeoutError: read ECONNRESET
write the secret       | done, then reset      | refreshed                       | unchanged: TimeoutError: read ECONNRESET
write the secret       | slow                  | refreshed                       | refreshed
write the secret       | garbage               | unchanged: SyntaxError: the answer could not be parsed | -
write the secret       | empty                 | unchanged: BadAnswerError: Secrets Manager did not say that it wrote the version | -
write the secret       | truncated             | refreshed                       | unchanged: Error: aborted
write the secret       | no such secret        | unchanged: ResourceNotFoundException: injected | -
write the secret       | other version         | unchanged: BadAnswerError: Secrets Manager did not say that it wrote the version | -
make it current        | throttled             | refreshed                       | unchanged: ThrottlingException: injected
make it current        | server error          | refreshed                       | unchanged: InternalFailure: injected
make it current        | denied                | unchanged: AccessDeniedException: injected | -
make it current        | no answer             | refreshed                       | unchanged: AbortError: Request aborted
make it current        | reset                 | refreshed                       | unchanged: TimeoutError: read ECONNRESET
make it current        | done, then reset      | refreshed                       | written: TimeoutError: read ECONNRESET
make it current        | slow                  | refreshed                       | refreshed
make it current        | garbage               | written: SyntaxError: the answer could not be parsed | -
make it current        | empty                 | refreshed                       | refreshed
make it current        | truncated             | refreshed                       | written: Error: aborted
make it current        | no such secret        | unchanged: ResourceNotFoundException: injected | -
answer CloudFormation  | server error          | refreshed                       | unanswered: Error: CloudFormation's answer was refused with status 500
answer CloudFormation  | denied                | refreshed                       | unanswered: Error: CloudFormation's answer was refused with status 400
answer CloudFormation  | no answer             | refreshed                       | unanswered: TimeoutError: The operation was aborted due to timeout
answer CloudFormation  | reset                 | refreshed                       | unanswered: TypeError: fetch failed
answer CloudFormation  | done, then reset      | refreshed                       | written: TypeError: fetch failed
answer CloudFormation  | slow                  | refreshed                       | refreshed
answer CloudFormation  | garbage               | refreshed                       | refreshed
answer CloudFormation  | empty                 | refreshed                       | refreshed
answer CloudFormation  | truncated             | refreshed                       | refreshed
`;

export const ROWS: readonly Row[] = TABLE.trim().split('\n').slice(1).flatMap((line) => {
  const [call, kind, once, always] = line.split('|').map((cell) => cell.trim());
  return [
    { call, kind, times: 'once' as const, expected: once },
    { call, kind, times: 'always' as const, expected: always === '-' ? once : always },
  ];
});
