#!/usr/bin/env node
import { run } from './run';
import { processIo } from '../shared/io';

// Which Node the SDK will no longer support is nothing that the user of a command can mend.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
void run(process.argv.slice(2), processIo()).then((exitCode) => { process.exitCode = exitCode; });
