import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { CiRole } from './ci-role';
import type { CiRoleProps } from './ci-role-props';
import { CiUser, CiUserProps } from './ci-user';

/**
 * What an identity may use of the construct that it is defined in.
 */
export interface CiIdentityBindOptions {
  /**
   * KMS key that encrypts the identity's secrets, unless its own properties name another.
   *
   * @default - the account's key for Secrets Manager
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * SNS topic that is told of what is wrong with the identity, unless its own properties name another.
   *
   * @default - nobody is told
   */
  readonly alarmTopic?: sns.ITopic;
}

/**
 * What a `CiIdentity` defined.
 */
export interface CiIdentityConfig {
  /**
   * The IAM user.
   *
   * @default - the identity is not a user
   */
  readonly user?: CiUser;

  /**
   * The IAM role.
   *
   * @default - the identity is not a role
   */
  readonly role?: CiRole;
}

/**
 * The identity that a CI system uses to reach AWS: what `EcrCi` lets pull and push.
 */
export abstract class CiIdentity {
  /**
   * An IAM user, with its access key in a secret.
   *
   * @param props the user's properties
   */
  public static user(props: CiUserProps = {}): CiIdentity {
    return new UserIdentity(props);
  }

  /**
   * An IAM role that runs of the CI assume with the token that it gives them.
   *
   * @param props the role's properties, with its trust
   */
  public static role(props: CiRoleProps): CiIdentity {
    return new RoleIdentity(props);
  }

  /** No identity: the CI is given the dockercfg, or has an identity of its own that the repositories are granted to. */
  public static none(): CiIdentity {
    return new NoIdentity();
  }

  /**
   * Defines the identity.
   *
   * @param scope the construct to define it in
   * @param options what it may use of it
   */
  public abstract bind(scope: Construct, options: CiIdentityBindOptions): CiIdentityConfig;
}

class UserIdentity extends CiIdentity {
  public constructor(private readonly props: CiUserProps) {
    super();
  }

  public bind(scope: Construct, options: CiIdentityBindOptions): CiIdentityConfig {
    return { user: new CiUser(scope, 'User', { ...options, ...this.props }) };
  }
}

class RoleIdentity extends CiIdentity {
  public constructor(private readonly props: CiRoleProps) {
    super();
  }

  public bind(scope: Construct): CiIdentityConfig {
    return { role: new CiRole(scope, 'Role', this.props) };
  }
}

class NoIdentity extends CiIdentity {
  public bind(): CiIdentityConfig {
    return {};
  }
}
