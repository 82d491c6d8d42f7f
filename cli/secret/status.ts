import { expiryOfHost } from './expiry';
import { readSecret, readVersions, secretsManager, type SecretVersion, type Versions } from './read';
import { requireSecret, type SecretOptions } from './which';
import { CliError, Exit, isCliError } from '../shared/exit';
import type { Io } from '../shared/io';
import { paintFor, type Paint } from '../shared/style';
import { expiryMember, inUtc, inWords, parseSpan } from '../shared/time';

const TOKEN_LIFE_MS = 12 * 3600_000;
const BAR_LENGTH = 20;

export interface StatusOptions extends SecretOptions {
  /** What counts as near: less life than that, such as `4h`. */
  readonly near: string;
  readonly json?: boolean;
  readonly color?: boolean;
}

/** How the credentials for a host stand. */
type State = 'fresh' | 'near' | 'expired' | 'unknown';

interface Registry {
  readonly host: string;
  readonly state: State;
  /** Milliseconds since the epoch; `Infinity` if it does not expire. */
  readonly expiresAt?: number;
}

const EXIT_CODES: Record<State, Exit> = { fresh: Exit.OK, near: Exit.NOTICE, unknown: Exit.NOTICE, expired: Exit.NO_CREDENTIALS };
const COLOURS = { fresh: 'green', near: 'yellow', unknown: 'yellow', expired: 'red' } as const;

/**
 * Shows how long the credentials of a dockercfg last.
 *
 * @returns the exit code: that of the worst registry
 */
export async function status(options: StatusOptions, io: Io): Promise<Exit> {
  const near = parseSpan(options.near);
  if (near === undefined) throw new CliError(`--near must be a number and min, h or d, got: '${options.near}'; write it such as 4h`);
  const secretId = await requireSecret(options, io.env);
  const client = secretsManager(secretId, options, io.env);
  try {
    const secret = await readSecret(client, secretId);
    const versions = await readVersions(client, secretId);
    const registries = [...secret.auths.keys()].sort().map((host) => registryOf(secret, host, near, io.now()));
    await io.stdout.write(options.json
      ? `${JSON.stringify(summary(secret, registries, versions, io.now()))}\n`
      : table(secret, registries, versions, io.now(), paintFor(io.stdout, io, options.color)));
    return Math.max(...registries.map(({ state }) => EXIT_CODES[state]));
  } catch (error) {
    // For a program, a secret without credentials is a status too.
    if (!options.json || !isCliError(error) || error.exitCode !== Exit.NO_CREDENTIALS) throw error;
    await io.stdout.write(`${JSON.stringify({ state: 'missing', reason: error.message })}\n`);
    return error.exitCode;
  }
}

function registryOf(secret: SecretVersion, host: string, near: number, now: number): Registry {
  const expiresAt = expiryOfHost(secret, host);
  if (expiresAt === undefined) return { host, state: 'unknown' };
  const left = expiresAt - now;
  return { host, expiresAt, state: left <= 0 ? 'expired' : left < near ? 'near' : 'fresh' };
}

function summary(secret: SecretVersion, registries: readonly Registry[], versions: Versions, now: number): object {
  const worst = registries.reduce((a, b) => (EXIT_CODES[b.state] > EXIT_CODES[a.state] ? b : a));
  return {
    state: worst.state,
    secret: secret.arn,
    registries: registries.map(({ host, state, expiresAt }) => ({
      host,
      state,
      ...expiryMember(expiresAt),
      ...(Number.isFinite(expiresAt) ? { secondsRemaining: Math.max(0, Math.floor((expiresAt! - now) / 1000)) } : {}),
    })),
    ...(secret.writtenAt === undefined ? {} : { lastRefresh: inUtc(secret.writtenAt) }),
    version: secret.versionId,
    ...(versions.previous === undefined ? {} : { previousVersion: versions.previous }),
  };
}

function table(secret: SecretVersion, registries: readonly Registry[], versions: Versions, now: number, paint: Paint): string {
  const width = Math.max('REGISTRY'.length, ...registries.map(({ host }) => host.length));
  const rows = registries.map(({ host, state, expiresAt }) => {
    const left = expiresAt === undefined ? 0 : expiresAt - now;
    const words = { fresh: left === Infinity ? 'no end' : inWords(left), near: inWords(left), expired: `expired ${inWords(-left)} ago`, unknown: 'unknown' }[state];
    return `${host.padEnd(width)}  ${paint(COLOURS[state], `${bar(left)}  ${words}`)}`;
  });
  const facts = [
    ['secret', secret.arn],
    ['last refresh', secret.writtenAt === undefined ? 'unknown' : `${inWords(now - secret.writtenAt)} ago, ${inUtc(secret.writtenAt)}`],
    ['version', secret.versionId],
    ...(versions.previous === undefined ? [] : [['previous', versions.previous]]),
  ];
  return [
    paint('bold', `${'REGISTRY'.padEnd(width)}  LEFT OF 12 HOURS`),
    ...rows,
    '',
    ...facts.map(([name, value]) => `${paint('dim', name.padEnd(12))}  ${value}`),
  ].map((line) => `${line}\n`).join('');
}

function bar(left: number): string {
  const full = Math.min(BAR_LENGTH, Math.max(0, Math.ceil(left / TOKEN_LIFE_MS * BAR_LENGTH)));
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_LENGTH - full)}]`;
}
