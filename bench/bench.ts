/** What a measurement gets. */
export interface Bench {
  /** A folder for what is needed only during the run. */
  readonly folder: string;
  /** How often to repeat what is to be repeated `count` times. */
  readonly repetitions: (count: number) => number;
  /** Says what is being measured. */
  readonly log: (line: string) => void;
}
