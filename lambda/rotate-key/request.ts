import type { RetireRequest } from '../../src/private/key-rotation-contract';
import { ConfigurationError } from '../shared/errors';

/** The steps of a rotation, in the order in which Secrets Manager calls them. */
export enum Step {
  CREATE = 'createSecret',
  SET = 'setSecret',
  TEST = 'testSecret',
  FINISH = 'finishSecret',
}

/** What Secrets Manager sends. */
export interface StepRequest {
  readonly step: Step;
  readonly secretId: string;
  readonly versionId: string;
}

/**
 * Checks what the Lambda was called with.
 *
 * @throws ConfigurationError if it is neither a step of a rotation nor a request to retire keys
 */
export function parseRequest(payload: unknown): StepRequest | RetireRequest {
  const { retire, Step: step, SecretId: secretId, ClientRequestToken: versionId } = (payload ?? {}) as Record<string, unknown>;
  if (retire === true) return { retire };
  if (isStep(step) && typeof secretId === 'string' && typeof versionId === 'string') return { step, secretId, versionId };
  throw new ConfigurationError('the payload is neither a step of a rotation nor {"retire":true}; rotate with "aws secretsmanager rotate-secret"');
}

function isStep(value: unknown): value is Step {
  return Object.values<unknown>(Step).includes(value);
}
