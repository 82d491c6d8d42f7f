import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'selfsigned';
import { HOST } from './fake-aws';
import { formatOf } from '../lambda/shared/dockercfg/dockercfg';
import { writeVersion } from '../lambda/shared/dockercfg/published';

const TOKEN_MS = 12 * 3600_000;

/** As much of DynamoDB, SQS and Secrets Manager as the publisher calls, and a vendor that takes its time, on this machine only. */
export class FakePublishing {
  public static async start(vendorDelay: number): Promise<FakePublishing> {
    const pems = await generate([{ name: 'commonName', value: 'vendor' }], {
      keyType: 'ec', algorithm: 'sha256', extensions: [{ name: 'basicConstraints', cA: true }, { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const fake = new FakePublishing(vendorDelay, pems);
    await Promise.all([fake.aws, fake.vendor].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))));
    return fake;
  }

  /** How often each action of AWS was called, and the vendor under `PUT`. */
  public readonly calls: Record<string, number> = {};
  public readonly certificateAuthority: string;
  private readonly aws: Server;
  private readonly vendor: Server;
  private readonly version = writeVersion(
    new Map([[HOST, { auth: Buffer.from(`AWS:${'x'.repeat(1800)}`).toString('base64'), expiresAt: Date.now() + TOKEN_MS }]]), formatOf('config.json', ''));

  private constructor(vendorDelay: number, pems: { readonly private: string; readonly cert: string }) {
    this.certificateAuthority = pems.cert;
    this.aws = createHttpServer(answering(async (request, text) => {
      const action = String(request.headers['x-amz-target']).split('.').at(-1)!;
      this.count(action);
      return JSON.stringify(this.answer(action, JSON.parse(text)));
    }));
    this.vendor = createHttpsServer({ key: pems.private, cert: pems.cert }, answering(async ({ method }) => {
      this.count(method!);
      await sleep(vendorDelay);
      return '{}';
    }));
  }

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.aws.address() as AddressInfo).port}`;
  }

  public get vendorUrl(): string {
    return `https://127.0.0.1:${(this.vendor.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    for (const server of [this.aws, this.vendor]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  private count(what: string): void {
    this.calls[what] = (this.calls[what] ?? 0) + 1;
  }

  private answer(action: string, input: { readonly Key: { readonly sk: { readonly S: string } } }): object {
    switch (action) {
      case 'GetSecretValue': return { VersionId: this.version.versionId, SecretString: this.version.value, CreatedDate: Date.now() / 1000 };
      case 'UpdateItem': return { Attributes: { spec: { S: JSON.stringify(this.target(input.Key.sk.S)) } } };
      default: throw new Error(`nobody should call ${action}`);
    }
  }

  private target(id: string): object {
    const request = { method: 'PUT', url: `${this.vendorUrl}/${id}`, body: { value: '{{value}}' } };
    const settings = { request, secrets: {}, certificateAuthority: this.certificateAuthority };
    return { id, kind: 'http', where: { method: 'PUT', url: request.url }, settings, form: 'config.json', removal: 'leave' };
  }
}

function answering(answer: (request: IncomingMessage, text: string) => Promise<string>): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      answer(request, Buffer.concat(chunks).toString('utf8')).then(
        (text) => response.writeHead(200, { 'content-type': 'application/json' }).end(text),
        (error: Error) => response.writeHead(500).end(error.message));
    });
  };
}
