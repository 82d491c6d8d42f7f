#!/usr/bin/env node
/* eslint-disable @typescript-eslint/no-require-imports -- loaded when it is needed */
import { readInput } from './input';
import { answer } from './protocol';
import { version } from '../../package.json';
import { processIo } from '../shared/io';

async function main(): Promise<void> {
  const io = processIo();
  const { stdout, exitCode } = await answer(process.argv.slice(2), {
    io,
    input: async () => readInput(process.stdin),
    fetch: async (secretId) => {
      const { readEntries } = require('../secret') as typeof import('../secret');
      return readEntries(secretId, io.env);
    },
    version,
  });
  // All output has been handed over then; what is left is a stdin, or a connection, that waits for its end.
  await io.stdout.write(stdout).then(() => process.exit(exitCode), () => process.exit(1));
}

// Which Node the SDK will no longer support is nothing that the user of a client can mend.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
void main();
