import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { checkJsonKey, secretRef } from '../private/targets/secret-ref';
import type { Problems } from '../private/validation';

/**
 * Options of `GithubAuth.app()`.
 */
export interface GithubAppOptions {
  /**
   * The App's client id, such as `Iv23liABCDEFGHIJKLMN`, or its numeric App id.
   */
  readonly clientId: string;

  /**
   * Secret with the App's private key, in PEM as GitHub gives it.
   *
   * @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps
   */
  readonly privateKey: secretsmanager.ISecret;

  /**
   * Key of the private key in the secret's JSON.
   *
   * @default - the secret's whole value is the private key
   */
  readonly privateKeyKey?: string;

  /**
   * Id of the App's installation.
   *
   * @default - GitHub is asked for it
   */
  readonly installationId?: string;
}

/**
 * Who writes at GitHub.
 */
export class GithubAuth {
  /**
   * A GitHub App: bound to no person, and its tokens live one hour.
   */
  public static app(options: GithubAppOptions): GithubAuth {
    const { clientId, installationId } = options;
    return new GithubAuth(
      (problems, at) => {
        problems.unless(`${at}.clientId`, clientId, (id) => /^[A-Za-z0-9._-]+$/.test(id), 'a client id or a numeric App id', 'copy it from the App\'s settings');
        problems.unless(`${at}.installationId`, installationId, (id) => /^\d+$/.test(id), 'a number', 'leave it out to have GitHub asked for it');
        checkJsonKey(problems, `${at}.privateKeyKey`, options.privateKeyKey);
      },
      (publisher) => ({
        clientId,
        privateKey: secretRef(options.privateKey, options.privateKeyKey, publisher),
        ...installationId === undefined ? {} : { installationId },
      }),
    );
  }

  /**
   * A personal access token, better a fine-grained one: it ends with the person, and expires.
   *
   * @param token secret with the token
   * @param tokenKey key of the token in the secret's JSON; none if its whole value is the token
   */
  public static token(token: secretsmanager.ISecret, tokenKey?: string): GithubAuth {
    return new GithubAuth(
      (problems, at) => checkJsonKey(problems, `${at}.tokenKey`, tokenKey),
      (publisher) => ({ token: secretRef(token, tokenKey, publisher) }),
    );
  }

  private constructor(
    private readonly check: (problems: Problems, at: string) => void,
    private readonly bind: (publisher: iam.IGrantable) => object,
  ) {}

  /** @internal */
  public _check(problems: Problems, at: string): void {
    this.check(problems, at);
  }

  /** @internal */
  public _bind(publisher: iam.IGrantable): object {
    return this.bind(publisher);
  }
}
