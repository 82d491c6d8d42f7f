import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';
import { fit } from './fit';

/** In bytes: the answer may have 4,096, and the rest of it needs less than a thousand. */
const LONGEST_REASON = 3000;

/** What became of a custom resource. */
export interface Outcome {
  /** Why it failed; undefined if it did not. Must be safe to show. */
  readonly failure?: string;
  /** @default - the one it has, or its logical id */
  readonly physicalResourceId?: string;
  /**
   * Attributes of the resource, for `Fn::GetAtt`.
   *
   * @default - it has none
   */
  readonly data?: Record<string, string>;
}

/** Puts a text at the URL where CloudFormation waits for it. */
export type Respond = (url: string, body: string) => Promise<void>;

/** Whether CloudFormation sent the event. */
export function isCustomResourceEvent(event: unknown): event is CloudFormationCustomResourceEvent {
  return typeof event === 'object' && event !== null && 'ResponseURL' in event && 'RequestType' in event;
}

/**
 * Tells CloudFormation what became of a custom resource.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
export async function answer(event: CloudFormationCustomResourceEvent<object>, outcome: Outcome, respond: Respond): Promise<void> {
  const body: CloudFormationCustomResourceResponse = {
    Status: outcome.failure === undefined ? 'SUCCESS' : 'FAILED',
    Reason: fit(outcome.failure ?? 'done', LONGEST_REASON),
    PhysicalResourceId: outcome.physicalResourceId
      ?? ('PhysicalResourceId' in event ? event.PhysicalResourceId : event.LogicalResourceId),
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    Data: outcome.data,
  };
  await respond(event.ResponseURL, JSON.stringify(body));
}
