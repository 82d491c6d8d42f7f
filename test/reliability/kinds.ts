import { ANSWER_PATH } from './cloud-formation';
import { faults, type Fault, type Rule } from '../../local-aws/fault-proxy';

/** The calls of the refresher, by the names that the table gives them. */
export const CALLS: Record<string, Rule['on']> = {
  'ECR token': { service: 'ecr', operation: 'GetAuthorizationToken', region: 'us-east-1' },
  'ECR token of a role': { service: 'ecr', operation: 'GetAuthorizationToken', region: 'eu-west-1' },
  'ECR Public token': { service: 'ecr-public', operation: 'GetAuthorizationToken' },
  'AssumeRole': { service: 'sts', operation: 'AssumeRole' },
  'read the secret': { operation: 'GetSecretValue', body: 'AWSCURRENT' },
  'read the login': { operation: 'GetSecretValue', body: 'registry-login' },
  'write the secret': { operation: 'PutSecretValue' },
  'make it current': { operation: 'UpdateSecretVersionStage' },
  'answer CloudFormation': { operation: `PUT ${ANSWER_PATH}` },
};

/** A token's password and expiry, in the answers of both services. */
function editToken(edit: (data: any) => unknown): Fault {
  return faults.edited(({ authorizationData }) => ({
    authorizationData: Array.isArray(authorizationData) ? authorizationData.map(edit) : edit(authorizationData),
  }));
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const without = (key: string): Fault => editToken(({ [key]: _, ...rest }) => rest);

/** The real answer from its longest word on, which is a credential. */
function cutInFront(): Fault {
  return async ({ forward, reply }) => {
    const answer = await forward();
    const [word] = [...answer.body.matchAll(/[A-Za-z0-9+/=]{20,}/g)].sort((a, b) => b[0].length - a[0].length);
    reply({ ...answer, body: answer.body.slice(word.index) });
  };
}

/** Half a second in the handler's time is five: its clients wait for ten. */
const SLOW_MS = 500;

/** What may happen to a call. */
export const KINDS: Record<string, Fault> = {
  'throttled': (exchange) => faults.error(400, exchange.call.service === 'sts' ? 'Throttling' : 'ThrottlingException')(exchange),
  'server error': faults.error(500, 'InternalFailure'),
  'denied': (exchange) => exchange.call.service === 'sts'
    ? faults.error(403, 'AccessDenied')(exchange)
    : faults.error(400, 'AccessDeniedException')(exchange),
  'no answer': faults.hang(),
  'reset': faults.reset(),
  'done, then reset': faults.lost(),
  'slow': faults.slow(SLOW_MS),
  'garbage': faults.body('<html>not what you think'),
  'empty': faults.body(''),
  'truncated': faults.truncated(),
  // a parser that quotes its input shows the beginning of the credential
  'cut in front': cutInFront(),
  'no such secret': faults.error(400, 'ResourceNotFoundException'),
  // tokens
  'wrong user': editToken((data) => ({ ...data, authorizationToken: base64('root:password') })),
  'empty password': editToken((data) => ({ ...data, authorizationToken: base64('AWS:') })),
  'not base64': editToken((data) => ({ ...data, authorizationToken: '!!!' })),
  'expired': editToken((data) => ({ ...data, expiresAt: secondsFromNow(-1) })),
  'other host': editToken((data) => ({ ...data, proxyEndpoint: 'https://333333333333.dkr.ecr.us-east-1.amazonaws.com' })),
  'no host': without('proxyEndpoint'),
  'no expiry': without('expiresAt'),
  'no token': without('authorizationToken'),
  'no tokens': faults.edited(() => ({ authorizationData: [] })),
  'two tokens': faults.edited(({ authorizationData: [data] }) => ({ authorizationData: [data, data] })),
  'no data': faults.edited(() => ({})),
  // sessions and logins
  'no credentials': faults.body('<AssumeRoleResponse><AssumeRoleResult></AssumeRoleResult></AssumeRoleResponse>'),
  'no JSON inside': faults.edited((answer) => ({ ...answer, SecretString: 'robot' })),
  'other keys inside': faults.edited((answer) => ({ ...answer, SecretString: '{"user":"robot"}' })),
  'empty password inside': faults.edited((answer) => ({ ...answer, SecretString: '{"username":"robot","password":""}' })),
  'no value inside': faults.edited(({ SecretString: _, ...answer }) => answer),
  'other version': faults.edited((answer) => ({ ...answer, VersionId: 'b7e3b1a2-6f43-4d55-9b8a-0f6c0b8d1c2e' })),
};
