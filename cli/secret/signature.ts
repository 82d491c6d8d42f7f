import { createHash, createHmac } from 'node:crypto';

/** An access key. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of a session. */
  readonly sessionToken?: string;
}

/** A POST to `/`, as the services that speak JSON take it. */
export interface Post {
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Who signs, for whom and when. */
export interface Signing {
  readonly service: string;
  readonly region: string;
  readonly keys: Keys;
  readonly date: Date;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * The headers with a signature.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function sign({ headers, body }: Post, { service, region, keys, date }: Signing): Record<string, string> {
  const time = date.toISOString().replace(/[-:]|\.\d+/g, '');
  const signed: Record<string, string> = { ...headers, 'x-amz-date': time };
  if (keys.sessionToken) signed['x-amz-security-token'] = keys.sessionToken;
  const names = Object.keys(signed).filter((name) => name !== 'user-agent').sort();
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const canonical = ['POST', '/', '', ...names.map((name) => `${name}:${signed[name]}`), '', names.join(';'), sha256(body)].join('\n');
  const key = scope.reduce<string | Buffer>((last, part) => hmac(last, part).digest(), `AWS4${keys.secretAccessKey}`);
  const signature = hmac(key, [ALGORITHM, time, scope.join('/'), sha256(canonical)].join('\n')).digest('hex');
  const authorization = `${ALGORITHM} Credential=${keys.accessKeyId}/${scope.join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...signed, authorization };
}

function hmac(key: string | Buffer, text: string) {
  return createHmac('sha256', key).update(text);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
