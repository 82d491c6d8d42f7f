import type { Occasion, VendorName, VendorRule } from './lab';
import type { Rule } from '../../../local-aws/fault-proxy';
import type { Fault as VendorFault } from '../../vendors/fake-vendor';
import { ANSWER_PATH } from '../cloud-formation';

/** When a call is made, for which targets, and how it is told from the others. */
interface CallOfAws {
  readonly occasion: Occasion;
  /** With one target the call is that target's. */
  readonly targets: readonly VendorName[];
  readonly on: Rule['on'];
  /** What must have happened before for the call to be made. */
  readonly because?: VendorRule;
}

interface CallOfVendor extends Pick<VendorRule, 'vendor' | 'call'> {
  readonly occasion: Occasion;
}

const BOTH = ['GitLab', 'GitHub'] as const;
const WRITE_VARIABLE = /^PUT .*\/variables\/DOCKER_AUTH_CONFIG$/;
const NEVER_ENDING = Number.POSITIVE_INFINITY;

/** The calls of AWS that the publisher makes, by the names that the table gives them. */
export const AWS_CALLS: Record<string, CallOfAws> = {
  'take the target': { occasion: 'messages', targets: ['GitLab'], on: { operation: 'UpdateItem', body: 'SET leaseOwner' } },
  'read the dockercfg': { occasion: 'messages', targets: ['GitLab'], on: { operation: 'GetSecretValue', body: '-dockercfg' } },
  'read the token': { occasion: 'messages', targets: ['GitLab'], on: { operation: 'GetSecretValue', body: '-gitlab' } },
  'read the pace': { occasion: 'messages', targets: ['GitHub'], on: { operation: 'GetItem' } },
  'write the pace': { occasion: 'messages', targets: ['GitHub'], on: { operation: 'PutItem' } },
  'record the outcome': { occasion: 'messages', targets: ['GitLab'], on: { operation: 'UpdateItem', body: 'leaseOwner, leaseUntil' } },
  'put the message back': {
    occasion: 'messages',
    targets: ['GitLab'],
    on: { operation: 'ChangeMessageVisibility' },
    because: { vendor: 'GitLab', call: WRITE_VARIABLE, fault: { status: 500 }, times: NEVER_ENDING },
  },
  'send the message again': {
    occasion: 'messages',
    targets: ['GitLab'],
    on: { operation: 'SendMessageBatch' },
    because: { vendor: 'GitLab', call: WRITE_VARIABLE, fault: { status: 429, headers: { 'retry-after': '120' } }, times: NEVER_ENDING },
  },
  'list the targets': { occasion: 'all', targets: BOTH, on: { operation: 'Query' } },
  'send the messages': { occasion: 'all', targets: BOTH, on: { operation: 'SendMessageBatch' } },
  'deploy: list the targets': { occasion: 'deploy', targets: BOTH, on: { operation: 'Query' } },
  'deploy: answer': { occasion: 'deploy', targets: BOTH, on: { operation: `PUT ${ANSWER_PATH}` } },
  'register: list the targets': { occasion: 'registration', targets: BOTH, on: { operation: 'Query' } },
  'register: add the target': { occasion: 'registration', targets: BOTH, on: { operation: 'UpdateItem', body: 'SET spec' } },
  'register: doubt the copy': { occasion: 'registration', targets: BOTH, on: { operation: 'UpdateItem', body: 'REMOVE digest' } },
  'register: remove the target': { occasion: 'registration', targets: BOTH, on: { operation: 'DeleteItem' } },
  'register: answer': { occasion: 'registration', targets: BOTH, on: { operation: `PUT ${ANSWER_PATH}` } },
};

/** The calls of vendors, each while there is a message for a target of each. */
export const VENDOR_CALLS: Record<string, CallOfVendor> = {
  'GitLab: read the variable': { occasion: 'messages', vendor: 'GitLab', call: /^GET .*\/variables\/DOCKER_AUTH_CONFIG$/ },
  'GitLab: write the variable': { occasion: 'messages', vendor: 'GitLab', call: WRITE_VARIABLE },
  'GitLab: read the expiry': { occasion: 'messages', vendor: 'GitLab', call: /personal_access_tokens/ },
  'GitHub: read the key': { occasion: 'messages', vendor: 'GitHub', call: /public-key$/ },
  'GitHub: write the secret': { occasion: 'messages', vendor: 'GitHub', call: /^PUT / },
  'deploy: write the variable': { occasion: 'deploy', vendor: 'GitLab', call: WRITE_VARIABLE },
  'register: delete the secret': { occasion: 'registration', vendor: 'GitHub', call: /^DELETE / },
};

/** What may happen to a vendor's answer; the others are those of AWS's answers. */
export const VENDOR_KINDS: Record<string, VendorFault> = {
  'server error': { status: 500, body: { message: 'no' } },
  'denied': { status: 403, body: { message: 'no' } },
  'rate limit': { status: 429, headers: { 'retry-after': '120' }, body: { message: 'no' } },
  'login page': { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>sign in' },
  'no answer': 'no answer',
  'reset': 'connection reset',
  'done, then reset': 'done, but the answer is lost',
};
