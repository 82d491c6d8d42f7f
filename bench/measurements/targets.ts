import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Bench } from '../bench';
import { childFile, runChild } from '../child';
import { awsEnvironment } from '../fake-aws';
import { FakePublishing } from '../fake-publishing';
import { compare, type Row } from '../row';
import { interleave, type Sample } from '../sample';
import { ROOT } from '../workspace';

const BUNDLE = path.join(ROOT, 'assets', 'lambda', 'publish', 'index.lambda', 'index.js');

const TARGETS = Array.from({ length: 1000 }, (_, index) => `target-${index}`);
const VENDOR_MS = 200;
/** The defaults: five publishers, and ten messages a batch. */
const PUBLISHERS = 5;
const BATCH = 10;

/** A thousand targets at a vendor that takes 200 ms a call, against one function that loops; and loading of the publisher's bundle. */
export async function measureTargets({ folder, repetitions, log }: Bench): Promise<Row[]> {
  log(`${TARGETS.length} targets, ${VENDOR_MS} ms a call`);
  const fake = await FakePublishing.start(VENDOR_MS);
  const env = { ...awsEnvironment(folder), AWS_ENDPOINT_URL: fake.endpoint, SECRET_FORMAT: 'config.json', TABLE_NAME: 'table', QUEUE_URL: fake.endpoint };
  try {
    const { ours, theirs } = await interleave(repetitions(1), {
      ours: () => publish(env),
      theirs: async () => runChild('naive-targets.cjs', {
        url: fake.vendorUrl, certificateAuthority: fake.certificateAuthority, targets: TARGETS, value: 'x'.repeat(2450),
      }),
    }, 0);
    assertCalls(fake, ours.length + theirs.length, ours.length);
    const load = (file: string) => async () => runChild('load.cjs', { modules: [file] }, env);
    const { bundle, empty } = await interleave(repetitions(15), { bundle: load(BUNDLE), empty: load(childFile('empty-handler.cjs')) });
    const name = `${TARGETS.length} targets, ${VENDOR_MS} ms a call, against a loop`;
    return [
      compare(`${name}: until the last has it`, 'process', ours, theirs, 0.1),
      compare(`${name}: billed time`, 'inside', ours, theirs, 0.25),
      compare('publisher\'s cold load, against an empty handler: process', 'process', bundle, empty),
      compare('publisher\'s cold load, against an empty handler: peak memory', 'peakMemory', bundle, empty),
    ];
  } finally {
    await fake.stop();
  }
}

/** Five publishers at once take the batches in turn, as SQS hands them out: the time until the last ends, and that of all together. */
async function publish(env: NodeJS.ProcessEnv): Promise<Sample> {
  const batches = Array.from({ length: TARGETS.length / BATCH }, (_, index) => TARGETS.slice(index * BATCH, (index + 1) * BATCH));
  const start = performance.now();
  const samples = await Promise.all(Array.from({ length: PUBLISHERS }, (_, publisher) => (
    runChild('publish.cjs', { handler: BUNDLE, batches: batches.filter((__, index) => index % PUBLISHERS === publisher) }, env))));
  return {
    process: performance.now() - start,
    inside: samples.reduce((sum, { inside }) => sum + inside, 0),
    peakMemory: Math.max(...samples.map(({ peakMemory }) => peakMemory)),
  };
}

/** Fails unless each target was written once in each run, by three calls to AWS: the lease, the dockercfg and the record. */
function assertCalls({ calls }: FakePublishing, runs: number, ours: number): void {
  const expected = { PUT: runs * TARGETS.length, UpdateItem: 2 * ours * TARGETS.length, GetSecretValue: ours * TARGETS.length };
  const isRight = Object.entries(expected).every(([name, count]) => calls[name] === count);
  if (!isRight || Object.keys(calls).length > Object.keys(expected).length) throw new Error(`${TARGETS.length} targets: ${runs} runs called ${JSON.stringify(calls)} instead of ${JSON.stringify(expected)}`);
}
