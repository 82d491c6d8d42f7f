import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { TargetDefinition } from './target-definition';
import type { TargetOptions } from '../../targets/target-options';
import { TargetValue } from '../../targets/target-value';

/** The target of `Target.function()`. */
export function functionTarget(handler: lambda.IFunction, options: TargetOptions): TargetDefinition {
  return {
    check: () => undefined,
    bind: (_scope, { publisher, secret }) => {
      handler.grantInvoke(publisher);
      secret.grantRead(handler);
      return { kind: 'function', where: { functionArn: handler.functionArn }, settings: {}, value: TargetValue.configJson(), removal: options.removal };
    },
  };
}
