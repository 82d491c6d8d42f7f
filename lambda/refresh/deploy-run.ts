import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { failuresOf, type RefreshReport } from './refresh';
import { parseRequest } from './request';
import { DEPLOY_PATIENCE_SECONDS, type DeployRunProperties } from '../../src/private/contract';
import { answer, type Respond } from '../shared/custom-resource';
import { describe, isDenied } from '../shared/errors';

const LONGEST_PAUSE_MS = 10_000;

/** What a run at deploy needs of the world. */
export interface DeployPorts {
  /** Runs the refresher once. */
  readonly run: (request: ReturnType<typeof parseRequest>) => Promise<RefreshReport>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly respond: Respond;
}

/**
 * Runs the refresher for CloudFormation: the deploy goes on when the secret is usable, and fails when it is not.
 *
 * A registry that fails while its entry in the secret is still valid does not fail a deploy: nothing is worse than it
 * was, the alarms see it, and a roll-back must not get stuck on it.
 */
export async function deployRun(event: CloudFormationCustomResourceEvent, ports: DeployPorts): Promise<void> {
  const failure = event.RequestType === 'Delete' ? undefined : await whyNotUsable(event, ports);
  await answer(event, { failure }, ports.respond);
}

async function whyNotUsable(event: CloudFormationCustomResourceEvent, ports: DeployPorts): Promise<string | undefined> {
  try {
    const { request } = event.ResourceProperties as unknown as DeployRunProperties;
    const report = await runPatiently(() => ports.run(parseRequest(request)), ports);
    if (report.usable) return undefined;
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
