/* eslint-disable @typescript-eslint/no-require-imports -- loaded when it is needed */
import type { Agent } from 'node:https';

/** The agent for HTTPS that the environment asks for, as it asks the AWS CLI and Docker; undefined without a proxy. */
export function httpsAgent(env: NodeJS.ProcessEnv): Agent | undefined {
  const proxy = env.https_proxy || env.HTTPS_PROXY;
  if (!proxy) return undefined;
  const { createProxyAgent } = require('../proxy') as typeof import('../proxy');
  return createProxyAgent(proxy, env.no_proxy ?? env.NO_PROXY ?? '');
}
