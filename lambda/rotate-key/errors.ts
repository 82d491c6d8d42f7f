/** A step that cannot be done. What the secret holds as current is as it was. */
export class RotationError extends Error {
  public override readonly name: string = 'RotationError';
}

/** A key that somebody else made takes the place of the new one. */
export class ForeignKeyError extends RotationError {
  public override readonly name = 'ForeignKeyError';
}

/** The new version can never become current: the next rotation makes another one. */
export class AbandonedError extends RotationError {
  public override readonly name = 'AbandonedError';
}

/** Another run made a key that is not in the secret yet. */
export class BusyError extends RotationError {
  public override readonly name = 'BusyError';
}

/** The user does not exist: it has no keys either. */
export class NoUserError extends RotationError {
  public override readonly name = 'NoUserError';
}
