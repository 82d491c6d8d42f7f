import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { PublishClients } from './clients';
import { BadTokenSecretError } from './errors';
import type { SecretRef } from '../../src/private/target-contract';

/** How long a token is used before it is read again, so that a thousand targets with one token read it now and then. */
const KEPT_MS = 60_000;

/** Reads what vendors want to see. */
export class TokenSecrets {
  private readonly kept = new Map<string, { readonly value: Promise<string>; readonly readAt: number }>();

  public constructor(private readonly clients: Pick<PublishClients, 'secretsManager'>, private readonly now: () => number) {}

  /**
   * The value of a secret, or of a key in its JSON.
   *
   * @throws BadTokenSecretError if it is not there
   */
  public async read({ secretArn, jsonKey }: SecretRef): Promise<string> {
    const value = await this.value(secretArn);
    const found = jsonKey === undefined ? value : member(value, jsonKey);
    // A line break at its end is what a file or a terminal added.
    const token = typeof found === 'string' ? found.trim() : '';
    if (token !== '') return token;
    throw new BadTokenSecretError(jsonKey === undefined
      ? `${secretArn} is empty: put the token into it`
      : `${secretArn} has no text under the key '${jsonKey}' of its JSON`);
  }

  private value(secretArn: string): Promise<string> {
    const known = this.kept.get(secretArn);
    if (known && this.now() - known.readAt < KEPT_MS) return known.value;
    const value = this.fetch(secretArn);
    this.kept.set(secretArn, { value, readAt: this.now() });
    value.catch(() => this.kept.delete(secretArn));
    return value;
  }

  private async fetch(secretArn: string): Promise<string> {
    const [, , , region] = secretArn.split(':');
    const { SecretString } = await this.clients.secretsManager({ region }).send(new GetSecretValueCommand({ SecretId: secretArn }));
    return SecretString ?? '';
  }
}

function member(json: string, key: string): unknown {
  try {
    return Object(JSON.parse(json))[key];
  } catch {
    // The parser's own message quotes the secret.
    return undefined;
  }
}
