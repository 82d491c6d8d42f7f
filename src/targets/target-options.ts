import type { TargetRemoval } from './target-removal';

/**
 * Options of every target.
 */
export interface TargetOptions {
  /**
   * What becomes of the value when the target is removed from the app.
   *
   * @default TargetRemoval.LEAVE
   */
  readonly removal?: TargetRemoval;
}
