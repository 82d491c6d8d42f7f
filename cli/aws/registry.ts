import * as https from 'node:https';
import { httpsAgent } from './agent';
import type { Image } from './image';
import { CliError, firstLine } from '../shared/exit';

const TIMEOUT_MS = 15_000;
const LONGEST_BODY = 64 * 1024;
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json', 'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** What a registry answered. */
export interface RegistryAnswer {
  readonly status: number;
  /** Its error's code, such as `NAME_UNKNOWN`; empty if it gave none. */
  readonly code: string;
  /** Its error's message; empty if it gave none. */
  readonly message: string;
}

/** Asks the registry for an image as a pull does. */
export async function tryPull(image: Image, auth: string, env: NodeJS.ProcessEnv): Promise<RegistryAnswer> {
  return ask('GET', `/v2/${image.repository}/manifests/${image.reference}`, image, auth, env);
}

/** Begins an upload as a push does, and leaves it there: the registry throws it away. */
export async function tryPush(image: Image, auth: string, env: NodeJS.ProcessEnv): Promise<RegistryAnswer> {
  return ask('POST', `/v2/${image.repository}/blobs/uploads/`, image, auth, env);
}

async function ask(method: string, path: string, { host }: Image, auth: string, env: NodeJS.ProcessEnv): Promise<RegistryAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(
      new CliError(`the registry ${host} cannot be reached, check the network, the region and the proxy (${firstLine(error)})`, undefined, { cause: error }));
    const request = https.request({
      host,
      path,
      method,
      agent: httpsAgent(env),
      timeout: TIMEOUT_MS,
      headers: { 'authorization': `Basic ${auth}`, 'accept': MANIFESTS, 'content-length': 0 },
    }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => { body = (body + text).slice(0, LONGEST_BODY); })
        .once('error', fail)
        .once('end', () => resolve({ status: response.statusCode!, ...errorOf(body) }));
    });
    request.once('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} seconds`))).once('error', fail).end();
  });
}

function errorOf(body: string): { code: string; message: string } {
  try {
    const { code, message } = JSON.parse(body).errors[0];
    return { code: String(code), message: firstLine({ message: String(message) }) };
  } catch {
    return { code: '', message: '' };
  }
}
