import type { Bench } from '../bench';
import { BUNDLE } from './unbundled';
import { childFile, runChild } from '../child';
import { awsEnvironment, FakeAws, ONE_REGISTRY, REQUEST } from '../fake-aws';
import { compare, type Row } from '../row';
import { interleave, type Sample } from '../sample';

const NAIVE = childFile('naive-handler.cjs');
const WARM_UPS = 10;

/** How long AWS takes to answer, in milliseconds, and how many invocations are measured. */
const CASES = [
  { name: 'answers at once', delay: 0, invocations: 200 },
  { name: 'answers after 10 ms', delay: 10, invocations: 20 },
];

/** A warm refresh that writes, against a handler that reads, asks and writes in a row, and one that writes without looking. */
export async function measureWarmRefresh({ folder, repetitions, log }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, delay, invocations } of CASES) {
    log(`warm refresh, ${name}`);
    const invoke = (handler: string, event: object, reads: number) => async (): Promise<Sample> => {
      const aws = await FakeAws.start({ ...ONE_REGISTRY, delay });
      try {
        const argument = { handler, event, warmUps: WARM_UPS, invocations };
        const sample = await runChild('invoke.cjs', argument, { ...awsEnvironment(folder), AWS_ENDPOINT_URL: aws.endpoint });
        assertCalls(aws, WARM_UPS + invocations, reads);
        return sample;
      } finally {
        await aws.stop();
      }
    };
    const { ours, threeCalls, twoCalls } = await interleave(repetitions(3), {
      ours: invoke(BUNDLE, REQUEST, 1),
      threeCalls: invoke(NAIVE, { readFirst: true }, 1),
      twoCalls: invoke(NAIVE, { readFirst: false }, 0),
    });
    rows.push(
      compare(`warm refresh, ${name}, against three calls`, 'inside', ours, threeCalls),
      compare(`warm refresh, ${name}, against two calls`, 'inside', ours, twoCalls),
    );
    if (delay === 0) {
      rows.push(compare('warm refresh, against three calls: peak memory', 'peakMemory', ours, threeCalls));
    }
  }
  return rows;
}

/** Fails unless each invocation asked for a token and wrote it, and read the secret as often as it should. */
function assertCalls({ calls }: FakeAws, invocations: number, reads: number): void {
  const { GetAuthorizationToken, GetSecretValue, PutSecretValue } = calls;
  if (GetAuthorizationToken !== invocations || PutSecretValue !== invocations || GetSecretValue !== reads * invocations) {
    throw new Error(`warm refresh: ${invocations} invocations called ${JSON.stringify(calls)}`);
  }
}
