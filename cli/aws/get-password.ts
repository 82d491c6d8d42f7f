import type { AwsOptions } from './config';
import { ecrTokens } from './ecr-token';
import { CliError } from '../shared/exit';
import { ecrHost, hostOf } from '../shared/host';
import type { Io } from '../shared/io';
import { expiryMember } from '../shared/time';

export interface EcrPasswordOptions extends AwsOptions {
  /** A host of ECR, whose region is taken. */
  readonly host?: string;
  readonly json?: boolean;
}

/** Writes a password straight from ECR, as "aws ecr get-login-password" does. */
export async function passwordOfEcr(options: EcrPasswordOptions, io: Io): Promise<void> {
  const registry = options.host === undefined ? undefined : ecrHost(hostOf(options.host));
  if (options.host !== undefined && !registry) {
    throw new CliError(`--host must be a host of ECR if no secret is named, got: '${options.host}'; write it such as 111122223333.dkr.ecr.eu-west-1.amazonaws.com`);
  }
  const [token] = await ecrTokens({ ...options, region: options.region ?? registry?.region }, io.env);
  if (!options.json) return io.stdout.write(`${token.password}\n`);
  const { username, password, expiresAt } = token;
  // One token serves every registry in the region that the identity may use.
  const host = options.host === undefined ? token.host : hostOf(options.host);
  return io.stdout.write(`${JSON.stringify({ host, username, password, ...expiryMember(expiresAt) })}\n`);
}
