import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';

/**
 * A secret that is filled into a request of `Target.http()`.
 */
export interface HttpTargetSecret {
  /**
   * The secret.
   */
  readonly secret: secretsmanager.ISecret;

  /**
   * Key in the secret's JSON.
   *
   * @default - the secret's whole value
   */
  readonly jsonKey?: string;
}

/**
 * A request of `Target.http()`.
 *
 * In the texts of headers and body these are filled in: `{{value}}` (what is sent), `{{username}}` and `{{password}}` (of the
 * one registry, if `value` is left out), `{{host}}`, `{{expiresAt}}` (in UTC, such as `2026-01-01T12:00:00.000Z`) and
 * `{{secret:NAME}}` for each of `secrets`.
 */
export interface HttpTargetRequest {
  /**
   * Method of the request: `POST`, `PUT`, `PATCH` or `DELETE`.
   */
  readonly method: string;

  /**
   * URL, which begins with `https://`. Nothing is filled into it: addresses end up in logs.
   */
  readonly url: string;

  /**
   * Headers, by name.
   *
   * @default - none but those of JSON
   */
  readonly headers?: { [name: string]: string };

  /**
   * Body: any JSON. What is filled into its texts is quoted as JSON needs it.
   *
   * @default - none
   */
  readonly body?: any;
}

/**
 * Options of `Target.http()`.
 */
export interface HttpTargetOptions extends TargetOptions {
  /**
   * What writes the value. It is sent again when the value changes, so it has to take a value that is there.
   */
  readonly request: HttpTargetRequest;

  /**
   * What is sent when the target is removed with `TargetRemoval.BLANK` or `DELETE`.
   *
   * @default - the value is left
   */
  readonly removeRequest?: HttpTargetRequest;

  /**
   * Secrets that are filled in, by the name that `{{secret:NAME}}` calls them.
   *
   * @default - none
   */
  readonly secrets?: { [name: string]: HttpTargetSecret };

  /**
   * What `{{value}}` is.
   *
   * @default - the password of the one registry, beside `{{username}}`
   */
  readonly value?: TargetValue;

  /**
   * Host of the one registry, if the dockercfg has several and `value` is left out.
   *
   * @default - the dockercfg has one registry
   */
  readonly host?: string;

  /**
   * Statuses that mean that the value was taken.
   *
   * @default - 200 to 299
   */
  readonly statuses?: number[];

  /**
   * PEM of the certificate authority that signed the server's certificate.
   *
   * @default - the authorities that Node.js knows
   */
  readonly certificateAuthority?: string;
}
