import type { Context } from 'aws-lambda';
import { createKey } from './create-key';
import { finish } from './finish';
import { serveCloudFormation } from './lifecycle';
import type { RotationPorts } from './ports';
import { testKey } from './prove-key';
import { parseRequest, Step, type StepRequest } from './request';
import { retire, type RetireReport } from './retire';
import { logKeyAge } from './telemetry';
import { isCustomResourceEvent, type Respond } from '../shared/custom-resource';
import { ConfigurationError, describe } from '../shared/errors';
import { log, type WriteLine } from '../shared/log';

/** What the handler needs of the world. */
export interface HandlerPorts {
  /** What the rotation needs; made when it is needed, so that a bad environment is reported like any other failure. */
  readonly rotationPorts: () => RotationPorts;
  readonly secretArn: () => string;
  readonly respond: Respond;
  readonly write: WriteLine;
}

/**
 * The rotation: called by Secrets Manager for each step, by the schedule and by people to retire keys, and by
 * CloudFormation for the first key and the end.
 *
 * It fails an invocation whose work could not be done, so that the caller tries again and the alarms see it.
 */
export function createHandler({ rotationPorts, secretArn, respond, write }: HandlerPorts) {
  return async (event: unknown, context: Pick<Context, 'functionName'>): Promise<RetireReport | void> => {
    if (isCustomResourceEvent(event)) {
      const keyAgeSeconds = await serveCloudFormation(event, rotationPorts, respond);
      if (keyAgeSeconds !== undefined) logKeyAge(write, keyAgeSeconds, context.functionName, rotationPorts().now());
      return undefined;
    }
    try {
      const request = parseRequest(event);
      if ('step' in request) {
        await takeStep(request, rotationPorts(), secretArn());
        log(write, 'INFO', request.step, { versionId: request.versionId });
        return undefined;
      }
      const ports = rotationPorts();
      const report = await retire(ports);
      log(write, 'INFO', 'retired', report);
      logKeyAge(write, report.keyAgeSeconds, context.functionName, ports.now());
      return report;
    } catch (error) {
      log(write, 'ERROR', 'failed', { cause: describe(error) });
      throw error;
    }
  };
}

async function takeStep({ step, secretId, versionId }: StepRequest, ports: RotationPorts, secretArn: string): Promise<void> {
  if (secretId !== secretArn) throw new ConfigurationError(`this function rotates ${secretArn} and not ${secretId}`);
  switch (step) {
    case Step.CREATE: return createKey(versionId, ports);
    case Step.SET: return undefined; // IAM knows the key since it made it
    case Step.TEST: return testKey(versionId, ports);
    case Step.FINISH: return finish(versionId, ports);
  }
}
