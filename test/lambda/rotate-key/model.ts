import { formatKey, parseKey } from '../../../lambda/rotate-key/key-json';
import { KeyRecord, keyTag } from '../../../lambda/rotate-key/key-record';
import type { KeySecret, SecretState } from '../../../lambda/rotate-key/key-secret';
import type { RotationPorts } from '../../../lambda/rotate-key/situation';
import type { KeyPair, ListedKey, UserKeys } from '../../../lambda/rotate-key/user-keys';

export const START = Date.parse('2026-01-01T00:00:00Z');
export const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const USER = { name: 'ci', arn: 'arn:aws:iam::111122223333:user/ci' };
export const GRACE = 24 * HOUR;

/** A key as the model of IAM keeps it. */
export interface ModelKey {
  readonly id: string;
  readonly secret: string;
  readonly createdAt: number;
  active: boolean;
  /** Made by a person. */
  readonly foreign: boolean;
  /** A person made it inactive or deleted it. */
  broken?: boolean;
  /** AWS has said whose it is. */
  proved?: boolean;
  /** The Lambda's run that made it and has not put it into the secret. */
  carriedBy?: Run;
  /** When a rotation replaced it in the secret. */
  replacedAt?: number;
  /** A person made it while these runs had looked at the keys, and had not made theirs. */
  readonly amid: readonly Run[];
}

interface Version {
  value?: string;
  stages: string[];
}

/** A run of the Lambda, which may be killed. */
export interface Run {
  alive: boolean;
  /** It has looked at the keys, and has not made one and written that down. */
  looked?: boolean;
  made?: boolean;
  /** When it was killed, or got no answer that says whether a key was made. */
  lostAt?: number;
}

/** An error as the SDK throws it: the client's fault unless told. */
export function awsError(name: string, message = name, $fault = 'client'): Error {
  return Object.assign(new Error(message), { name, $fault });
}

/**
 * IAM, Secrets Manager and STS as one user and one secret see them: two keys at most, a new key that is listed and known
 * only after a while, a version's value that cannot be changed, labels that are on one version each.
 *
 * It also watches: what the Lambda must never do is noted in `violations`.
 */
export class Model {
  public time = START;
  public readonly keys = new Map<string, ModelKey>();
  public readonly graveyard: ModelKey[] = [];
  public readonly versions = new Map<string, Version>();
  public readonly violations: string[] = [];
  public readonly tags = new Map<string, string>([['team', 'ours']]);
  public changedAt = START;
  /** Seconds until a new key is listed, and until STS knows it. */
  public listedAfter = 0;
  public knownAfter = 0;
  /** The stack is being deleted: every key of ours may go. */
  public deleting = false;
  private made = 0;
  private named = 0;

  // What people do.

  public createForeign(amid: readonly Run[] = []): ModelKey | undefined {
    return this.keys.size < 2 ? this.addKey(true, this.time, amid) : undefined;
  }

  public removeByHand(id: string): void {
    const key = this.keys.get(id);
    if (!key) return;
    key.broken = true;
    this.bury(key);
  }

  public deactivateByHand(id: string): void {
    const key = this.keys.get(id);
    if (key) Object.assign(key, { active: false, broken: true });
  }

  /** A new current value, whatever it is. */
  public edit(value: string, versionId = `by-hand-${++this.made}`): void {
    this.versions.set(versionId, { value, stages: [] });
    this.moveCurrent(versionId);
  }

  // What Secrets Manager does.

  /** Starts a rotation: the version's id; undefined if one is under way. */
  public startRotation(versionId: string): string | undefined {
    const pending = this.labelled('AWSPENDING');
    if (pending !== undefined && pending !== this.labelled('AWSCURRENT')) return undefined;
    this.unlabel('AWSPENDING');
    this.versions.set(versionId, { stages: ['AWSPENDING'] });
    return versionId;
  }

  public dropPending(versionId: string): void {
    const version = this.versions.get(versionId)!;
    version.stages = version.stages.filter((stage) => stage !== 'AWSPENDING');
  }

  public labelled(stage: string): string | undefined {
    return [...this.versions].find(([, { stages }]) => stages.includes(stage))?.[0];
  }

  /** The key that a reader gets. */
  public get current(): ModelKey | undefined {
    const version = this.versions.get(this.labelled('AWSCURRENT') ?? '');
    return this.keys.get(parseKey(version?.value ?? '')?.id ?? '');
  }

  public get ids(): string[] {
    return [...this.keys.keys()];
  }

  /** Ids of the keys that the record says are the rotation's. */
  public get owned(): string[] {
    const record = new KeyRecord(this.tags);
    return [...this.keys.values()].filter((key) => record.owns(key)).map(({ id }) => id);
  }

  /** A key made by the rotation in the past, and recorded. */
  public givenKey(age: number, versionId?: string, stages: string[] = ['AWSCURRENT']): ModelKey {
    const key = this.addKey(false, this.time - age);
    key.proved = true;
    this.tags.set(...keyTag(key.id, key.createdAt, 'earlier'));
    if (versionId) this.versions.set(versionId, { value: formatKey(key), stages });
    return key;
  }

  // What the Lambda calls.

