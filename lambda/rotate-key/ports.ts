/** A key of the user, as IAM lists it. */
export interface ListedKey {
  readonly id: string;
  readonly active: boolean;
  /** Milliseconds since the epoch, in whole seconds. */
  readonly createdAt: number;
}

/** A key with its secret part: never to be logged. */
export interface KeyPair {
  readonly id: string;
  readonly secret: string;
}

/** The user's access keys, and the tags that record which of them the rotation made. */
export interface UserKeys {
  /** @throws NoUserError if the user does not exist */
  list(): Promise<ListedKey[]>;
  /** Makes a key. It is never tried again by itself: a lost answer would leave a key that nobody knows. */
  create(): Promise<KeyPair>;
  /** Makes a key inactive, which can be undone; a key that does not exist is no error. */
  deactivate(id: string): Promise<void>;
  /** Deletes a key; one that does not exist is no error. */
  remove(id: string): Promise<void>;
  /**
   * Tags of the user, all of them.
   *
   * @throws NoUserError if the user does not exist
   */
  tags(): Promise<Map<string, string>>;
  writeTags(tags: ReadonlyMap<string, string>): Promise<void>;
  removeTags(tags: readonly string[]): Promise<void>;
}

/** The secret's versions that have labels, without their values. */
export interface SecretState {
  readonly stages: ReadonlyMap<string, readonly string[]>;
  /** When the secret was last changed in any way, in milliseconds since the epoch. */
  readonly changedAt: number;
}

/** The secret that holds the key. */
export interface KeySecret {
  describe(): Promise<SecretState>;
  /** The value of a version; undefined if it has none. */
  read(versionId: string): Promise<string | undefined>;
  /** Adds a version with the label AWSPENDING. The same value again is no error, another value for the same version is. */
  putPending(versionId: string, value: string): Promise<void>;
  /** Moves AWSCURRENT, if it is still where it is said to be. */
  makeCurrent(versionId: string, currentVersionId: string | undefined): Promise<void>;
  /** Takes AWSPENDING from a version. */
  dropPending(versionId: string): Promise<void>;
}

/** What the rotation needs of the world. */
export interface RotationPorts {
  readonly keys: UserKeys;
  readonly secret: KeySecret;
  /** Asks AWS whose key it is: the ARN of the caller. */
  readonly whoIs: (key: KeyPair) => Promise<string>;
  readonly user: { readonly name: string; readonly arn: string };
  /** Milliseconds that a replaced key stays valid. */
  readonly graceMs: number;
  /** A name for a run that no other run has. */
  readonly newName: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}
