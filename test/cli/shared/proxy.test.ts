import * as https from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { httpsAgent } from '../../../cli/aws/agent';
import { bypassesProxy } from '../../../cli/shared/proxy';

test.each([
  ['ecr.eu-west-1.amazonaws.com', '', false],
  ['ecr.eu-west-1.amazonaws.com', 'localhost, .amazonaws.com', true],
  ['ecr.eu-west-1.amazonaws.com', 'amazonaws.com:443', true],
  ['ecr.eu-west-1.amazonaws.com', '*.AMAZONAWS.com', true],
  ['ecr.eu-west-1.amazonaws.com', 'ecr.eu-west-1.amazonaws.com', true],
  ['ecr.eu-west-1.amazonaws.com', 'onaws.com', false],
  ['ecr.eu-west-1.amazonaws.com', '*', true],
])('%s and NO_PROXY=%s: %p', (host, noProxy, expected) => {
  expect(bypassesProxy(host, noProxy)).toBe(expected);
});

describe('the agent', () => {
  const connect = async (env: NodeJS.ProcessEnv, host?: string): Promise<unknown> => (httpsAgent(env) as any).connect(undefined, { host });

  test('is none without a proxy', () => {
    expect(httpsAgent({})).toBeUndefined();
    expect(httpsAgent({ HTTPS_PROXY: '', HTTP_PROXY: 'http://p:1' })).toBeUndefined();
  });

  test('connects through it, but for the hosts of NO_PROXY', async () => {
    const env = { HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: 'vpce.amazonaws.com' };
    const agent: any = await connect(env, 'ecr.eu-west-1.amazonaws.com');
    expect(agent).toBeInstanceOf(HttpsProxyAgent);
    expect(agent.proxy.host).toBe('proxy.example:3128');
    expect(await connect(env, 'x.vpce.amazonaws.com')).toBe(https.globalAgent);
    expect(await connect({ ...env, no_proxy: '' }, 'x.vpce.amazonaws.com')).toBeInstanceOf(HttpsProxyAgent);
    expect(await connect({ https_proxy: 'http://other:1', HTTPS_PROXY: 'http://proxy.example:3128' })).toMatchObject({ proxy: expect.objectContaining({ host: 'other:1' }) });
  });
});
