/** A time that only passes when it is told to. */
export class SimulatedClock {
  /** Milliseconds since the epoch. */
  public now = Date.parse('2026-01-01T00:00:00Z');

  private readonly deadlines: { at: number; controller: AbortController }[] = [];

  public advance(milliseconds: number): void {
    this.now += milliseconds;
    for (const deadline of this.deadlines.filter(({ at }) => at <= this.now)) {
      this.deadlines.splice(this.deadlines.indexOf(deadline), 1);
      deadline.controller.abort();
    }
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
