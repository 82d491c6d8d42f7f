import type { RefreshRequest, RegistryRequest } from '../../src/private/contract';
import { ConfigurationError } from '../shared/errors';

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

function isRegistry(value: unknown): value is RegistryRequest {
  const { region, hosts } = (value ?? {}) as Partial<RegistryRequest>;
  return isText(region) && Array.isArray(hosts) && hosts.length > 0 && hosts.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
