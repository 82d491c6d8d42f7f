import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workOn, type BatchPorts } from './batch';
import { publishRun } from './publish-run';
import { register } from './registration';
import { Telemetry } from './telemetry';
import { TargetResourceType } from '../../src/private/target-contract';
import { answer, isCustomResourceEvent, type Respond } from '../shared/custom-resource';
import { ConfigurationError, describe } from '../shared/errors';
import type { WriteLine } from '../shared/log';

/** What the handler needs of the world. */
export interface HandlerPorts {
  /** What the work needs; made at the first event, so that a bad environment is reported like any other failure. */
  readonly batchPorts: () => Omit<BatchPorts, 'telemetry'>;
  readonly respond: Respond;
  readonly write: WriteLine;
}

/** The publisher: called with messages of its queue, and by CloudFormation at deploy. */
export function createHandler({ batchPorts, respond, write }: HandlerPorts) {
  return async (event: unknown, context: Pick<Context, 'functionName'>): Promise<SQSBatchResponse | void> => {
    const ports = (): BatchPorts => {
      const made = batchPorts();
      return { ...made, telemetry: new Telemetry(write, context.functionName, made.now) };
    };
    if (!isCustomResourceEvent(event)) {
      if (Array.isArray(Object(event).Records)) return workOn(event as SQSEvent, ports());
      throw new ConfigurationError('the publisher takes messages of its queue only; send {"publish":"all"} there');
    }
    let made: BatchPorts;
    try {
      made = ports();
    } catch (error) {
      return answer(event, { failure: describe(error) }, respond);
    }
    if (event.ResourceType === TargetResourceType.REGISTRATION) return register(event, made, respond);
    return publishRun(event, made, respond);
  };
}
