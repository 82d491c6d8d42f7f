/* eslint-disable @typescript-eslint/no-require-imports -- loaded when they are needed */
import { existsSync } from 'node:fs';
import type * as https from 'node:https';
import { join } from 'node:path';
import { sign, type Keys } from './signature';
import { version } from '../../package.json';
import type { AwsOptions } from '../aws/config';

/** Variables of AWS that are heeded here, or that say nothing about this call. */
const UNDERSTOOD = new Set([
  'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ENDPOINT_URL',
  'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_EC2_METADATA_DISABLED', 'AWS_DEFAULT_OUTPUT', 'AWS_PAGER',
  'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED',
]);

/** Regions of the partition `aws`, as the SDK tells them from those of the others. */
const REGION = /^(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/;

/** How long a connection and an answer may take, in milliseconds. */
export interface Patience {
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
}

/** What is asked, of whom and by whom. */
export interface Question {
  readonly endpoint: URL;
  readonly region: string;
  readonly keys: Keys;
}

/** The answer of `GetSecretValue`, as far as it is used. */
export interface SecretValue {
  readonly SecretString: string;
  readonly ARN: string;
  readonly VersionId: string;
  /** Seconds since the epoch. */
  readonly CreatedDate?: number;
}

/**
 * Whom to ask for a secret where that is plain: the keys are in the environment, the region is one of the partition `aws`,
 * and no variable, no file and no proxy says more. Undefined for everything else, which the SDK knows.
 */
export function plainQuestion({ region, profile }: AwsOptions, env: NodeJS.ProcessEnv): Question | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = env;
  if (profile || !accessKeyId || !secretAccessKey || !region || !REGION.test(region)) return undefined;
  if (Object.keys(env).some((name) => /^AWS_/i.test(name) && !UNDERSTOOD.has(name))) return undefined;
  if (env.HTTPS_PROXY || env.https_proxy || hasSettings(env)) return undefined;
  try {
    const endpoint = new URL(env.AWS_ENDPOINT_URL || `https://secretsmanager.${region}.amazonaws.com`);
    // Without a user, a path or a query, which are treated in ways of their own.
    if (!/^https?:$/.test(endpoint.protocol) || endpoint.href !== `${endpoint.origin}/`) return undefined;
    return { endpoint, region, keys: { accessKeyId, secretAccessKey, sessionToken } };
  } catch {
    return undefined;
  }
}

/** Whether there may be a file with settings of AWS. */
function hasSettings(env: NodeJS.ProcessEnv): boolean {
  return ([['AWS_CONFIG_FILE', 'config'], ['AWS_SHARED_CREDENTIALS_FILE', 'credentials']] as const).some(([name, file]) => {
    const folder = env.HOME || env.USERPROFILE;
    const place = env[name] || (folder && join(folder, '.aws', file));
    return !place || existsSync(place);
  });
}

/**
 * Asks once.
 *
 * @returns undefined if anything else came of it than a text: the SDK will see, and say, what that is
 */
export async function ask(secretId: string, question: Question, patience: Patience): Promise<SecretValue | undefined> {
  try {
    const answer = await post(JSON.stringify({ SecretId: secretId }), question, patience);
    const { SecretString, ARN, VersionId, CreatedDate } = JSON.parse(answer) as SecretValue;
    return SecretString && ARN && VersionId ? { SecretString, ARN, VersionId, CreatedDate } : undefined;
  } catch {
    return undefined;
  }
}

/** Sends a body, and gives that of the answer if all went well. */
async function post(body: string, { endpoint, region, keys }: Question, { connectionTimeout, requestTimeout }: Patience): Promise<string> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'host': endpoint.host,
    'user-agent': `cdk-ecr-ci/${version}`,
    'x-amz-target': 'secretsmanager.GetSecretValue',
  };
  const signed = sign({ headers, body }, { service: 'secretsmanager', region, keys, date: new Date() });
  const { request } = require(endpoint.protocol === 'http:' ? 'node:http' : 'node:https') as typeof https;
  return new Promise((resolve, reject) => {
    const call = request(endpoint, { method: 'POST', headers: signed, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; })
        .once('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))))
        .once('error', reject);
    });
    const endWithin = (milliseconds: number): NodeJS.Timeout => setTimeout(() => call.destroy(new Error('it takes too long')), milliseconds);
    let timer = endWithin(connectionTimeout);
    call
      .once('socket', (socket) => socket.once('connect', () => {
        clearTimeout(timer);
        timer = endWithin(requestTimeout);
      }))
      .once('error', reject)
      .once('close', () => clearTimeout(timer))
      .end(body);
  });
}