  public userKeys(run: Run = { alive: true }): UserKeys {
    return {
      list: async () => {
        run.looked = true;
        return [...this.keys.values()]
          .filter(({ createdAt, foreign }) => foreign || this.time - createdAt >= this.listedAfter * SECOND)
          .map(({ id, active, createdAt }): ListedKey => ({ id, active, createdAt: Math.floor(createdAt / SECOND) * SECOND }));
      },
      create: async () => {
        run.made = true;
        if (this.keys.size >= 2) throw awsError('LimitExceededException', 'Cannot exceed quota for AccessKeysPerUser: 2');
        const key = this.addKey(false);
        key.carriedBy = run;
        return { id: key.id, secret: key.secret };
      },
      deactivate: async (id) => {
        const key = this.keys.get(id);
        if (!key) return;
        this.watchLoss(key, 'made inactive', run);
        if (key.replacedAt !== undefined && this.time - key.replacedAt < GRACE - 2 * SECOND) this.violations.push(`${id} was made inactive in its grace`);
        key.active = false;
      },
      remove: async (id) => {
        const key = this.keys.get(id);
        if (!key) return;
        this.watchLoss(key, 'deleted', run);
        this.bury(key);
      },
      tags: async () => new Map(this.tags),
      writeTags: async (tags) => {
        for (const [tag, value] of tags) {
          this.tags.set(tag, value);
          if (tag.length > 128 || value.length > 256) this.violations.push(`the tag ${tag} is too long`);
        }
        if (this.tags.size > 10) this.violations.push('tags pile up');
        if (run.made) run.looked = false;
      },
      removeTags: async (tags) => { for (const tag of tags) this.tags.delete(tag); },
    };
  }

  public keySecret(): KeySecret {
    return {
      describe: async (): Promise<SecretState> => {
        return {
          stages: new Map([...this.versions].filter(([, { stages }]) => stages.length > 0).map(([id, { stages }]) => [id, [...stages]])),
          changedAt: this.changedAt,
        };
      },
      read: async (versionId) => this.versions.get(versionId)?.value,
      putPending: async (versionId, value) => {
        const version = this.versions.get(versionId);
        if (version?.value !== undefined && version.value !== value) throw awsError('ResourceExistsException', `${versionId} has another value`);
        const key = this.keys.get(parseKey(value)!.id);
        if (key) key.carriedBy = undefined;
        const isFirst = ![...this.versions.values()].some((other) => other.value !== undefined);
        this.unlabel('AWSPENDING');
        this.versions.set(versionId, { value, stages: [...version?.stages ?? [], 'AWSPENDING'] });
        if (isFirst) this.moveCurrent(versionId);
        this.changedAt = this.time;
      },
      makeCurrent: async (versionId, from) => {
        if (this.labelled('AWSCURRENT') !== from) throw awsError('InvalidParameterException', 'AWSCURRENT is on another version');
        const id = parseKey(this.versions.get(versionId)?.value ?? '')?.id ?? 'no key';
        const key = this.keys.get(id) ?? this.graveyard.find((dead) => dead.id === id);
        if (!key || (!(this.keys.has(id) && key.active) && !key.broken)) this.violations.push(`${id} became current and does not work`);
        else if (!key.proved) this.violations.push(`${id} became current without a test`);
        if (this.current) this.current.replacedAt = this.time;
        this.moveCurrent(versionId);
      },
      dropPending: async (versionId) => {
        if (!this.versions.get(versionId)?.stages.includes('AWSPENDING')) throw awsError('InvalidParameterException', 'AWSPENDING is not there');
        this.dropPending(versionId);
        this.changedAt = this.time;
      },
    };
  }

  public async whoIs({ id, secret }: KeyPair): Promise<string> {
    const key = this.keys.get(id);
    if (!key || !key.active || this.time - key.createdAt < this.knownAfter * SECOND) throw awsError('InvalidClientTokenId', 'The security token included in the request is invalid.');
    if (key.secret !== secret) throw awsError('SignatureDoesNotMatch');
    key.proved = true;
    return USER.arn;
  }

  /** What a run needs, all of it answered at once; time passes only in its sleep. */
  public ports(change: Partial<RotationPorts> = {}): RotationPorts {
    return {
      keys: this.userKeys(),
      secret: this.keySecret(),
      whoIs: (key) => this.whoIs(key),
      user: USER,
      graceMs: GRACE,
      newName: () => `run-${++this.named}`,
      now: () => this.time,
      sleep: async (milliseconds) => { this.time += milliseconds; },
      ...change,
    };
  }

  private addKey(foreign: boolean, createdAt = this.time, amid: readonly Run[] = []): ModelKey {
    const number = ++this.made;
    const key: ModelKey = { id: `AKIA${foreign ? 'THEIRS' : 'OURS'}${number}`, secret: `secret-of-key-${number}`, createdAt, active: true, foreign, amid };
    this.keys.set(key.id, key);
    return key;
  }

  private bury(key: ModelKey): void {
    this.keys.delete(key.id);
    this.graveyard.push(key);
  }

  private watchLoss(key: ModelKey, what: string, run: Run): void {
    // Nothing tells a key that a person makes in the seconds of a run that is then killed from the one it was about to make.
    if (key.foreign && key.amid.some(({ lostAt }) => lostAt !== undefined)) return;
    if (key.foreign) this.violations.push(`${key.id}, somebody else's, was ${what}`);
    if (key.id === this.current?.id && key.active && !this.deleting) this.violations.push(`${key.id}, in the secret, was ${what}`);
    if (key.carriedBy?.alive && key.carriedBy !== run) this.violations.push(`${key.id}, on its way into the secret, was ${what}`);
  }

  private moveCurrent(versionId: string): void {
    const from = this.labelled('AWSCURRENT');
    if (from === versionId) return;
    this.unlabel('AWSPREVIOUS');
    this.unlabel('AWSCURRENT');
    if (from !== undefined) this.versions.get(from)!.stages.push('AWSPREVIOUS');
    this.versions.get(versionId)!.stages.push('AWSCURRENT');
    this.changedAt = this.time;
  }

  private unlabel(stage: string): void {
    for (const version of this.versions.values()) version.stages = version.stages.filter((label) => label !== stage);
  }
}
