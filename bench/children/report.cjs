const { existsSync, readFileSync } = require('node:fs');

const STATUS = '/proc/self/status';

/** The process's peak memory in MiB. */
function peakMemory() {
  // On Linux, maxRSS starts with the memory of the process that started this one.
  if (existsSync(STATUS)) return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(STATUS, 'utf8'))[1]) / 1024;
  return process.resourceUsage().maxRSS / 1024;
}

/** Gives the parent its answer, the last line of the output: the times that were measured, in milliseconds, and more. */
exports.report = function report(values) {
  process.stdout.write(`\n${JSON.stringify({ ...values, peakMemory: peakMemory() })}\n`);
};
