/** What the process says by its exit code. */
export enum Exit {
  OK = 0,
  /** The credentials expire soon, or a cause was found. */
  NOTICE = 1,
  /** The credentials are expired or missing. */
  NO_CREDENTIALS = 2,
  /** Anything else: bad usage, no AWS identity, no permission, no network, a file that cannot be used. */
  FAILED = 3,
}

/** What a person can mend: one line that says what is wrong and what to do, and never holds a credential. */
export class CliError extends Error {
  public override readonly name = 'CliError';

  public constructor(message: string, public readonly exitCode: Exit = Exit.FAILED, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Whether it is a `CliError`; each bundle has its own class of that name. */
export function isCliError(error: unknown): error is CliError {
  return error instanceof Error && error.name === 'CliError';
}

/** The first line of what an error says; nothing else of it is shown. */
export function firstLine(error: unknown): string {
  const { message, name, code } = error as NodeJS.ErrnoException;
  return (message || code || name).split('\n')[0].trim();
}
