import { ConfigurationError } from './errors';

/**
 * Reads an environment variable that the construct sets.
 *
 * @throws ConfigurationError if it is missing or empty
 */
export function requireEnvironment(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) throw new ConfigurationError(`the environment variable ${name} is not set; deploy the stack again to restore it`);
  return value;
}
