import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';

/**
 * Options of `Target.gitlabVariable()`: exactly one of `project`, `group` and `instance` says whose variable it is.
 */
export interface GitlabVariableOptions extends TargetOptions {
  /**
   * The project: its numeric id, which outlives a move, or its path such as `mygroup/myproject`.
   *
   * @default - the variable is not a project's
   */
  readonly project?: string;

  /**
   * The group: its numeric id or its path. Every project in it reads the variable.
   *
   * @default - the variable is not a group's
   */
  readonly group?: string;

  /**
   * Whether it is a variable of the whole instance, which a self-managed one has. Its value holds 10,000 characters,
   * which are about three registries.
   *
   * @default false
   */
  readonly instance?: boolean;

  /**
   * Name of the variable: 1 to 255 letters, digits and `_`.
   *
   * @default 'DOCKER_AUTH_CONFIG'
   */
  readonly key?: string;

  /**
   * Environments whose jobs read it, such as `production` or `review/*`. Not for an instance's variable.
   *
   * @default '*'
   * @see https://docs.gitlab.com/ci/environments/#limit-the-environment-scope-of-a-cicd-variable
   */
  readonly environmentScope?: string;

  /**
   * Whether only jobs of protected branches and tags read it. Given when the variable is made, and kept as its owner set
   * it later.
   *
   * @default false
   */
  readonly protected?: boolean;

  /**
   * Whether its value is masked in job logs. Given when the variable is made, and kept as its owner set it later.
   *
   * The mask hides the whole value only, not a part of it such as the password.
   *
   * @default true
   */
  readonly masked?: boolean;

  /**
   * What is sent.
   *
   * @default TargetValue.configJson()
   */
  readonly value?: TargetValue;

  /**
   * Secret with an access token of scope `api`: of a project (role Maintainer), a group (Owner) or a person; for an
   * instance's variable an administrator's.
   *
   * @see https://docs.gitlab.com/user/profile/personal_access_tokens/
   */
  readonly token: secretsmanager.ISecret;

  /**
   * Key of the token in the secret's JSON.
   *
   * @default - the secret's whole value is the token
   */
  readonly tokenKey?: string;

  /**
   * URL of a self-managed GitLab, such as `https://gitlab.example.com`, with a path if it has one.
   *
   * @default 'https://gitlab.com'
   */
  readonly url?: string;

  /**
   * PEM of the certificate authority that signed the certificate of a self-managed GitLab.
   *
   * @default - the authorities that Node.js knows
   */
  readonly certificateAuthority?: string;
}
