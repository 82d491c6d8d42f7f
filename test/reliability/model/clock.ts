/** A time that only passes when it is told to. */
export class SimulatedClock {
  /** Milliseconds since the epoch. */
  public now = Date.parse('2026-01-01T00:00:00Z');

  private deadlines: { readonly at: number; readonly controller: AbortController }[] = [];

  /** When the next signal goes off; infinite if none will. */
  public get nextDeadline(): number {
    return Math.min(...this.deadlines.map(({ at }) => at));
  }

  public set(now: number): void {
    this.now = now;
    const over = this.deadlines.filter(({ at }) => at <= now);
    this.deadlines = this.deadlines.filter(({ at }) => at > now);
    for (const { controller } of over) controller.abort();
  }

  /** Lets `AbortSignal.timeout` go by this clock while the work is done. */
  public async rule<T>(work: () => Promise<T>): Promise<T> {
    const real = AbortSignal.timeout;
    AbortSignal.timeout = (milliseconds) => {
      const controller = new AbortController();
      this.deadlines.push({ at: this.now + milliseconds, controller });
      return controller.signal;
    };
    try {
      return await work();
    } finally {
      AbortSignal.timeout = real;
    }
  }
}
