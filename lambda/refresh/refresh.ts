import type { Clients } from './clients';
import { decide, type Decision } from './decide';
import { getPublicToken, getToken, type Fetched } from './ecr-token';
import { BadTokenError, ContendedError, DeadlineError, SecretFullError } from './errors';
import { getLogin } from './login';
import { planOf, type Home, type PlannedRegistry, type Source } from './plan';
import type { Reading, SecretStore } from './secret-store';
import type { RefreshRequest } from '../../src/private/contract';
import { mapBounded } from '../shared/bounded';
import { formatOf, type Format } from '../shared/dockercfg/dockercfg';
import { NEVER } from '../shared/dockercfg/entry';
import { MOST_BYTES, readVersion, type SecretVersion } from '../shared/dockercfg/published';
import { describe } from '../shared/errors';

/** What is not fetched by then is given up, so that the rest can be published well inside the Lambda's time-out. */
const FETCH_DEADLINE_MS = 40_000;

/** A step that uses the secret and is not done by then is given up. */
const STORE_DEADLINE_MS = 20_000;

/** How many calls for credentials are made at the same time. */
const CALLS_AT_ONCE = 10;

/** How often a run starts over because another one wrote the secret in the meantime. */
const MOST_ROUNDS = 5;

/** What a run needs of the world. */
export interface RefreshPorts {
  /** The clients of AWS's services. */
  readonly clients: Pick<Clients, 'ecr' | 'ecrPublic' | 'secretsManager'>;
  /** The secret with the dockercfg. */
  readonly store: SecretStore;
  /** Where the refresher runs. */
  readonly home: Home;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How a registry fared. */
export interface RegistryOutcome {
  /** Its first host. */
  readonly registry: string;
  readonly hosts: readonly string[];
  /** Region that was asked for a token. */
  readonly region?: string;
  /** Role that asked for the token, unless it was the refresher's own. */
  readonly roleArn?: string;
  /** Seconds until the entries in the secret expire, after the run; 0 if one is not valid, undefined if they never do. */
  readonly secondsRemaining?: number;
  /** How often its credentials were asked for, if a service was reached. */
  readonly attempts?: number;
  /** Why it was not refreshed; missing if it was. */
  readonly error?: unknown;
}

/** What a run did. */
export interface RefreshReport {
  readonly registries: readonly RegistryOutcome[];
  /** Whether a new version of the secret was written. */
  readonly written: boolean;
  /** Whether the secret had a value that the refresher did not write. */
  readonly unreadable: boolean;
  /** Whether each registry has an entry that is valid. */
  readonly usable: boolean;
  /** Seconds until the first entry expires; 0 if a registry has no valid one, undefined if none ever expires. */
  readonly secondsRemaining?: number;
  /** Size of the secret's value, in bytes, after the run. */
  readonly bytes: number;
}

/**
 * Refreshes the secret once: fetches what each registry needs, and publishes what is better than what is there.
 *
 * A registry that fails is reported and costs the others nothing.
 *
 * @throws what Secrets Manager throws, when the secret cannot be read or written: it is then as it was
 */
export async function refresh(request: RefreshRequest, ports: RefreshPorts): Promise<RefreshReport> {
  const plan = planOf(request, ports.home);
  const format = formatOf(request.format ?? 'config.json', plan[0].name);
  const looking = look(ports);
  const [first, answers] = await Promise.all([looking, fetchAll(plan, ports.clients, looking)]);
  const result = await publish({ plan, answers: withoutExpired(answers, first.now()), format, force: request.force === true }, first, ports);
  const registries = plan.map((registry) => outcomeOf(registry, result));
  const remaining = registries.map(({ secondsRemaining }) => secondsRemaining).filter((seconds) => seconds !== undefined);
  return {
    registries,
    written: result.written,
    unreadable: result.unreadable,
    usable: remaining.every((seconds) => seconds > 0),
    ...(remaining.length > 0 ? { secondsRemaining: Math.min(...remaining) } : {}),
    bytes: result.bytes,
  };
}

/** The registries of a report that were not refreshed, and why, by cause: safe to log and to show. */
export function failuresOf(report: RefreshReport): string[] {
  const byCause = new Map<string, string[]>();
  for (const { registry, region, error } of report.registries) {
    if (error === undefined) continue;
    const cause = `${region ? ` (${region})` : ''}: ${describe(error)}`;
    byCause.set(cause, [...byCause.get(cause) ?? [], registry]);
  }
  return [...byCause].map(([cause, registries]) => `${registries.join(', ')}${cause}`);
}

/** How many registries of a report were not refreshed. */
export function countFailures(report: RefreshReport): number {
  return report.registries.filter(({ error }) => error !== undefined).length;
}

/** What a source gave. */
type Answer = Partial<Fetched> & { readonly error?: unknown };
type Answers = ReadonlyMap<Source, Answer>;

/** Makes one call a source, however many registries take what it gives. */
async function fetchAll(plan: readonly PlannedRegistry[], clients: RefreshPorts['clients'], looking: Promise<Look>): Promise<Answers> {
  const sources = [...new Set(plan.flatMap(({ source }) => source ?? []))];
  const deadline = AbortSignal.timeout(FETCH_DEADLINE_MS);
  const answers = await mapBounded(sources, CALLS_AT_ONCE, async (source): Promise<[Source, Answer]> => {
    try {
      return [source, await fetchFrom(source, clients, looking, deadline)];
    } catch (error) {
      const attempts = (error as { $metadata?: { attempts?: number } }).$metadata?.attempts;
      return [source, { attempts, error: deadline.aborted ? new DeadlineError(`no answer within ${FETCH_DEADLINE_MS / 1000} seconds`) : error }];
    }
  });
  return new Map(answers);
}

async function fetchFrom(source: Source, clients: RefreshPorts['clients'], looking: Promise<Look>, deadline: AbortSignal): Promise<Fetched> {
  // Only after the look at the secret: a login is then no older than one that is there.
  if (source.kind === 'login') await looking;
  switch (source.kind) {
    case 'ecr': return getToken(await clients.ecr(source.region, source.roleArn, deadline), source, deadline);
    case 'ecr-public': return getPublicToken(clients.ecrPublic(), deadline);
    case 'login': return getLogin(clients.secretsManager, source, deadline);
  }
}

function withoutExpired(answers: Answers, now: number): Answers {
  return new Map([...answers].map(([source, answer]): [Source, Answer] => {
    const { entry, attempts } = answer;
    if (!entry || entry.expiresAt! > now) return [source, answer];
    return [source, { attempts, error: new BadTokenError(`ECR's token expired at ${new Date(entry.expiresAt!).toISOString()}`) }];
  }));
}

/** A look at the secret, and at Secrets Manager's clock: the Lambda's own may be minutes off. */
interface Look extends Reading {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

async function look({ store, now }: RefreshPorts): Promise<Look> {
  const reading = await store.readCurrent(AbortSignal.timeout(STORE_DEADLINE_MS));
  const skew = reading.time === undefined ? 0 : reading.time - now();
  return { ...reading, now: () => now() + skew };
}

interface Run {
  readonly plan: readonly PlannedRegistry[];
  readonly answers: Answers;
  readonly format: Format;
  readonly force: boolean;
}

interface Result extends Pick<RefreshReport, 'written' | 'unreadable' | 'bytes'>, Pick<Look, 'now'> {
  readonly answers: Answers;
  readonly decision: Decision;
}

/** Publishes what is better than what is there. When another run was faster, what that one wrote is there. */
async function publish(run: Run, latest: Look, ports: RefreshPorts, round = 1): Promise<Result> {
  const { version, now } = latest;
  const { current, decision } = await decideOn(run, latest, ports.store, round > 1);
  const result = { answers: run.answers, decision, now, unreadable: current?.own === false };
  const { write } = decision;
  if (!write || write.versionId === version?.versionId) return { ...result, bytes: sizeOf(version), written: false };
  if (await ports.store.replace(write, version?.versionId, AbortSignal.timeout(STORE_DEADLINE_MS))) {
    return { ...result, bytes: sizeOf(write), written: true };
  }
  if (round === MOST_ROUNDS) throw new ContendedError(`the secret was written by others ${MOST_ROUNDS} times during this run`);
  const next = await publish(run, await look(ports), ports, round + 1);
  return { ...next, unreadable: result.unreadable || next.unreadable };
}

async function decideOn({ plan, answers, format, force }: Run, { version, now }: Look, store: SecretStore, contended: boolean) {
  const hosts = [...new Set(plan.flatMap((registry) => registry.hosts))];
  const isLogin = ({ source }: PlannedRegistry) => source?.kind === 'login';
  const logins = new Set(plan.filter(isLogin).flatMap((registry) => registry.hosts));
  const fetched = new Map(plan.flatMap((registry) => {
    const entry = registry.source && answers.get(registry.source)!.entry;
    return entry ? registry.hosts.map((host) => [host, entry] as const) : [];
  }));
  const current = version && { ...readVersion(version, format, logins), writtenAt: version.writtenAt };
  const before = current?.own ? undefined : (await store.readPrevious(AbortSignal.timeout(STORE_DEADLINE_MS))).version;
  const previous = before && readVersion(before, format, logins);
  return { current, decision: decide({ current, previous, hosts, fetched, contended, now: now(), force, format }) };
}

function sizeOf(version: SecretVersion | undefined): number {
  return version ? Buffer.byteLength(version.value) : 0;
}

function outcomeOf({ name, hosts, source, error: planned }: PlannedRegistry, { answers, decision, now }: Result): RegistryOutcome {
  const { attempts, error = planned }: Answer = source ? answers.get(source)! : {};
  const isFull = hosts.some((host) => decision.full.includes(host));
  const full = isFull ? new SecretFullError(`it has no place in a secret of ${MOST_BYTES} bytes; give some registries to another DockerCredentials`) : undefined;
  const seconds = secondsLeft(hosts.map((host) => decision.entries.get(host)?.expiresAt ?? 0), now());
  const why = error ?? full;
  return {
    registry: name,
    hosts,
    ...(source?.kind === 'ecr' ? { region: source.region, ...(source.roleArn === undefined ? {} : { roleArn: source.roleArn }) } : {}),
    ...(seconds === NEVER ? {} : { secondsRemaining: seconds }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(why === undefined ? {} : { error: why }),
  };
}

/** Seconds until the first of them; 0 if there is none. */
function secondsLeft(expiries: readonly number[], now: number): number {
  if (expiries.length === 0) return 0;
  return Math.max(0, Math.floor((Math.min(...expiries) - now) / 1000));
}
