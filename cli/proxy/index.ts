import * as https from 'node:https';
import { Agent } from 'agent-base';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { bypassesProxy } from '../shared/proxy';

/** Connects through a proxy, but for the hosts of a list. */
class EnvironmentProxyAgent extends Agent {
  private readonly proxy: HttpsProxyAgent<string>;

  public constructor(proxyUrl: string, private readonly noProxy: string) {
    super();
    this.proxy = new HttpsProxyAgent(proxyUrl);
  }

  public override async connect(_: unknown, options: { host?: string | null }): Promise<https.Agent> {
    return bypassesProxy(options.host ?? '', this.noProxy) ? https.globalAgent : this.proxy as unknown as https.Agent;
  }
}

/** An agent for HTTPS connections through a proxy. */
export function createProxyAgent(proxyUrl: string, noProxy: string): https.Agent {
  return new EnvironmentProxyAgent(proxyUrl, noProxy) as unknown as https.Agent;
}
