/* eslint-disable @typescript-eslint/no-require-imports -- loaded when they are needed */
import { SECRET_VARIABLE } from './variable';
import type { AwsOptions } from '../aws/config';
import { CliError } from '../shared/exit';

/** Which secret is meant. */
export interface SecretOptions extends AwsOptions {
  /** Name or ARN. */
  readonly secret?: string;
  /** Name of a CloudFormation stack whose outputs name it. */
  readonly stack?: string;
}

/** The secret that is meant, if one is: as given, by the stack, or by the environment. */
export async function findSecret(options: SecretOptions, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (options.secret && options.stack) throw new CliError('a secret and --stack were given: leave one out');
  if (options.secret) return options.secret;
  if (options.stack) {
    const { secretOfStack } = require('../aws') as typeof import('../aws');
    return secretOfStack(options.stack, options, env);
  }
  return env[SECRET_VARIABLE] || undefined;
}

/** The secret that is meant; an error if none is. */
export async function requireSecret(options: SecretOptions, env: NodeJS.ProcessEnv): Promise<string> {
  const secret = await findSecret(options, env);
  if (!secret) throw new CliError(`no secret was named: give its name or ARN, --stack NAME, or set ${SECRET_VARIABLE}`);
  return secret;
}
