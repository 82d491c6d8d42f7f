import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The path of the URL at which CloudFormation waits. */
export const ANSWER_PATH = '/answer';

const SERVICE_TOKEN = 'arn:aws:lambda:us-east-1:000000000000:function:of-the-lab';

/** What CloudFormation calls a Lambda with. */
export function eventOf(ResponseURL: string, ResourceType: string, properties: object, RequestType: 'Create' | 'Update' = 'Create'): object {
  return {
    RequestType,
    ResponseURL,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Resource',
    ResourceType,
    ServiceToken: SERVICE_TOKEN,
    ResourceProperties: { ServiceToken: SERVICE_TOKEN, ...properties },
  };
}

/** Where CloudFormation waits for an answer. */
export class CloudFormation {
  public static async start(): Promise<CloudFormation> {
    const cloudFormation = new CloudFormation();
    await new Promise<void>((resolve) => cloudFormation.server.listen(0, '127.0.0.1', resolve));
    return cloudFormation;
  }

  /** The answers that it got. */
  public readonly told: string[] = [];

  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).once('end', () => {
      this.told.push(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(200).end('stored');
    });
  });

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
