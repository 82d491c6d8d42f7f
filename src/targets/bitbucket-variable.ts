import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';
import { checkJsonKey, secretRef } from '../private/targets/secret-ref';
import type { Problems } from '../private/validation';

/**
 * Who writes at Bitbucket Cloud.
 */
export class BitbucketAuth {
  /**
   * An access token of the repository, the project or the workspace.
   *
   * @param token secret with the token
   * @param tokenKey key of the token in the secret's JSON; none if its whole value is the token
   */
  public static accessToken(token: secretsmanager.ISecret, tokenKey?: string): BitbucketAuth {
    return new BitbucketAuth(token, tokenKey);
  }

  /**
   * A person's API token.
   *
   * @param email of the person's Atlassian account
   * @param token secret with the token
   * @param tokenKey key of the token in the secret's JSON; none if its whole value is the token
   */
  public static apiToken(email: string, token: secretsmanager.ISecret, tokenKey?: string): BitbucketAuth {
    return new BitbucketAuth(token, tokenKey, email);
  }

  private constructor(private readonly token: secretsmanager.ISecret, private readonly tokenKey?: string, private readonly email?: string) {}

  /** @internal */
  public _check(problems: Problems, at: string): void {
    problems.unless(`${at}.email`, this.email, (text) => /^[^\s:@]+@[^\s:@]+$/.test(text), 'an e-mail address', 'give that of the Atlassian account');
    checkJsonKey(problems, `${at}.tokenKey`, this.tokenKey);
  }

  /** @internal */
  public _bind(publisher: iam.IGrantable): object {
    return { token: secretRef(this.token, this.tokenKey, publisher), ...this.email === undefined ? {} : { email: this.email } };
  }
}

/**
 * Options of `Target.bitbucketVariable()`.
 */
export interface BitbucketVariableOptions extends TargetOptions {
  /**
   * The workspace: its id as in the URL of its pages, or its UUID with its braces, which stays when it is renamed.
   */
  readonly workspace: string;

  /**
   * The repository: its name as in the URL of its pages.
   *
   * @default - the variable is the workspace's, which every repository in it reads
   */
  readonly repository?: string;

  /**
   * UUID of the repository's deployment environment, with its braces.
   *
   * @default - every step of the repository reads it
   */
  readonly environment?: string;

  /**
   * Name of the variable: letters, digits and `_`, not beginning with a digit.
   *
   * @default 'DOCKER_AUTH_CONFIG'
   */
  readonly key?: string;

  /**
   * What is sent. For a step's `image`, which takes a user and a password, use `TargetValue.password()`.
   *
   * @default TargetValue.configJson()
   */
  readonly value?: TargetValue;

  /**
   * Who writes it: an access token with the scopes `pipeline` and `pipeline:variable`, or a person's API token with
   * `read:pipeline:bitbucket` and `admin:pipeline:bitbucket`.
   */
  readonly auth: BitbucketAuth;
}
