/* eslint-disable @typescript-eslint/no-require-imports -- an ES module, which is bundled */
import type { Command } from 'commander';

/** Adds `completion` and what its scripts call, for the commands that are there. */
export function addCompletion(program: Command): void {
  const { default: tab } = require('@bomb.sh/tab/commander') as { default: (program: Command, options: { completionCommandName: string }) => unknown };
  tab(program, { completionCommandName: 'completion' });
}
