import { RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { checkFormat, IAM_PATH, USER_NAME } from '../private/formats';
import { PackedPolicies } from '../private/packing/packed-policies';
import { checkManagedPolicyQuota, INLINE_CHARACTERS } from '../private/packing/quota';
import { Problems } from '../private/validation';

/**
 * Properties of `CiUser`.
 */
export interface CiUserProps extends iam.UserProps {
  /**
   * KMS key that encrypts the secret with the access key.
   *
   * @default - the account's key for Secrets Manager, `aws/secretsmanager`
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How many managed policies IAM lets be attached to a user in the account, 10 to 20: its quota "Managed policies per user".
   *
   * What is granted to the user is kept in as few of them as it takes. The default is enough for 700 repositories with
   * names of 30 characters that the user may pull from and push to.
   *
   * @default 10
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
   */
  readonly managedPolicyQuota?: number;
}

/**
 * An IAM user for a CI system that can only hold an access key.
 *
 * It has no rights until they are granted: `repository.grantPullPush(user)`. Where the CI has an OIDC issuer, a role
 * that trusts it needs no key at all.
 *
 * @example
 * const repository = new CiRepository(this, 'App', { repositoryName: 'myuser/myapp' });
 * const user = new CiUser(this, 'CiUser');
 * repository.grantPullPush(user);
 */
export class CiUser extends iam.User {
  /**
   * Secret with the user's access key: `{"Version":1,"AccessKeyId":"…","SecretAccessKey":"…"}`.
   *
   * The AWS CLI and SDKs take this JSON from a `credential_process`. The key is in no template and in no output.
   *
   * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
   */
  public readonly accessKeySecret: secretsmanager.ISecret;

  private readonly policies: PackedPolicies;

  public constructor(scope: Construct, id: string, props: CiUserProps = {}) {
    const problems = new Problems(scope, id);
    checkFormat(problems, 'userName', props.userName, USER_NAME);
    checkFormat(problems, 'path', props.path, IAM_PATH);
    checkManagedPolicyQuota(problems, props.managedPolicyQuota, 'user');
    problems.throwIfAny();

    const { encryptionKey, managedPolicyQuota, ...userProps } = props;
    super(scope, id, userProps);
    this.policies = new PackedPolicies(this, {
      attachment: { users: [this.userName] },
      quota: managedPolicyQuota,
      inlineCharacters: INLINE_CHARACTERS.user,
    });

    const accessKey = new iam.AccessKey(this, 'AccessKey', { user: this });
    this.accessKeySecret = new secretsmanager.Secret(this, 'AccessKeySecret', {
      description: 'Access key of the IAM user of a CI system',
      encryptionKey,
      // A key without its user is worth nothing.
      removalPolicy: RemovalPolicy.DESTROY,
      // Unsafe only for literal values: these are references that CloudFormation resolves, the template holds no key.
      secretStringValue: SecretValue.unsafePlainText(Stack.of(this).toJsonString({
        Version: 1,
        AccessKeyId: accessKey.accessKeyId,
        SecretAccessKey: accessKey.secretAccessKey.unsafeUnwrap(),
      })),
    });
  }

  /**
   * Adds a statement to what the user may do. It goes into managed policies that fit IAM's limits, with all others.
   */
  public addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    return this.policies.add(statement);
  }
}
