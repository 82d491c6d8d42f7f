import { HOSTS, type Issued, type Request, SOURCES, type SourceName } from './aws';
import type { Change, Version } from './secret';
import type { Run, World } from './world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A run gives up when others wrote that often in the meantime. */
const MOST_CHANGES = 4;

/** A run makes no more calls than this, whatever happens. */
const MOST_CALLS = 40;

/**
 * Entries that expire within a minute of each other are kept as if they expired with the first, and expiries have whole
 * seconds: what the refresher knows of an entry's life may be that much too short.
 */
export const PRECISION = MINUTE + 2000;

/** A rule that was broken. */
export class BrokenRule extends Error {
  public override readonly name = 'BrokenRule';
}

/** What must hold whatever happens; each is looked at when something happens that could break it. */
export class Rules {
  /** How often each rule was looked at in a situation in which it could have been broken. */
  public readonly looked = { parsed: 0, known: 0, valid: 0, neverWorse: 0, needed: 0, reported: 0, calls: 0 };
  /** For each version that a run sent: the earliest time that it may have believed it was. */
  private readonly decidedAt = new Map<string, number>();
  /** Ids of the versions that readers ever got. */
  private readonly wereCurrent = new Set<string>();
  /** Credentials that a person put where the refresher cannot find out when they expire. */
  private readonly obscure = new Set<string>();
  private broken?: BrokenRule;

  public constructor(private readonly world: World) {}

  /** Throws if a rule was broken, also one whose error was caught on its way. */
  public check(): void {
    if (this.broken) throw this.broken;
  }

  public onCall(run: Run, { operation, input }: Request): void {
    this.looked.calls++;
    this.demand(run.calls <= MOST_CALLS, `a run made ${run.calls} calls`);
    if (operation !== 'PutSecretValue') return;
    run.wrote = input.ClientRequestToken;
    const before = this.decidedAt.get(input.ClientRequestToken) ?? Infinity;
    this.decidedAt.set(input.ClientRequestToken, Math.min(before, this.world.clock.now, this.world.believed(run).earliest));
  }

  /** Readers get another version. */
  public onChange(change: Change, run: Run | undefined): void {
    const { before, after } = change;
    for (const other of this.world.running().filter((each) => each !== run)) other.othersChanges++;
    this.wereCurrent.add(after.id);
    if (!run) {
      // a person's deed
      if (before?.byHand) for (const auth of this.entriesOf(after)?.values() ?? []) this.obscure.add(auth);
      return;
    }
    const now = this.entriesOf(after);
    this.looked.parsed++;
    this.demand(now !== undefined, 'what a run wrote is no dockercfg');
    this.demand(now!.size > 0, 'a run wrote nothing');
    for (const [host, auth] of now!) this.checkEntry(host, auth, change);
    this.checkNeverWorse(change, now!, run);
    const then = before && this.entriesOf(before);
    if (then && !before.byHand && !run.force) this.checkNeed(change, then, now!);
  }

  /** A run came to its end. */
  public onEnd(run: Run): void {
    this.looked.reported++;
    if (run.state === 'failed') {
      this.demand(run.secretTrouble || run.othersChanges > MOST_CHANGES, `a run failed that could use the secret: ${(run.error as Error)?.message}`);
      return;
    }
    this.demand(!run.report!.written || this.wereCurrent.has(run.wrote!), 'a run reports a version that readers never got');
    const isFresh = run.sources.some((source) => source !== 'login' && !run.troubled.has(source) && !run.doubtful.has(source));
    if (run.force && isFresh && !this.world.aws.wasLong) this.demand(run.report!.written, 'a forced run wrote nothing');
    if (run.othersChanges === 0 && !run.secretTrouble && !this.world.aws.wasLong) this.checkRefreshed(run);
    const failed = run.report!.registries.filter(({ error }) => error !== undefined).map(({ registry }) => registry);
    for (const source of run.sources) {
      const isNamed = failed.includes(SOURCES[source]);
      if (run.troubled.has(source)) this.demand(isNamed, `the report does not name ${SOURCES[source]}`);
      else if (!run.doubtful.has(source) && !this.world.aws.wasLong) this.demand(!isNamed, `the report names ${SOURCES[source]}`);
    }
  }

  /** What a run could fetch, readers have, unless what they have lives until any next run. */
  private checkRefreshed(run: Run): void {
    const { current } = this.world.secret;
    const entries = current && this.entriesOf(current);
    for (const source of run.sources.filter((each) => !run.troubled.has(each) && !run.doubtful.has(each))) {
      for (const host of HOSTS[source]) {
        const life = (this.world.aws.issued.get(entries?.get(host) ?? '')?.expiresAt ?? 0) - this.world.clock.now;
        this.demand(life > 6 * HOUR - 20 * MINUTE, `a run left ${host} with ${life} ms`);
      }
    }
  }

