import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';
import { describe, isDenied } from './errors';
import { failuresOf, type RefreshReport } from './refresh';
import { parseRequest } from './request';
import { DEPLOY_PATIENCE_SECONDS, type DeployRunProperties } from '../../src/private/contract';

/** The answer may have 4,096 bytes; the rest of it needs less than a thousand. */
const LONGEST_REASON = 3000;

const LONGEST_PAUSE_MS = 10_000;

/** What a run at deploy needs of the world. */
export interface DeployPorts {
  /** Runs the refresher once. */
  readonly run: (request: ReturnType<typeof parseRequest>) => Promise<RefreshReport>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Puts the answer where CloudFormation waits for it. */
  readonly respond: (url: string, body: string) => Promise<void>;
}

/** Whether CloudFormation sent the event. */
export function isDeployEvent(event: unknown): event is CloudFormationCustomResourceEvent {
  return typeof event === 'object' && event !== null && 'ResponseURL' in event && 'RequestType' in event;
}

/**
 * Runs the refresher for CloudFormation: the deploy goes on when the secret is usable, and fails when it is not.
 *
 * A registry that fails while its entry in the secret is still valid does not fail a deploy: nothing is worse than it
 * was, the alarms see it, and a roll-back must not get stuck on it.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
export async function deployRun(event: CloudFormationCustomResourceEvent, ports: DeployPorts): Promise<void> {
  const reason = event.RequestType === 'Delete' ? undefined : await whyNotUsable(event, ports);
  const answer: CloudFormationCustomResourceResponse = {
    Status: reason === undefined ? 'SUCCESS' : 'FAILED',
    Reason: (reason ?? 'the secret is usable').slice(0, LONGEST_REASON),
    PhysicalResourceId: 'PhysicalResourceId' in event ? event.PhysicalResourceId : event.LogicalResourceId,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  };
  await ports.respond(event.ResponseURL, JSON.stringify(answer));
}

async function whyNotUsable(event: CloudFormationCustomResourceEvent, ports: DeployPorts): Promise<string | undefined> {
  try {
    const { request } = event.ResourceProperties as unknown as DeployRunProperties;
    const report = await runPatiently(() => ports.run(parseRequest(request)), ports);
    if (report.secondsRemaining > 0) return undefined;
    return `no ECR credentials could be published for ${failuresOf(report).join('; ')}`;
  } catch (error) {
    return `the ECR credentials could not be published: ${describe(error)}`;
  }
}

/** Runs until IAM knows the rights that were given to the role just before, at most as long as was promised. */
async function runPatiently(run: () => Promise<RefreshReport>, { now, sleep }: DeployPorts): Promise<RefreshReport> {
  const patientUntil = now() + DEPLOY_PATIENCE_SECONDS * 1000;
  for (let pause = 1000; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const impatient = now() + pause > patientUntil;
    try {
      const report = await run();
      if (impatient || !report.registries.some(({ error }) => isDenied(error))) return report;
    } catch (error) {
      if (impatient || !isDenied(error)) throw error;
    }
    await sleep(pause);
  }
}
