import { expiryOfHost } from './expiry';
import { describeSecret, readSecret, type Description, type SecretVersion } from './read';
import { requireSecret, type SecretOptions } from './which';
import { TOKEN_WARNING_DAYS } from '../../src/private/target-contract';
import { CliError, Exit, isCliError } from '../shared/exit';
import type { Io } from '../shared/io';
import { paintFor, type Paint } from '../shared/style';
import { expiryMember, inUtc, inWords, parseSpan } from '../shared/time';
import type { TargetCopy } from '../targets/read-targets';

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
 * Shows how long the credentials of a dockercfg last, and their copies at its targets.
 *
 * @returns the exit code: that of the worst of them
 */
export async function status(options: StatusOptions, io: Io): Promise<Exit> {
  const near = parseSpan(options.near);
  if (near === undefined) throw new CliError(`--near must be a number and min, h or d, got: '${options.near}'; write it such as 4h`);
  const secretId = await requireSecret(options, io.env);
  try {
    const secret = await readSecret(secretId, options, io.env);
    const description = await describeSecret(secretId, options, io.env);
    const copies = await targetsOf(description, secret, options, io);
    const targets = copies?.map((copy) => ({ ...copy, state: stateOf(copy.expiresAt ?? 0, near, io.now()) }));
    const registries = [...secret.auths.keys()].sort().map((host) => registryOf(secret, host, near, io.now()));
    const shown: Shown = { secret, registries, description, targets, now: io.now() };
    await io.stdout.write(options.json ? `${JSON.stringify(summary(shown))}\n` : table(shown, paintFor(io.stdout, io, options.color)));
    return Math.max(...[...registries, ...targets ?? []].map(({ state }) => EXIT_CODES[state]));
  } catch (error) {
    // For a program, a secret without credentials is a status too.
    if (!options.json || !isCliError(error) || error.exitCode !== Exit.NO_CREDENTIALS) throw error;
    await io.stdout.write(`${JSON.stringify({ state: 'missing', reason: error.message })}\n`);
    return error.exitCode;
  }
}

/** The copies at the targets; undefined if there are none, or they may not be seen, which is said. */
async function targetsOf({ targetsTable }: Description, { arn }: SecretVersion, options: StatusOptions, io: Io): Promise<TargetCopy[] | undefined> {
  if (targetsTable === undefined) return undefined;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only who has targets loads that part of the SDK
  const { readTargets } = require('../targets') as typeof import('../targets');
  try {
    return await readTargets(targetsTable, arn.split(':')[3], options, io.env);
  } catch (error) {
    await io.stderr.write(`ecr-ci: ${(error as Error).message}\n`);
    return undefined;
  }
}

function registryOf(secret: SecretVersion, host: string, near: number, now: number): Registry {
  const expiresAt = expiryOfHost(secret, host);
  if (expiresAt === undefined) return { host, state: 'unknown' };
  return { host, expiresAt, state: stateOf(expiresAt, near, now) };
}

function stateOf(expiresAt: number, near: number, now: number): State {
  const left = expiresAt - now;
  return left <= 0 ? 'expired' : left < near ? 'near' : 'fresh';
}

/** What is shown. */
interface Shown {
  readonly secret: SecretVersion;
  readonly registries: readonly Registry[];
  readonly description: Description;
  readonly targets?: readonly (TargetCopy & { readonly state: State })[];
  readonly now: number;
}

function summary({ secret, registries, description, targets, now }: Shown): object {
  const worst = [...registries, ...targets ?? []].reduce((a, b) => (EXIT_CODES[b.state] > EXIT_CODES[a.state] ? b : a));
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
    ...(description.previous === undefined ? {} : { previousVersion: description.previous }),
    ...(targets === undefined ? {} : {
      targets: targets.map(({ target, state, expiresAt, publishedAt, failure, tokenExpiresAt }) => ({
        target,
        state: expiresAt === undefined ? 'missing' : state,
        ...expiryMember(expiresAt),
        ...(publishedAt === undefined ? {} : { publishedAt: inUtc(publishedAt) }),
        ...(failure === undefined ? {} : { failure }),
        ...(tokenExpiresAt === undefined ? {} : { tokenExpiresAt: inUtc(tokenExpiresAt) }),
      })),
    }),
  };
}

function table({ secret, registries, description, targets = [], now }: Shown, paint: Paint): string {
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
    ...(description.previous === undefined ? [] : [['previous', description.previous]]),
  ];
  return [
    paint('bold', `${'REGISTRY'.padEnd(width)}  LEFT OF 12 HOURS`),
    ...rows,
    '',
    ...facts.map(([name, value]) => `${paint('dim', name.padEnd(12))}  ${value}`),
    ...(targets.length === 0 ? [] : ['', paint('bold', 'TARGETS'), ...targets.flatMap((target) => targetLines(target, now, paint))]),
  ].map((line) => `${line}\n`).join('');
}

/** A target, what is left of its copy, and what is wrong. */
function targetLines({ target, state, expiresAt, failure, tokenExpiresAt }: NonNullable<Shown['targets']>[number], now: number, paint: Paint): string[] {
  const left = (expiresAt ?? 0) - now;
  const words = expiresAt === undefined ? 'never published' : left === Infinity ? 'no end' : left > 0 ? inWords(left) : `expired ${inWords(-left)} ago`;
  const endsSoon = tokenExpiresAt !== undefined && tokenExpiresAt - now < TOKEN_WARNING_DAYS * 24 * 3600_000;
  return [
    `${paint(COLOURS[state], `${bar(left)}  ${words}`)}  ${target}`,
    ...(failure === undefined ? [] : [`  ${paint('red', failure)}`]),
    ...(endsSoon ? [`  ${paint('yellow', `its token expires on ${inUtc(tokenExpiresAt)}`)}`] : []),
  ];
}

function bar(left: number): string {
  const full = Math.min(BAR_LENGTH, Math.max(0, Math.ceil(left / TOKEN_LIFE_MS * BAR_LENGTH)));
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_LENGTH - full)}]`;
}
