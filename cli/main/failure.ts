import { Exit, firstLine, isCliError } from '../shared/exit';
import type { Io } from '../shared/io';

/** What a command ends with that went wrong. */
export interface Failure {
  readonly exitCode: number;
  /** One line. */
  readonly message: string;
}

/** What an error is to a person. */
export function failureOf(error: unknown): Failure {
  if (isCliError(error)) return error;
  if ((error as NodeJS.ErrnoException).syscall === 'write') {
    return { exitCode: Exit.FAILED, message: `the output could not be written, its reader is gone or its disk is full (${(error as NodeJS.ErrnoException).code})` };
  }
  return { exitCode: Exit.FAILED, message: `${firstLine(error)}; this is a bug, please report it with the command that you gave` };
}

/** Says on stderr what went wrong, and gives the exit code. */
export async function tell({ exitCode, message }: Failure, { stderr }: Io): Promise<number> {
  await stderr.write(`ecr-ci: ${message}\n`).catch(() => undefined);
  return exitCode;
}
