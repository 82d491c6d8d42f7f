import { CommanderError } from 'commander';
import { createProgram } from './program';
import { Exit, firstLine, isCliError } from '../shared/exit';
import type { Io } from '../shared/io';

/**
 * Runs a command; what it was told wrongly and what went wrong is one line on stderr.
 *
 * @param args without those that start the process
 * @returns the exit code
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const said: string[] = [];
  const complaints: string[] = [];
  const outcome = { exitCode: Exit.OK };
  try {
    const program = createProgram(io, outcome);
    for (const command of [program, ...program.commands]) {
      command.exitOverride().configureOutput({ writeOut: (text) => said.push(text), writeErr: (text) => complaints.push(text) });
    }
    try {
      await program.parseAsync(args, { from: 'user' });
    } finally {
      if (said.length > 0) await io.stdout.write(said.join(''));
    }
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return Exit.OK;
    const { exitCode, message } = judge(error, complaints);
    await io.stderr.write(`ecr-ci: ${message}\n`).catch(() => undefined);
    return exitCode;
  }
}

function judge(error: unknown, complaints: readonly string[]): { exitCode: number; message: string } {
  if (isCliError(error)) return error;
  if (error instanceof CommanderError) {
    const complaint = complaints.length > 0 && error.code !== 'commander.help' ? error.message.replace(/^error: /, '') : 'no command was given';
    return { exitCode: Exit.FAILED, message: `${complaint.replace('\n', ' ').replace(/\.$/, '')}; see "ecr-ci --help"` };
  }
  if ((error as NodeJS.ErrnoException).syscall === 'write') {
    return { exitCode: Exit.FAILED, message: `the output could not be written, its reader is gone or its disk is full (${(error as NodeJS.ErrnoException).code})` };
  }
  return { exitCode: Exit.FAILED, message: `${firstLine(error)}; this is a bug, please report it with the command that you gave` };
}
