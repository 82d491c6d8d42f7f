import type { EcrRequest, RefreshRequest, RegistryRequest, SecretFormat } from './contract';
import type { RegistryDefinition } from './registry-definition';

/** What the schedule and the deploy send: the registries of a region that one principal asks for are one entry. */
export function refreshRequest(registries: RegistryDefinition[], urlSuffix: string, format: SecretFormat): RefreshRequest {
  const merged = new Map<string, RegistryRequest>();
  registries.forEach(({ request }, index) => {
    const key = request.kind === 'ecr' ? JSON.stringify([request.region, request.roleArn, request.hosts]) : String(index);
    const same = merged.get(key) as EcrRequest | undefined;
    merged.set(key, same ? { ...same, accounts: [...same.accounts, ...(request as EcrRequest).accounts] } : request);
  });
  return { registries: [...merged.values()], urlSuffix, ...format === 'config.json' ? {} : { format } };
}
