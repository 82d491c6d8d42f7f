import { RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { checkFormat, IAM_PATH, USER_NAME } from '../private/formats';
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

  public constructor(scope: Construct, id: string, props: CiUserProps = {}) {
    const problems = new Problems(scope, id);
    checkFormat(problems, 'userName', props.userName, USER_NAME);
    checkFormat(problems, 'path', props.path, IAM_PATH);
    problems.throwIfAny();

    const { encryptionKey, ...userProps } = props;
    super(scope, id, userProps);

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
}
