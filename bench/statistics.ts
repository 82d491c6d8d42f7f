/** The middle one of some values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

/** Such as `12.3 (11.9..14.0)`: the median, the least and the most. */
export function summary(values: readonly number[]): string {
  return `${digits(median(values))} (${digits(Math.min(...values))}..${digits(Math.max(...values))})`;
}

/** Three digits that count. */
function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
