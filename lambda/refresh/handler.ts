import type { Context } from 'aws-lambda';
import { deployRun, type DeployPorts } from './deploy-run';
import { RefreshError } from './errors';
import { countFailures, failuresOf, refresh, type RefreshPorts, type RefreshReport } from './refresh';
import { parseRequest } from './request';
import { Telemetry } from './telemetry';
import type { RefreshRequest } from '../../src/private/contract';
import { isCustomResourceEvent } from '../shared/custom-resource';
import { describe, isDenied } from '../shared/errors';
import { log, type WriteLine } from '../shared/log';

/** What the handler needs of the world. */
export interface HandlerPorts extends Omit<DeployPorts, 'run'> {
  /** What a run needs; made at the first one, so that a bad environment is reported like any other failure. */
  readonly refreshPorts: () => RefreshPorts;
  /** Tells the publisher that there is something to publish; nothing happens where there are no targets. */
  readonly announce: () => Promise<void>;
  readonly write: WriteLine;
}

/** What an invocation by the schedule or by a person gives back. */
export type RefreshResult = Pick<RefreshReport, 'written' | 'secondsRemaining'>;

/**
 * The refresher: called by the schedule and by people with a request, and by CloudFormation at deploy.
 *
 * An invocation fails if any registry did, so that Lambda tries again and the alarms see it.
 */
export function createHandler({ refreshPorts, announce, write, ...deployPorts }: HandlerPorts) {
  return async (event: unknown, context: Pick<Context, 'functionName'>): Promise<RefreshResult | void> => {
    const telemetry = new Telemetry(write, context.functionName, deployPorts.now);
    const run = async (request: RefreshRequest): Promise<RefreshReport> => {
      try {
        const report = await refresh(request, refreshPorts());
        telemetry.report(report);
        return report;
      } catch (error) {
        telemetry.failure(request, error);
        throw error;
      }
    };
    // A run that is repeated because IAM did not yet allow to tell the targets finds nothing to write.
    let isOwed = false;
    const runAndAnnounce = async (request: RefreshRequest): Promise<RefreshReport> => {
      const report = await run(request);
      isOwed ||= report.written;
      if (isOwed) await announce().catch(unlessDenied);
      isOwed = false;
      return report;
    };
    /** A roll-back must not get stuck on a queue that is away: the schedule's next run tells the targets. */
    const unlessDenied = (error: unknown): void => {
      if (isDenied(error)) throw error;
      log(write, 'ERROR', 'the targets were not told', { cause: describe(error) });
    };
    if (isCustomResourceEvent(event)) return deployRun(event, { ...deployPorts, run: runAndAnnounce });

    const report = await run(parseRequest(event)).catch((error) => {
      // Not the error itself, which Lambda would log with all that it holds.
      throw new RefreshError(`the secret was not refreshed: ${describe(error)}`);
    });
    // Also when nothing was written: a target that failed before may take it now.
    await announce().catch((error) => {
      throw new RefreshError(`the secret was refreshed, and its targets were not told: ${describe(error)}`);
    });
    if (countFailures(report) > 0) {
      throw new RefreshError(`${countFailures(report)} of ${report.registries.length} registries failed: ${failuresOf(report).join('; ')}`);
    }
    return { written: report.written, secondsRemaining: report.secondsRemaining };
  };
}
