/** ECR gave an answer that must not be published. */
export class BadTokenError extends Error {
  public override readonly name = 'BadTokenError';
}

/** At least one registry gave no token. */
export class RefreshError extends Error {
  public override readonly name = 'RefreshError';
}
