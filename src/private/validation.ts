import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Collects what is wrong with the input of one construct, to refuse all of it in one error.
 *
 * A value that is still a token cannot be judged at synth, so it is always taken.
 */
export class Problems {
  private readonly found: string[] = [];

  /**
   * @param scope the construct that was given the input, or the scope of the one named next
   * @param id of the construct, to judge its input before it exists
   */
  public constructor(private readonly scope: IConstruct, private readonly id?: string) {}

  /** Adds a problem unless `ok` holds for the value, or it is a token or a text with one in it. */
  public unless<T>(property: string, value: T | undefined, ok: (value: T) => boolean, allowed: string, fix: string): void {
    if (value === undefined || Token.isUnresolved(value) || ok(value)) return;
    this.add(property, value, allowed, fix);
  }

  /** Adds a problem: `property` is what `allowed` says it has to be, `got` is what it was, `fix` mends it. */
  public add(property: string, got: unknown, allowed: string, fix: string): void {
    this.found.push(`'${property}' must be ${allowed}, got: ${show(got)}; ${fix}`);
  }

  /** What was found so far, a line each. */
  public get lines(): readonly string[] {
    return this.found;
  }

  /** Throws one error with every problem found, if there is any. */
  public throwIfAny(): void {
    if (this.found.length === 0) return;
    const count = this.found.length === 1 ? '1 problem' : `${this.found.length} problems`;
    const path = [this.scope.node.path, this.id].filter(Boolean).join('/');
    throw new Error([`${path || 'App'}: ${count}`, ...this.found.map((line) => `  - ${line}`)].join('\n'));
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}' (${value.length} characters)` : JSON.stringify(value);
}
