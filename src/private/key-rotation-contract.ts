/**
 * What `CiUser`'s key rotation and its Lambda must agree on. The handler bundles this file, so it imports nothing.
 */

/** Environment variables of the Lambda that rotates keys. */
export enum KeyRotationEnvironment {
  /** ARN of the secret that holds the key. */
  SECRET_ARN = 'SECRET_ARN',
  /** Name of the user that the keys are of. */
  USER_NAME = 'USER_NAME',
  /** ARN of that user, which a new key must prove to be of. */
  USER_ARN = 'USER_ARN',
  /** Seconds that a replaced key stays valid. */
  GRACE_SECONDS = 'GRACE_SECONDS',
}

/** What the hourly schedule sends, and a person may. */
export interface RetireRequest {
  /** Retire the keys whose grace is over. */
  readonly retire: true;
}

/** Properties of the custom resource that makes the first key and deletes the keys in the end. */
export interface FirstKeyProperties {
  /** Name of the user. */
  readonly userName: string;
}

/**
 * Tags of the user where the Lambda keeps which keys it made, one a key: a key without is somebody else's. The role may
 * write and remove these tags and no others.
 */
export const KEY_TAG_PREFIX = 'cdk-ecr-ci:key:';

/** Tags of the user that say that a key is about to be made, one a run of the Lambda. */
export const INTENT_TAG_PREFIX = 'cdk-ecr-ci:creating:';

/** Names of the rotation's metrics. Their namespace and dimension are the refresher's. */
export enum KeyRotationMetric {
  /** Seconds since the key in the secret was made. */
  KEY_AGE = 'KeyAgeSeconds',
}

/** How long a run waits, in seconds, for AWS to know a new key, or at deploy a new role's rights. */
export const KEY_PATIENCE_SECONDS = 120;

/**
 * How long, in seconds, a key that is not in the secret may still be on its way there. After that the run that made it
 * has ended, and the key is lost.
 */
export const KEY_UNDERWAY_SECONDS = 120;

/** Time-out of the Lambda, in seconds: each wait once, and the calls. */
export const KEY_ROTATION_TIMEOUT_SECONDS = 600;
