import { InvalidParameterException, InvalidRequestException, ResourceExistsException, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';

export const MOST_BYTES = 65_536;

export interface Version {
  readonly id: string;
  readonly value: string;
  readonly createdAt: number;
  /** Whether a person wrote it. */
  readonly byHand: boolean;
}

/** Readers get another version. */
export interface Change {
  readonly before?: Version;
  /** What the label AWSPREVIOUS was at until then. */
  readonly previous?: Version;
  readonly after: Version;
}

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';

/** A secret of Secrets Manager, with the rules of its API for versions and labels. */
export class Secret {
  /** Scheduled for deletion: nothing can be done with it but to restore it. */
  public deleted = false;

  private readonly versions = new Map<string, Version>();
  private readonly labels = new Map<string, string>();
  private editCount = 0;

  /** @param onChange called when readers get another version */
  public constructor(private readonly now: () => number, private readonly onChange: (change: Change) => void) {}

  public get current(): Version | undefined {
    return this.labelled(CURRENT);
  }

  public get previous(): Version | undefined {
    return this.labelled(PREVIOUS);
  }

  public getSecretValue({ VersionStage = CURRENT }: { VersionStage?: string }) {
    this.check();
    const version = this.labelled(VersionStage);
    if (!version) throw new ResourceNotFoundException({ message: `no version with the label ${VersionStage}`, $metadata: {} });
    return { VersionId: version.id, SecretString: version.value, CreatedDate: new Date(Math.floor(version.createdAt / 1000) * 1000) };
  }

  public putSecretValue({ ClientRequestToken: id, SecretString: value, VersionStages = [CURRENT] }: {
    ClientRequestToken: string; SecretString: string; VersionStages?: string[];
  }, byHand = false) {
    this.check();
    if (value === '' || Buffer.byteLength(value) > MOST_BYTES) throw new InvalidParameterException({ message: 'too short or too long', $metadata: {} });
    const existing = this.versions.get(id);
    if (existing && existing.value !== value) throw new ResourceExistsException({ message: 'another value', $metadata: {} });
    if (!existing) {
      this.versions.set(id, { id, value, createdAt: this.now(), byHand });
      for (const label of VersionStages.filter((stage) => stage !== CURRENT)) this.labels.set(label, id);
      // The first version of a secret is current, whatever its labels.
      if (VersionStages.includes(CURRENT) || !this.current) this.makeCurrent(id);
    }
    return { VersionId: id, VersionStages: [...this.labels].filter(([, labelled]) => labelled === id).map(([label]) => label) };
  }

  public updateSecretVersionStage({ VersionStage, MoveToVersionId, RemoveFromVersionId }: {
    VersionStage: string; MoveToVersionId: string; RemoveFromVersionId?: string;
  }) {
    this.check();
    if (VersionStage !== CURRENT) throw new Error(`the model has no label ${VersionStage} to move`);
    if (!this.versions.has(MoveToVersionId)) throw new ResourceNotFoundException({ message: 'no such version', $metadata: {} });
    const holder = this.labels.get(CURRENT);
    if (holder !== RemoveFromVersionId) throw new InvalidParameterException({ message: 'the label is at another version', $metadata: {} });
    this.makeCurrent(MoveToVersionId);
    return {};
  }

  /** A person writes a value. */
  public edit(value: string): void {
    this.putSecretValue({ ClientRequestToken: `edit-${this.editCount++}`, SecretString: value }, true);
  }

  private makeCurrent(id: string): void {
    const { current: before, previous } = this;
    if (before) this.labels.set(PREVIOUS, before.id);
    this.labels.set(CURRENT, id);
    this.onChange({ before, previous, after: this.current! });
  }

  private labelled(label: string): Version | undefined {
    return this.versions.get(this.labels.get(label) ?? '');
  }

  private check(): void {
    if (this.deleted) throw new InvalidRequestException({ message: 'the secret is scheduled for deletion', $metadata: {} });
  }
}
