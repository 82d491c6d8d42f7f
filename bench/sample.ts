/** One measured process. */
export interface Sample {
  /** Milliseconds from its start to its end. */
  readonly process: number;
  /** Milliseconds of the part that the process itself measured; the median if it did so more than once. */
  readonly inside: number;
  /** Peak memory in MiB. */
  readonly peakMemory: number;
}

/**
 * Takes samples of each variant in turn, A B A B, so that what disturbs the machine disturbs all of them.
 *
 * @param rounds how many of each
 * @param warmUps how many rounds to throw away first, because they fill the disk's cache
 */
export async function interleave<Name extends string>(
  rounds: number, variants: Record<Name, () => Promise<Sample>>, warmUps = 1,
): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(variants) as Name[];
  const samples = Object.fromEntries(names.map((name): [string, Sample[]] => [name, []])) as Record<Name, Sample[]>;
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of names) {
      const sample = await variants[name]();
      if (round >= 0) samples[name].push(sample);
    }
  }
  return samples;
}
