import type { Sample } from './sample';
import { median } from './statistics';

/** What a part of a sample is measured in. */
export const UNITS: Record<keyof Sample, string> = { process: 'ms', inside: 'ms', peakMemory: 'MiB' };

/** A line of the table: this package's values against those of what one would use in its place. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** The largest ratio that is good; without one the row is only told. */
  readonly goal?: number;
}

/** Compares one part of the samples. */
export function compare(name: string, part: keyof Sample, ours: Sample[], theirs: Sample[], goal?: number): Row {
  const values = (samples: Sample[]) => samples.map((sample) => sample[part]);
  return { name, unit: UNITS[part], ours: values(ours), theirs: values(theirs), goal };
}

/** Ratio of the medians: below 1 where this package takes less. */
export function ratio({ ours, theirs }: Row): number {
  return median(ours) / median(theirs);
}
