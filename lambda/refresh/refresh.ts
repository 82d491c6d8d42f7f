import type { ECRClient } from '@aws-sdk/client-ecr';
import { decide, readCurrent } from './decide';
import { getToken, type EcrToken } from './ecr-token';
import type { SecretStore } from './secret-store';
import type { RefreshRequest, RegistryRequest } from '../../src/private/contract';
import { describe } from '../shared/errors';

/** A run that is not done by then is given up, well inside the Lambda's time-out. */
const DEADLINE_MS = 60_000;

/** What a run needs of the world. */
export interface RefreshPorts {
  /** A client of ECR in a region. */
  readonly ecr: (region: string) => ECRClient;
  /** The secret. */
  readonly store: SecretStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How a registry fared. */
export interface RegistryOutcome {
  readonly region: string;
  readonly hosts: readonly string[];
  /** Seconds until the entries in the secret expire, after the run; 0 if there is no valid one. */
  readonly secondsRemaining: number;
  /** Why it gave no token; missing if it gave one. */
  readonly error?: unknown;
}

/** What a run did. */
export interface RefreshReport {
  readonly registries: readonly RegistryOutcome[];
  /** Whether a new version of the secret was written. */
  readonly written: boolean;
  /** Whether the secret had a value that the refresher did not write. */
  readonly unreadable: boolean;
  /** Seconds until the first entry expires; 0 if a registry has no valid one. */
  readonly secondsRemaining: number;
}

/**
 * Refreshes the secret once: fetches a token for each registry, and publishes what is better than what is there.
 *
 * A registry that fails is reported and costs the others nothing.
 *
 * @throws what Secrets Manager throws, when the secret cannot be read or written: it is then as it was
 */
export async function refresh(request: RefreshRequest, { ecr, store, now }: RefreshPorts): Promise<RefreshReport> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const [version, answers] = await Promise.all([
    store.read(deadline),
    Promise.all(request.registries.map((registry) => fetchToken(ecr(registry.region), registry, now, deadline))),
  ]);
  const current = version && readCurrent(version);
  const decision = decide({
    current,
    fetched: new Map(answers.flatMap(({ registry, token }) => token ? registry.hosts.map((host) => [host, token] as const) : [])),
    failed: answers.flatMap(({ registry, token }) => token ? [] : registry.hosts),
    now: now(),
    force: request.force === true,
  });
  if (decision.write) await store.write(decision.write, deadline);

  const registries = answers.map(({ registry, error }): RegistryOutcome => ({
    ...registry,
    secondsRemaining: Math.max(0, Math.floor(Math.min(...registry.hosts.map((host) => (decision.expiries.get(host) ?? 0) - now())) / 1000)),
    ...(error === undefined ? {} : { error }),
  }));
  return {
    registries,
    written: decision.write !== undefined,
    unreadable: version !== undefined && current === undefined,
    secondsRemaining: Math.min(...registries.map(({ secondsRemaining }) => secondsRemaining)),
  };
}

/** The registries of a report that gave no token, and why: safe to log and to show. */
export function failuresOf(report: RefreshReport): string[] {
  return report.registries.filter(({ error }) => error !== undefined)
    .map(({ hosts, region, error }) => `${hosts.join(', ')} (${region}): ${describe(error)}`);
}

interface Answer {
  readonly registry: RegistryRequest;
  readonly token?: EcrToken;
  readonly error?: unknown;
}

async function fetchToken(client: ECRClient, registry: RegistryRequest, now: () => number, deadline: AbortSignal): Promise<Answer> {
  try {
    return { registry, token: await getToken(client, registry, now, deadline) };
  } catch (error) {
    return { registry, error };
  }
}
