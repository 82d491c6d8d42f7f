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

/** Adds a problem unless exactly one of the properties is given. */
export function checkExactlyOne(problems: Problems, at: string, values: Record<string, unknown>, fix: string): void {
  const given = Object.keys(values).filter((name) => values[name] !== undefined);
  if (given.length === 1) return;
  const names = Object.keys(values).map((name) => `'${name}'`).join(', ');
  problems.add(at, given, `given exactly one of ${names}`, fix);
}
