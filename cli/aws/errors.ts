import { CliError, Exit, firstLine, isCliError } from '../shared/exit';

const NO_IDENTITY = 'there is no AWS identity here: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, '
  + 'run "aws sso login", or give the machine a role';
const NO_REGION = 'no AWS region is set: add --region, set AWS_REGION, or name the secret by its ARN';

const IDENTITY_ERRORS = new Set(['CredentialsProviderError', 'TokenProviderError']);
const REFUSED_IDENTITY = new Set([
  'UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidSignatureException', 'SignatureDoesNotMatch',
  'ExpiredToken', 'ExpiredTokenException', 'IncompleteSignatureException',
]);
const DENIED = new Set(['AccessDeniedException', 'AccessDenied', 'DecryptionFailure']);
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE']);

/** What happens when AWS is asked for something. */
export interface Asking {
  /** Such as `the secret X could not be read`. */
  readonly what: string;
  /** What the identity must be allowed to do. */
  readonly action: string;
}

/** What an error of the AWS SDK says to a person, and what mends it. */
export function explain(thrown: unknown, { what, action }: Asking): CliError {
  const error = thrown as Error; // the SDK throws nothing else
  const wrap = (message: string, exitCode?: Exit): CliError => new CliError(message, exitCode, { cause: error });
  if (isCliError(error)) return error;
  const { name } = error;
  if (IDENTITY_ERRORS.has(name)) return wrap(`${what}: ${NO_IDENTITY} (${firstLine(error)})`);
  if (/region is missing/i.test(error.message)) return wrap(`${what}: ${NO_REGION}`);
  if (REFUSED_IDENTITY.has(name)) return wrap(`${what}: AWS refuses this identity, sign in again or renew the key (${name}: ${firstLine(error)})`);
  if (DENIED.has(name)) return wrap(`${what}: allow ${action} to the identity (${firstLine(error)})`);
  if (isNetwork(error)) return wrap(`${what}: AWS cannot be reached, check the network, the region and the proxy (${firstLine(error)})`);
  return wrap(`${what} (${name}: ${firstLine(error)})`);
}

function isNetwork(error: Error): boolean {
  return error.name === 'TimeoutError' || NETWORK.has(String((error as NodeJS.ErrnoException).code));
}
