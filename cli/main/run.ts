import { CommanderError } from 'commander';
import { failureOf, tell, type Failure } from './failure';
import { createProgram } from './program';
import { Exit } from '../shared/exit';
import type { Io } from '../shared/io';

/** Characters of a line of help: what the narrowest of usual terminals shows. */
const HELP_WIDTH = 80;

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
    const program = createProgram(io, outcome, args);
    for (const command of [program, ...program.commands]) {
      command.exitOverride().configureOutput({
        writeOut: (text) => said.push(text),
        writeErr: (text) => complaints.push(text),
        // It is the same everywhere, and Node's streams, which take their time, are not asked.
        getOutHelpWidth: () => HELP_WIDTH,
        getErrHelpWidth: () => HELP_WIDTH,
        getOutHasColors: () => false,
        getErrHasColors: () => false,
      });
    }
    try {
      await program.parseAsync(args, { from: 'user' });
    } finally {
      if (said.length > 0) await io.stdout.write(said.join(''));
    }
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return Exit.OK;
    return tell(error instanceof CommanderError ? failureOfUsage(error, complaints) : failureOf(error), io);
  }
}

function failureOfUsage(error: CommanderError, complaints: readonly string[]): Failure {
  const complaint = complaints.length > 0 && error.code !== 'commander.help' ? error.message.replace(/^error: /, '') : 'no command was given';
  return { exitCode: Exit.FAILED, message: `${complaint.replace('\n', ' ').replace(/\.$/, '')}; see "ecr-ci --help"` };
}
