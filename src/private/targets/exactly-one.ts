import type { Problems } from '../validation';

/** Adds a problem unless exactly one of the properties is given. */
export function checkExactlyOne(problems: Problems, at: string, values: Record<string, unknown>, fix: string): void {
  const given = Object.keys(values).filter((name) => values[name] !== undefined);
  if (given.length === 1) return;
  const names = Object.keys(values).map((name) => `'${name}'`).join(', ');
  problems.add(at, given, `given exactly one of ${names}`, fix);
}
