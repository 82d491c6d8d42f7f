import { ConfigurationError } from './errors';
import { RefreshEnvironment, type RefreshRequest, type RegistryRequest } from '../../src/private/contract';

const SHAPE = '{"registries":[{"region":"REGION","hosts":["ACCOUNT.dkr.ecr.REGION.amazonaws.com"]}],"force":true|false}';

/**
 * Checks what the refresher was called with.
 *
 * @throws ConfigurationError if it is not a request
 */
export function parseRequest(payload: unknown): RefreshRequest {
  const { registries, force } = (payload ?? {}) as Partial<RefreshRequest>;
  if (!Array.isArray(registries) || registries.length === 0 || !registries.every(isRegistry)) {
    throw new ConfigurationError(`the payload names no registries; send what the schedule sends: ${SHAPE}`);
  }
  return { registries, force: force === true };
}

/**
 * Reads an environment variable that the construct sets.
 *
 * @throws ConfigurationError if it is missing or empty
 */
export function requireEnvironment(environment: NodeJS.ProcessEnv, name: RefreshEnvironment): string {
  const value = environment[name];
  if (!value) throw new ConfigurationError(`the environment variable ${name} is not set; deploy the stack again to restore it`);
  return value;
}

function isRegistry(value: unknown): value is RegistryRequest {
  const { region, hosts } = (value ?? {}) as Partial<RegistryRequest>;
  return isText(region) && Array.isArray(hosts) && hosts.length > 0 && hosts.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
