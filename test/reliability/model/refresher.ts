import { refresh, type RefreshPorts, type RefreshReport } from '../../../lambda/refresh/refresh';
import { SecretStore } from '../../../lambda/refresh/secret-store';
import type { RefreshRequest } from '../../../src/private/contract';

/** The refresher's own code, or a copy of it with a mistake. */
export interface Refresher {
  readonly refresh: (request: RefreshRequest, ports: RefreshPorts) => Promise<RefreshReport>;
  readonly SecretStore: typeof SecretStore;
}

export const REFRESHER: Refresher = { refresh, SecretStore };
