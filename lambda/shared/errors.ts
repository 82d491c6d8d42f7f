/** The function was called or set up wrongly: trying again changes nothing. */
export class ConfigurationError extends Error {
  public override readonly name = 'ConfigurationError';
}

/** Names that AWS services give to a request that IAM does not allow, or not yet. */
const DENIED = new Set(['AccessDeniedException', 'AccessDenied', 'UnrecognizedClientException', 'InvalidClientTokenId']);

/** Whether IAM refused the call: right after a role is made it may do so although the role has the right. */
export function isDenied(error: unknown): boolean {
  return error instanceof Error && DENIED.has(error.name);
}

/**
 * What went wrong, in words that are safe to log and to show.
 *
 * A parser quotes its input in its message, and the input may be a credential, so such a message is left out.
 */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (isParserError(error)) return `${error.name}: the answer could not be parsed`;
  // The SDK adds a line of advice to programmers.
  const [message] = error.message.split('\n');
  return `${error.name}: ${message || (error as NodeJS.ErrnoException).code || 'no reason given'}`;
}

/** The SDK leaves the answer on an error of its parsers, and a fault on an error that the service gave. */
function isParserError(error: Error): boolean {
  return error instanceof SyntaxError || ('$response' in error && !('$fault' in error) && !('code' in error));
}
