import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { failuresOf, type RefreshReport } from './refresh';
import { parseRequest } from './request';
import { DEPLOY_PATIENCE_SECONDS, type DeployRunProperties } from '../../src/private/contract';
import { answer, type Respond } from '../shared/custom-resource';
import { describe, isDenied } from '../shared/errors';
import { patiently, type Clock, type Patience } from '../shared/patience';

/** IAM needs a while to know the rights that were given to the role just before. */
const UNTIL_IAM_KNOWS: Patience<RefreshReport> = {
  seconds: DEPLOY_PATIENCE_SECONDS,
  mendsError: isDenied,
  mendsResult: (report) => report.registries.some(({ error }) => isDenied(error)),
};

/** What a run at deploy needs of the world. */
export interface DeployPorts extends Clock {
  /** Runs the refresher once. */
  readonly run: (request: ReturnType<typeof parseRequest>) => Promise<RefreshReport>;
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
    const report = await patiently(() => ports.run(parseRequest(request)), UNTIL_IAM_KNOWS, ports);
    if (report.usable) return undefined;
    return `no ECR credentials could be published for ${failuresOf(report).join('; ')}`;
  } catch (error) {
    return `the ECR credentials could not be published: ${describe(error)}`;
  }
}
