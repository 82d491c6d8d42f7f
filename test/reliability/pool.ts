/** Runs jobs a few at a time, and gives each job's promise at once. */
export function pooled<T, R>(jobs: readonly T[], atOnce: number, work: (job: T) => Promise<R>): Promise<R>[] {
  const free: Promise<unknown>[] = Array.from({ length: atOnce }, () => Promise.resolve());
  return jobs.map((job, index) => {
    const result = free[index % atOnce].then(() => work(job));
    result.catch(() => undefined); // whoever awaits it sees it
    free[index % atOnce] = result.catch(() => undefined);
    return result;
  });
}
