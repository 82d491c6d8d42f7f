import { passwordText, readFresh } from './get';
import { findSecret, type SecretOptions } from './which';
import type { Io } from '../shared/io';

export interface GetPasswordOptions extends SecretOptions {
  readonly host?: string;
  readonly json?: boolean;
}

/** Writes a password from the secret, if one is named; tells whether one was. */
export async function passwordOfSecret(options: GetPasswordOptions, io: Io): Promise<boolean> {
  const secretId = await findSecret(options, io.env);
  if (secretId === undefined) return false;
  await io.stdout.write(passwordText(await readFresh(secretId, options, io, options.host), options));
  return true;
}
