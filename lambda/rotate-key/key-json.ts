import type { KeyPair } from './ports';

/** The secret's value: what the AWS CLI and SDKs take from a `credential_process`. */
export function formatKey({ id, secret }: KeyPair): string {
  return JSON.stringify({ Version: 1, AccessKeyId: id, SecretAccessKey: secret });
}

/** Reads a value; undefined if it holds no key, as after an edit by hand. */
export function parseKey(text: string): KeyPair | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // without the parser's message, which quotes the text
  }
  const { AccessKeyId: id, SecretAccessKey: secret } = (value ?? {}) as Record<string, unknown>;
  return isText(id) && isText(secret) ? { id, secret } : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
