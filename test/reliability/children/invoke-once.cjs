// Runs a bundled Lambda handler once, in a process of its own: node invoke-once.cjs HANDLER TIME_SCALE
//
// The event comes by the process's channel, and what the handler gave goes back by it. As in Lambda, an error of the
// handler is also written to the log. Timers run TIME_SCALE times as fast as real ones, so that a test need not wait for
// the handler's time-outs; clocks are left alone.
const timers = require('node:timers/promises');

const [, , bundle, scale] = process.argv;
const faster = (milliseconds) => milliseconds / Number(scale);

const { setTimeout: realSetTimeout } = global;
global.setTimeout = (callback, milliseconds, ...more) => realSetTimeout(callback, faster(milliseconds ?? 0), ...more);
const realSleep = timers.setTimeout;
timers.setTimeout = (milliseconds, ...more) => realSleep(faster(milliseconds), ...more);
const realSignal = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (milliseconds) => realSignal(Math.round(faster(milliseconds)));

process.once('message', async (event) => {
  let outcome;
  try {
    outcome = { result: (await require(bundle).handler(event, { functionName: process.env.AWS_LAMBDA_FUNCTION_NAME })) ?? null };
  } catch (error) {
    const { name: errorType, message: errorMessage, stack } = error;
    process.stdout.write(`${JSON.stringify({ errorType, errorMessage, ...error, stack: String(stack).split('\n') })}\n`);
    outcome = { error: { name: errorType, message: errorMessage } };
  }
  process.send(outcome, () => process.disconnect());
});
