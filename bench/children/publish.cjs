// Has a Lambda handler work on batches of a queue, one after the other: {"handler": file, "batches": [["TARGET", …], …]}.
const { report } = require('./report.cjs');

const { handler: file, batches } = JSON.parse(process.argv[2]);

const record = (target) => ({
  messageId: target, receiptHandle: target, body: JSON.stringify({ publish: 'target', target }), attributes: { ApproximateReceiveCount: '1' },
});

async function main() {
  const start = performance.now();
  const { handler } = require(file);
  for (const batch of batches) {
    const { batchItemFailures } = await handler({ Records: batch.map(record) }, { functionName: 'publisher' });
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} targets failed`);
  }
  report({ times: [performance.now() - start] });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
