import { ConfigurationError } from '../shared/errors';

/** A path of parts none of which leads elsewhere: a URL takes `.` and `..` for folders, even when they are encoded. */
export function pathOf(...parts: readonly string[]): string {
  const wrong = parts.find((part) => /^\.{0,2}$/.test(part));
  if (wrong !== undefined) throw new ConfigurationError(`'${wrong}' is no name that a URL can hold`);
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('');
}
