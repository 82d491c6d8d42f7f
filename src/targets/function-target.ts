import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { TargetOptions } from './target-options';

/**
 * Options of `Target.function()`.
 */
export interface FunctionTargetOptions extends TargetOptions {
  /**
   * The function. It has 60 seconds, and is called anew if it fails.
   *
   * It is let read the dockercfg's secret; one that is imported without its role has to be let read it by you.
   */
  readonly handler: lambda.IFunction;

  /**
   * Tells it from another target of the same function, which gets it in the event.
   *
   * @default - the function has one target
   */
  readonly name?: string;

  /**
   * Hosts of the registries that the function is told of. It is called when their entries change.
   *
   * @default - all of the dockercfg
   */
  readonly hosts?: string[];
}
