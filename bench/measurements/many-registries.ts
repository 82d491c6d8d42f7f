import type { Bench } from '../bench';
import { BUNDLE } from './unbundled';
import { childFile, runChild } from '../child';
import { accountsOf, awsEnvironment, FakeAws, requestFor, type Pretence } from '../fake-aws';
import { compare, type Row } from '../row';
import { interleave, type Sample } from '../sample';

const NAIVE = childFile('naive-many.cjs');
const REGIONS = [
  'us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1',
  'eu-north-1', 'eu-south-1', 'ap-south-1', 'ap-east-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3',
];
const ACCOUNTS = 10;
const REGISTRIES = REGIONS.length * ACCOUNTS;
const REQUEST = requestFor(REGIONS, ACCOUNTS);

/** As long as it may be for 200 of them to have a place in a secret. */
const PASSWORD_LENGTH = 100;

const WARM_UPS = 3;
const INVOCATIONS = 10;
const RUNS = WARM_UPS + INVOCATIONS;

/** Two hundred registries in twenty regions: a call a region, against a call a registry; and a run that finds nothing to do. */
export async function measureManyRegistries({ folder, repetitions, log }: Bench): Promise<Row[]> {
  const measure = (handler: string, event: object, pretence: Pretence, writes: number) => async (): Promise<Sample> => {
    const aws = await FakeAws.start(pretence);
    try {
      const argument = { handler, event, warmUps: WARM_UPS, invocations: INVOCATIONS };
      const sample = await runChild('invoke.cjs', argument, { ...awsEnvironment(folder), AWS_ENDPOINT_URL: aws.endpoint });
      assertCalls(aws, pretence, writes);
      return sample;
    } finally {
      await aws.stop();
    }
  };

  const rows: Row[] = [];
  for (const { name, delay } of [{ name: 'answers at once', delay: 0 }, { name: 'answers after 10 ms', delay: 10 }]) {
    log(`${REGISTRIES} registries, ${name}`);
    const pretence = { delay, interval: 3 * 3600, passwordLength: PASSWORD_LENGTH, hosts: REGISTRIES };
    const { ours, theirs, idle } = await interleave(repetitions(3), {
      ours: measure(BUNDLE, REQUEST, { ...pretence, tokensPerRun: REGIONS.length }, RUNS),
      theirs: measure(NAIVE, { regions: REGIONS, accounts: accountsOf(ACCOUNTS) }, { ...pretence, tokensPerRun: REGISTRIES }, RUNS),
      idle: measure(BUNDLE, REQUEST, { ...pretence, tokensPerRun: REGIONS.length, interval: 0 }, 1),
    });
    rows.push(
      compare(`${REGISTRIES} registries, ${name}, against a call each`, 'inside', ours, theirs, 1),
      compare(`${REGISTRIES} registries, ${name}, nothing to do, against a call each`, 'inside', idle, theirs, 1),
    );
    if (delay === 0) rows.push(compare(`${REGISTRIES} registries, against a call each: peak memory`, 'peakMemory', ours, theirs));
  }
  return rows;
}

/** Fails unless each run asked for as many tokens as it should, and only those wrote that had something to write. */
function assertCalls({ calls }: FakeAws, { tokensPerRun }: Pretence, writes: number): void {
  if (calls.GetAuthorizationToken !== RUNS * tokensPerRun || calls.PutSecretValue !== writes) {
    throw new Error(`${REGISTRIES} registries: ${RUNS} invocations called ${JSON.stringify(calls)}`);
  }
}
