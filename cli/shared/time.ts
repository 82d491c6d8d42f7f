const UNITS: readonly [name: string, milliseconds: number][] = [['d', 86_400_000], ['h', 3_600_000], ['min', 60_000], ['s', 1000]];

/** A span of time in its two largest units, such as `9 h 12 min`. */
export function inWords(milliseconds: number): string {
  const largest = UNITS.findIndex(([, unit]) => milliseconds >= unit);
  if (largest < 0) return '0 s';
  let rest = milliseconds;
  const parts = UNITS.slice(largest, largest + 2).map(([name, unit]) => {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    return { name, count };
  });
  return parts.filter(({ count }) => count > 0).map(({ name, count }) => `${count} ${name}`).join(' ');
}

/** A point in time as people and programs read it, in whole seconds: `2030-01-02T03:04:05Z`. */
export function inUtc(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A time of expiry as a member of JSON: none if there is no end, or it is not known. */
export function expiryMember(expiresAt: number | undefined): { readonly expiresAt?: string } {
  return expiresAt === undefined || expiresAt === Infinity ? {} : { expiresAt: inUtc(expiresAt) };
}

/** Reads `90min`, `4h` or `1d`; undefined for anything else. */
export function parseSpan(text: string): number | undefined {
  const match = /^(\d{1,6})(min|h|d)$/.exec(text);
  return match ? Number(match[1]) * UNITS.find(([name]) => name === match[2])![1] : undefined;
}
