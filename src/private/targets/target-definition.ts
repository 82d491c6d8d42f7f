import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { TargetBindOptions, TargetConfig } from '../../targets/target-config';
import type { Problems } from '../validation';

/** What a target of this package is made of. */
export interface TargetDefinition {
  /** Adds what is wrong with its options. */
  readonly check: (problems: Problems, at: string, stack: Stack) => void;
  readonly bind: (scope: Construct, options: TargetBindOptions) => TargetConfig;
}
