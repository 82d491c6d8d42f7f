/** A service gave an answer that must not be published, or that cannot be what it was asked for. */
export class BadTokenError extends Error {
  public override readonly name = 'BadTokenError';
}

/** A secret does not hold the login that a registry needs. */
export class BadLoginError extends Error {
  public override readonly name = 'BadLoginError';
}

/** Secrets Manager's answer is not one. */
export class BadAnswerError extends Error {
  public override readonly name = 'BadAnswerError';
}

/** A service took too long. */
export class DeadlineError extends Error {
  public override readonly name = 'DeadlineError';
}

/** Others kept writing the secret. */
export class ContendedError extends Error {
  public override readonly name = 'ContendedError';
}

/** An entry has no place in a secret. */
export class SecretFullError extends Error {
  public override readonly name = 'SecretFullError';
}

/** At least one registry gave no credentials. */
export class RefreshError extends Error {
  public override readonly name = 'RefreshError';
}
