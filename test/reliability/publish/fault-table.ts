/** What becomes of a run of the publisher in which a call fails. */
export interface Row {
  readonly call: string;
  readonly kind: string;
  readonly times: 'once' | 'always';
  /**
   * `published`: the target holds what is fresh. `put off`: it holds what it held, and a message for later is sent.
   * `failed: CAUSE`: it holds what it held, which is reported with the cause, and its message comes again; CloudFormation is
   * told that the deploy failed. `taken: CAUSE`: the same, but it holds what is fresh already. `told`: there is a message for
   * each target. `registered`: the table has the new target and not the old one, which has lost what it held; with a
   * cause, nobody knows that it has. `left: CAUSE`: the same, but the old one holds what it held. `unanswered: CAUSE`:
   * CloudFormation is told nothing. `unaware: CAUSE`: it is told, and the run does not know.
   */
  readonly expected: string;
}

/**
 * Each line says what becomes of a run if that happens to that call once, and if it happens each time. A dash: nobody tries
 * the call a second time.
 *
 * The SDK makes a call of DynamoDB and SQS up to five times when that may help, and one of Secrets Manager three times. A
 * vendor is asked once: the queue tries again. A registration tries again for 90 seconds while it is denied.
 */
const TABLE = `
call                        | kind             | once            | always
take the target             | throttled        | published       | failed: ThrottlingException: injected
take the target             | denied           | failed: AccessDeniedException: injected | -
take the target             | no answer        | published       | failed: TimeoutError
take the target             | reset            | published       | failed: TimeoutError: read ECONNRESET
take the target             | done, then reset | published       | failed: TimeoutError: read ECONNRESET
take the target             | garbage          | failed: SyntaxError: the answer could not be parsed | -
read the dockercfg          | throttled        | published       | failed: ThrottlingException: injected
read the dockercfg          | denied           | failed: AccessDeniedException: injected | -
read the dockercfg          | no answer        | published       | failed: TimeoutError
read the dockercfg          | reset            | published       | failed: TimeoutError: read ECONNRESET
read the dockercfg          | done, then reset | published       | failed: TimeoutError: read ECONNRESET
read the dockercfg          | garbage          | failed: SyntaxError: the answer could not be parsed | -
read the token              | throttled        | published       | failed: ThrottlingException: injected
read the token              | denied           | failed: AccessDeniedException: injected | -
read the token              | no answer        | published       | failed: TimeoutError
read the token              | reset            | published       | failed: TimeoutError: read ECONNRESET
read the token              | done, then reset | published       | failed: TimeoutError: read ECONNRESET
read the token              | garbage          | failed: SyntaxError: the answer could not be parsed | -
read the pace               | throttled        | published       | failed: ThrottlingException: injected
read the pace               | denied           | failed: AccessDeniedException: injected | -
read the pace               | no answer        | published       | failed: TimeoutError
read the pace               | reset            | published       | failed: TimeoutError: read ECONNRESET
read the pace               | done, then reset | published       | failed: TimeoutError: read ECONNRESET
read the pace               | garbage          | failed: SyntaxError: the answer could not be parsed | -
write the pace              | throttled        | published       | failed: ThrottlingException: injected
write the pace              | denied           | failed: AccessDeniedException: injected | -
write the pace              | no answer        | published       | failed: TimeoutError
write the pace              | reset            | published       | failed: TimeoutError: read ECONNRESET
write the pace              | done, then reset | published       | failed: TimeoutError: read ECONNRESET
write the pace              | garbage          | failed: SyntaxError: the answer could not be parsed | -
record the outcome          | throttled        | published       | taken: UnrecordedError: what became of it could not be recorded: ThrottlingException: injected
record the outcome          | denied           | taken: UnrecordedError: what became of it could not be recorded: AccessDeniedException: injected | -
record the outcome          | no answer        | published       | taken: UnrecordedError: what became of it could not be recorded: TimeoutError
record the outcome          | reset            | published       | taken: UnrecordedError: what became of it could not be recorded: TimeoutError: read ECONNRESET
record the outcome          | done, then reset | published       | taken: UnrecordedError: what became of it could not be recorded: TimeoutError: read ECONNRESET
record the outcome          | garbage          | taken: UnrecordedError: what became of it could not be recorded: SyntaxError: the answer could not be parsed | -
put the message back        | throttled        | failed: VendorError: GitLab answered 500 when asked to update the variable | failed: ThrottlingException: injected
put the message back        | denied           | failed: AccessDeniedException: injected | -
put the message back        | no answer        | failed: VendorError: GitLab answered 500 when asked to update the variable | failed: TimeoutError
put the message back        | reset            | failed: VendorError: GitLab answered 500 when asked to update the variable | failed: TimeoutError: read ECONNRESET
put the message back        | done, then reset | failed: VendorError: GitLab answered 500 when asked to update the variable | failed: TimeoutError: read ECONNRESET
put the message back        | garbage          | failed: SyntaxError: the answer could not be parsed | -
send the message again      | throttled        | put off         | failed: ThrottlingException: injected
send the message again      | denied           | failed: AccessDeniedException: injected | -
send the message again      | no answer        | put off         | failed: TimeoutError
send the message again      | reset            | put off         | failed: TimeoutError: read ECONNRESET
send the message again      | done, then reset | put off         | failed: TimeoutError: read ECONNRESET
send the message again      | garbage          | failed: SyntaxError: the answer could not be parsed | -
list the targets            | throttled        | told            | failed: ThrottlingException: injected
list the targets            | denied           | failed: AccessDeniedException: injected | -
list the targets            | no answer        | told            | failed: TimeoutError
list the targets            | reset            | told            | failed: TimeoutError: read ECONNRESET
list the targets            | done, then reset | told            | failed: TimeoutError: read ECONNRESET
list the targets            | garbage          | failed: SyntaxError: the answer could not be parsed | -
send the messages           | throttled        | told            | failed: ThrottlingException: injected
send the messages           | denied           | failed: AccessDeniedException: injected | -
send the messages           | no answer        | told            | failed: TimeoutError
send the messages           | reset            | told            | failed: TimeoutError: read ECONNRESET
send the messages           | done, then reset | told            | failed: TimeoutError: read ECONNRESET
send the messages           | garbage          | failed: SyntaxError: the answer could not be parsed | -
deploy: list the targets    | throttled        | published       | failed: ThrottlingException: injected
deploy: list the targets    | denied           | failed: AccessDeniedException: injected | -
deploy: list the targets    | no answer        | published       | failed: TimeoutError
deploy: list the targets    | reset            | published       | failed: TimeoutError: read ECONNRESET
deploy: list the targets    | done, then reset | published       | failed: TimeoutError: read ECONNRESET
deploy: list the targets    | garbage          | failed: SyntaxError: the answer could not be parsed | -
deploy: answer              | throttled        | published       | unanswered: Error: CloudFormation's answer was refused with status 400
deploy: answer              | denied           | published       | unanswered: Error: CloudFormation's answer was refused with status 400
deploy: answer              | no answer        | published       | unanswered: TimeoutError: The operation was aborted due to timeout
deploy: answer              | reset            | published       | unanswered: TypeError: fetch failed
deploy: answer              | done, then reset | published       | unaware: TypeError: fetch failed
deploy: answer              | garbage          | published       | -
register: list the targets  | throttled        | registered      | failed: ThrottlingException: injected
register: list the targets  | denied           | registered      | failed: AccessDeniedException: injected
register: list the targets  | no answer        | registered      | failed: TimeoutError
register: list the targets  | reset            | registered      | failed: TimeoutError: read ECONNRESET
register: list the targets  | done, then reset | registered      | failed: TimeoutError: read ECONNRESET
register: list the targets  | garbage          | failed: SyntaxError: the answer could not be parsed | -
register: add the target    | throttled        | registered      | failed: ThrottlingException: injected
register: add the target    | denied           | registered      | failed: AccessDeniedException: injected
register: add the target    | no answer        | registered      | failed: TimeoutError
register: add the target    | reset            | registered      | failed: TimeoutError: read ECONNRESET
register: add the target    | done, then reset | registered      | failed: TimeoutError: read ECONNRESET
register: add the target    | garbage          | failed: SyntaxError: the answer could not be parsed | -
register: doubt the copy    | throttled        | registered      | left: ThrottlingException: injected
register: doubt the copy    | denied           | left: AccessDeniedException: injected | -
register: doubt the copy    | no answer        | registered      | left: TimeoutError
register: doubt the copy    | reset            | registered      | left: TimeoutError: read ECONNRESET
register: doubt the copy    | done, then reset | registered      | left: TimeoutError: read ECONNRESET
register: doubt the copy    | garbage          | left: SyntaxError: the answer could not be parsed | -
register: remove the target | throttled        | registered      | failed: ThrottlingException: injected
register: remove the target | denied           | registered      | failed: AccessDeniedException: injected
register: remove the target | no answer        | registered      | failed: TimeoutError
register: remove the target | reset            | registered      | failed: TimeoutError: read ECONNRESET
register: remove the target | done, then reset | registered      | failed: TimeoutError: read ECONNRESET
register: remove the target | garbage          | failed: SyntaxError: the answer could not be parsed | -
register: answer            | throttled        | registered      | unanswered: Error: CloudFormation's answer was refused with status 400
register: answer            | denied           | registered      | unanswered: Error: CloudFormation's answer was refused with status 400
register: answer            | no answer        | registered      | unanswered: TimeoutError: The operation was aborted due to timeout
register: answer            | reset            | registered      | unanswered: TypeError: fetch failed
register: answer            | done, then reset | registered      | unaware: TypeError: fetch failed
register: answer            | garbage          | registered      | -
GitLab: read the variable   | server error     | failed: VendorError: GitLab answered 500 when asked to read the variable: no | -
GitLab: read the variable   | denied           | failed: VendorError: GitLab answered 403 when asked to read the variable: no | -
GitLab: read the variable   | rate limit       | put off         | -
GitLab: read the variable   | login page       | failed: VendorError: GitLab answered 200 when asked to read the variable and a web page instead of JSON | -
GitLab: read the variable   | no answer        | failed: gave no answer: none within 15 seconds | -
GitLab: read the variable   | reset            | failed: gave no answer: ECONNRESET | -
GitLab: read the variable   | done, then reset | failed: gave no answer: ECONNRESET | -
GitLab: write the variable  | server error     | failed: VendorError: GitLab answered 500 when asked to update the variable: no | -
GitLab: write the variable  | denied           | failed: VendorError: GitLab answered 403 when asked to update the variable: no | -
GitLab: write the variable  | rate limit       | put off         | -
GitLab: write the variable  | login page       | failed: VendorError: GitLab answered 200 when asked to update the variable and a web page instead of JSON | -
GitLab: write the variable  | no answer        | failed: gave no answer: none within 15 seconds | -
GitLab: write the variable  | reset            | failed: gave no answer: ECONNRESET | -
GitLab: write the variable  | done, then reset | taken: gave no answer: ECONNRESET | -
GitLab: read the expiry     | server error     | published       | -
GitLab: read the expiry     | denied           | published       | -
GitLab: read the expiry     | rate limit       | published       | -
GitLab: read the expiry     | login page       | published       | -
GitLab: read the expiry     | no answer        | published       | -
GitLab: read the expiry     | reset            | published       | -
GitLab: read the expiry     | done, then reset | published       | -
GitHub: read the key        | server error     | failed: VendorError: GitHub answered 500 when asked to read the public key: no | -
GitHub: read the key        | denied           | failed: VendorError: GitHub answered 403 when asked to read the public key: no | -
GitHub: read the key        | rate limit       | put off         | -
GitHub: read the key        | login page       | failed: VendorError: GitHub answered 200 when asked to read the public key and a web page instead of JSON | -
GitHub: read the key        | no answer        | failed: gave no answer: none within 15 seconds | -
GitHub: read the key        | reset            | failed: gave no answer: ECONNRESET | -
GitHub: read the key        | done, then reset | failed: gave no answer: ECONNRESET | -
GitHub: write the secret    | server error     | failed: VendorError: GitHub answered 500 when asked to write the secret: no | -
GitHub: write the secret    | denied           | failed: VendorError: GitHub answered 403 when asked to write the secret: no | -
GitHub: write the secret    | rate limit       | put off         | -
GitHub: write the secret    | login page       | failed: VendorError: GitHub answered 200 when asked to write the secret and a web page instead of JSON | -
GitHub: write the secret    | no answer        | failed: gave no answer: none within 15 seconds | -
GitHub: write the secret    | reset            | failed: gave no answer: ECONNRESET | -
GitHub: write the secret    | done, then reset | taken: gave no answer: ECONNRESET | -
deploy: write the variable  | server error     | failed: VendorError: GitLab answered 500 when asked to update the variable: no | -
deploy: write the variable  | denied           | failed: VendorError: GitLab answered 403 when asked to update the variable: no | -
deploy: write the variable  | rate limit       | put off         | -
deploy: write the variable  | login page       | failed: VendorError: GitLab answered 200 when asked to update the variable and a web page instead of JSON | -
deploy: write the variable  | no answer        | failed: gave no answer: none within 15 seconds | -
deploy: write the variable  | reset            | failed: gave no answer: ECONNRESET | -
deploy: write the variable  | done, then reset | failed: gave no answer: ECONNRESET | -
register: delete the secret | server error     | left: VendorError: GitHub answered 500 when asked to delete the secret: no | -
register: delete the secret | denied           | left: VendorError: GitHub answered 403 when asked to delete the secret: no | -
register: delete the secret | rate limit       | left: RateLimitedError: GitHub answered 429 when asked to delete the secret | -
register: delete the secret | login page       | left: VendorError: GitHub answered 200 when asked to delete the secret and a web page instead of JSON | -
register: delete the secret | no answer        | left: gave no answer: none within 15 seconds | -
register: delete the secret | reset            | left: gave no answer: ECONNRESET | -
register: delete the secret | done, then reset | registered: gave no answer: ECONNRESET | -
`;

export const ROWS: readonly Row[] = TABLE.trim().split('\n').slice(1).flatMap((line) => {
  const [call, kind, once, always] = line.split('|').map((cell) => cell.trim());
  return [{ call, kind, times: 'once' as const, expected: once }, ...always === '-' ? [] : [{ call, kind, times: 'always' as const, expected: always }]];
});
