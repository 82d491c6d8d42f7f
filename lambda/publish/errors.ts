/** A target's vendor refused, or gave an answer that is none. */
export class VendorError extends Error {
  public override readonly name: string = 'VendorError';
}

/** A vendor wants to be left alone for a while. */
export class RateLimitedError extends VendorError {
  public override readonly name = 'RateLimitedError';

  /** @param retryAt when it may be asked again, in milliseconds since the epoch */
  public constructor(message: string, public readonly retryAt: number) {
    super(message);
  }
}

/** A vendor does not know the publisher's role, or not yet: by this name a deploy waits a while and tries again. */
export class AccessDeniedError extends VendorError {
  public override readonly name = 'AccessDenied';
}

/** A target cannot hold what it would be sent. */
export class TooLargeError extends VendorError {
  public override readonly name = 'TooLargeError';
}

/** The dockercfg has not what a target is to be sent. */
export class NothingToPublishError extends Error {
  public override readonly name = 'NothingToPublishError';
}

/** A secret with a token is not as the target says. */
export class BadTokenSecretError extends Error {
  public override readonly name = 'BadTokenSecretError';
}

/** The table did not take what became of a target. */
export class UnrecordedError extends Error {
  public override readonly name = 'UnrecordedError';
}

/** A vendor could not be reached. */
export class UnreachableError extends Error {
  public override readonly name = 'UnreachableError';
}
