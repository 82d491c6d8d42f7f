import type { EcrHostKind, EcrPublicHostKind, EcrRequest, LoginRequest, RefreshRequest, RegistryRequest, SecretFormat } from '../../src/private/contract';
import { ConfigurationError } from '../shared/errors';

const SHAPE = '{"registries":[{"kind":"ecr","region":"REGION","accounts":["ACCOUNT"],"hosts":["standard"]}],"urlSuffix":"amazonaws.com","force":true|false}';

const HOST_KINDS: readonly EcrHostKind[] = ['standard', 'fips', 'dual-stack', 'dual-stack-fips'];
const PUBLIC_HOST_KINDS: readonly EcrPublicHostKind[] = ['standard', 'dual-stack'];
const FORMATS: readonly SecretFormat[] = ['config.json', 'dockercfg', 'password'];

/**
 * Checks what the refresher was called with.
 *
 * @throws ConfigurationError if it is not a request
 */
export function parseRequest(payload: unknown): RefreshRequest {
  const { registries, urlSuffix, format = 'config.json', force } = (payload ?? {}) as Partial<RefreshRequest>;
  if (!isListOf(registries, isRegistry) || !isText(urlSuffix) || !FORMATS.includes(format)) {
    throw new ConfigurationError(`the payload names no registries; send what the schedule sends: ${SHAPE}`);
  }
  return { registries, urlSuffix, format, force: force === true };
}

function isRegistry(value: unknown): value is RegistryRequest {
  const registry = (value ?? {}) as Partial<RegistryRequest>;
  switch (registry.kind) {
    case 'ecr': return isEcr(registry);
    case 'ecr-public': return isListOf(registry.hosts, oneOf(PUBLIC_HOST_KINDS));
    case 'login': return isLogin(registry);
    default: return false;
  }
}

function isEcr({ region, accounts, hosts, roleArn }: Partial<EcrRequest>): boolean {
  return isText(region) && isListOf(accounts, isText) && isListOf(hosts, oneOf(HOST_KINDS)) && (roleArn === undefined || isText(roleArn));
}

function isLogin({ host, secretArn, usernameKey, passwordKey }: Partial<LoginRequest>): boolean {
  return [host, secretArn, usernameKey, passwordKey].every(isText);
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.length > 0 && value.every(isItem);
}

function oneOf<T>(allowed: readonly T[]) {
  return (value: unknown): value is T => (allowed as readonly unknown[]).includes(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
