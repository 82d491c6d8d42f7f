import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

/**
 * A secret that a request of `Target.http()` is filled in with.
 */
export class HttpSecret {
  /**
   * A secret, or a key of it.
   *
   * @param secret the secret
   * @param key key in its JSON; none if its whole value is meant
   */
  public static of(secret: secretsmanager.ISecret, key?: string): HttpSecret {
    return new HttpSecret(secret, key);
  }

  private constructor(
    /** @internal */
    public readonly _secret: secretsmanager.ISecret,
    /** @internal */
    public readonly _key?: string,
  ) {}
}
