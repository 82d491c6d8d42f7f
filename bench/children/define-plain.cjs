// The same resources in aws-cdk-lib alone, as a user who wants the same properties writes them.
const { Duration, RemovalPolicy, SecretValue } = require('aws-cdk-lib');
const ecr = require('aws-cdk-lib/aws-ecr');
const iam = require('aws-cdk-lib/aws-iam');
const secretsmanager = require('aws-cdk-lib/aws-secretsmanager');

exports.define = function define(stackOf, repositories) {
  const stack = stackOf(0);
  const user = new iam.User(stack, 'User');
  const accessKey = new iam.AccessKey(user, 'AccessKey', { user });
  new secretsmanager.Secret(user, 'AccessKeySecret', {
    description: 'Access key of the IAM user of a CI system',
    removalPolicy: RemovalPolicy.DESTROY,
    secretStringValue: SecretValue.unsafePlainText(stack.toJsonString({
      Version: 1,
      AccessKeyId: accessKey.accessKeyId,
      SecretAccessKey: accessKey.secretAccessKey.unsafeUnwrap(),
    })),
  });
  for (let index = 0; index < repositories; index++) {
    const repository = new ecr.Repository(stackOf(index), `Repository${index}`, {
      repositoryName: `myuser/app${index}`,
      imageScanOnPush: true,
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
      lifecycleRules: [{
        description: 'Expire untagged images',
        tagStatus: ecr.TagStatus.UNTAGGED,
        maxImageAge: Duration.days(14),
      }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    repository.grantPullPush(user);
  }
};
