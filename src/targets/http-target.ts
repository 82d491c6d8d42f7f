import type { HttpBody } from './http-body';
import type { HttpSecret } from './http-secret';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';

/**
 * Method of a request of `Target.http()`.
 */
export enum HttpTargetMethod {
  /** `POST` */
  POST = 'POST',
  /** `PUT` */
  PUT = 'PUT',
  /** `PATCH` */
  PATCH = 'PATCH',
  /** `DELETE`, for `removeRequest` only. */
  DELETE = 'DELETE',
}

/**
 * A request of `Target.http()`.
 */
export interface HttpTargetRequest {
  /**
   * Its method.
   */
  readonly method: HttpTargetMethod;

  /**
   * Where it goes: a URL that begins with `https://`. Only `{{host}}` is filled in, behind the server's name: a URL ends up
   * in logs. A redirect is not followed.
   */
  readonly url: string;

  /**
   * Its headers, which are filled in like the body, such as `{ authorization: 'Bearer {{secret:token}}' }`.
   *
   * @default - those that the body needs
   */
  readonly headers?: { [name: string]: string };

  /**
   * Its body.
   *
   * @default - none
   */
  readonly body?: HttpBody;

  /**
   * Statuses that mean success: of 200 to 299 and 400 to 499.
   *
   * @default - 200 to 299, and for `removeRequest` 404 too
   */
  readonly acceptedStatuses?: number[];
}

/**
 * Options of `Target.http()`.
 */
export interface HttpTargetOptions extends HttpTargetRequest, TargetOptions {
  /**
   * Tells it from another target of the same method and URL.
   *
   * @default - method and URL do
   */
  readonly name?: string;

  /**
   * What is filled in for `{{value}}`. With `{{username}}` or `{{password}}` it is the password of one registry.
   *
   * @default - TargetValue.password() for a request with `{{username}}` or `{{password}}`, otherwise TargetValue.configJson()
   */
  readonly value?: TargetValue;

  /**
   * Secrets that are filled in for `{{secret:NAME}}`, by that name: letters, digits, `_` and `-`.
   *
   * @default - none
   */
  readonly secrets?: { [name: string]: HttpSecret };

  /**
   * What is sent when the target is removed, if `removal` is BLANK or DELETE. Nothing is filled in but `{{secret:NAME}}` and
   * `{{host}}`.
   *
   * @default - nothing can be removed
   */
  readonly removeRequest?: HttpTargetRequest;

  /**
   * PEM of the certificate authority that signed the server's certificate.
   *
   * @default - the authorities that Node.js knows
   */
  readonly certificateAuthority?: string;
}
