/* eslint-disable @typescript-eslint/no-require-imports -- loaded when it is needed */
import { failureOf, tell } from './failure';
import { HELP } from './help';
import { loginCommands, secretCommands } from './lazy';
import { Exit } from '../shared/exit';
import type { Io } from '../shared/io';

/** What takes a secret, or none, and is called most. */
const PLAIN: Readonly<Record<string, (secret: string | undefined, io: Io) => Promise<void>>> = {
  get: async (secret, io) => secretCommands().get({ secret }, io),
  login: async (secret, io) => loginCommands().login({ secret }, io),
};

/**
 * Does what the process was called for. What reads a command line is only loaded where there is something to read: it takes
 * as long as a good part of a command.
 *
 * @param args without those that start the process
 * @returns the exit code
 */
export async function start(args: readonly string[], io: Io): Promise<number> {
  const work = plainWork(args);
  if (!work) {
    const { run } = require('../commands') as typeof import('../commands');
    return run(args, io);
  }
  try {
    await work(io);
    return Exit.OK;
  } catch (error) {
    return tell(failureOf(error), io);
  }
}

/** The help, or a command without an option. */
function plainWork([name, ...more]: readonly string[]): ((io: Io) => Promise<void>) | undefined {
  if (more.length === 0 && (name === '--help' || name === '-h')) return async ({ stdout }) => stdout.write(HELP);
  const command = name !== undefined && Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
  return command && more.length <= 1 && !more[0]?.startsWith('-') ? async (io) => command(more[0], io) : undefined;
}