  public demand(fulfilled: boolean, otherwise: string): void {
    if (fulfilled) return;
    this.broken ??= new BrokenRule(otherwise);
    throw this.broken;
  }

  /** Hosts and their `auth`, as clients read them; undefined if they read nothing. */
  public entriesOf({ value }: Version): Map<string, string> | undefined {
    try {
      const entries = Object.entries<{ auth: string }>(JSON.parse(value).auths).map(([host, { auth }]): [string, string] => [host, auth]);
      return new Map(entries.filter(([host]) => !host.endsWith('.invalid')));
    } catch {
      return undefined;
    }
  }

  /** An entry is what a source gave for that host, and had not expired when the run decided to publish it. */
  private checkEntry(host: string, auth: string, { before, previous, after }: Change): void {
    const issued = this.world.aws.issued.get(auth);
    const isValid = issued !== undefined && issued.expiresAt > this.decidedAt.get(after.id)!;
    if (!issued || (this.obscure.has(auth) && !isValid)) {
      // nobody knows what a person wrote: it may stay where it is
      const stays = [before, previous].some((version) => version && this.entriesOf(version)?.get(host) === auth);
      this.demand(stays, `an unknown credential for ${host}`);
      return;
    }
    this.looked.known++;
    this.demand(issued.hosts.includes(host), `${host} got a credential of ${issued.hosts[0]}`);
    this.looked.valid++;
    this.demand(isValid, `a credential for ${host} that had expired`);
  }

  /** What readers had and could use, they have, and it lives as long. */
  private checkNeverWorse({ before, previous }: Change, now: Map<string, string>, run: Run): void {
    const had = this.usable(before);
    // what a person overwrote, the refresher finds again
    if (before?.byHand && previous && !previous.byHand) for (const [host, auth] of this.usable(previous)) had.set(host, auth);
    for (const host of wanted(run)) {
      const was = had.get(host);
      if (!was) continue;
      this.looked.neverWorse++;
      const is = this.world.aws.issued.get(now.get(host) ?? '');
      const early = Math.max(0, this.world.believed(run).latest - this.world.clock.now);
      const left = was.expiresAt - this.world.clock.now;
      if (left > PRECISION + early) this.demand(now.has(host), `readers lost ${host}, which had ${left} ms left`);
      if (!is || run.force) continue;
      this.demand(is.expiresAt >= was.expiresAt - PRECISION, `${host} expires ${was.expiresAt - is.expiresAt} ms earlier than before`);
      this.demand((is.generation ?? 0) >= (was.generation ?? 0), `${host} got a login that had been replaced`);
    }
  }

  /** A version that the refresher wrote is replaced only by one that is worth it. */
  private checkNeed({ before, after }: Change, then: Map<string, string>, now: Map<string, string>): void {
    this.looked.needed++;
    const life = (auth: string | undefined) => this.world.aws.issued.get(auth ?? '')?.expiresAt;
    const changed = [...new Set([...then.keys(), ...now.keys()])].filter((host) => then.get(host) !== now.get(host));
    const isAnother = (host: string) => !then.has(host) || !now.has(host) || this.isObscure(then.get(host)!) || life(now.get(host)) === Infinity;
    const gain = (host: string) => life(now.get(host))! - life(then.get(host))!;
    this.demand(changed.some((host) => isAnother(host) || gain(host) > 9 * MINUTE), 'a version was written without need');
    const isRepeated = this.decidedAt.get(after.id)! - before!.createdAt < 9 * MINUTE;
    const canWait = (host: string) => !isAnother(host) && life(then.get(host))! - this.world.clock.now > 6 * HOUR + 10 * MINUTE;
    this.demand(!isRepeated || !changed.every(canWait), 'a version was written although one had just been written');
  }

  private isObscure(auth: string): boolean {
    return this.obscure.has(auth) || !this.world.aws.issued.has(auth);
  }

  /** What readers of a version can use. */
  private usable(version: Version | undefined): Map<string, Issued> {
    const found = new Map<string, Issued>();
    for (const [host, auth] of (version && this.entriesOf(version)) ?? []) {
      const issued = this.world.aws.issued.get(auth);
      if (issued?.hosts.includes(host) && issued.expiresAt > this.world.clock.now && !this.obscure.has(auth)) found.set(host, issued);
    }
    return found;
  }
}

function wanted({ sources }: Run): string[] {
  return sources.flatMap((source: SourceName) => HOSTS[source]);
}
