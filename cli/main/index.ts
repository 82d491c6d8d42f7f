#!/usr/bin/env node
import { start } from './start';
import { processIo } from '../shared/io';

// Which Node the SDK will no longer support is nothing that the user of a command can mend.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
// All output has been handed over then; what is left are connections that wait for their end.
void start(process.argv.slice(2), processIo()).then((exitCode) => process.exit(exitCode));
