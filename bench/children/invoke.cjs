// Invokes a Lambda handler again and again, as the argument says: {"handler": file, "event": {…}, "warmUps": n, "invocations": n}.
const { report } = require('./report.cjs');

const { handler: file, event, warmUps, invocations } = JSON.parse(process.argv[2]);

async function main() {
  const { handler } = require(file);
  const times = [];
  for (let count = 0; count < warmUps + invocations; count++) {
    const start = performance.now();
    await handler(event, { functionName: 'refresher' });
    if (count >= warmUps) times.push(performance.now() - start);
  }
  report({ times });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
