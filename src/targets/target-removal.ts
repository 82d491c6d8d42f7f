/**
 * What becomes of the value at a target when the target is removed from the app, or the credentials with all targets.
 */
export enum TargetRemoval {
  /** It stays, and expires by itself within 12 hours. */
  LEAVE = 'leave',
  /** It stays under its name and is emptied, as far as the vendor takes that; what reads it finds no credentials. */
  BLANK = 'blank',
  /** It is deleted. */
  DELETE = 'delete',
}
