/**
 * Every list of IAM actions that this library grants, in one place.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
 */

/** Asks for a registry token; IAM only takes it on the resource `*`, and never in a repository policy. */
export const TOKEN_ACTION = 'ecr:GetAuthorizationToken';

/** What `docker pull` calls. */
export const PULL_ACTIONS = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:GetDownloadUrlForLayer',
];

/** What `docker push` calls: clients read the manifest (BatchGetImage) before and after they put it. */
export const PUSH_ACTIONS = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];

/** Both, each action once. */
export const PULL_PUSH_ACTIONS = [...new Set([...PULL_ACTIONS, ...PUSH_ACTIONS])].sort();

/** Looks at a repository, its images and its settings. */
export const DESCRIBE_ACTIONS = [
  'ecr:DescribeImageScanFindings',
  'ecr:DescribeImageSigningStatus',
  'ecr:DescribeImages',
  'ecr:DescribeRepositories',
  'ecr:GetLifecyclePolicy',
  'ecr:GetLifecyclePolicyPreview',
  'ecr:GetRepositoryPolicy',
  'ecr:ListImages',
  'ecr:ListTagsForResource',
];

/** Has images scanned. */
export const SCAN_ACTIONS = ['ecr:StartImageScan'];

/** Changes when images expire or move to the archive, and moves them. */
export const LIFECYCLE_ACTIONS = [
  'ecr:DeleteLifecyclePolicy',
  'ecr:PutLifecyclePolicy',
  'ecr:StartLifecyclePolicyPreview',
  'ecr:UpdateImageStorageClass',
];

/** Deletes images. */
export const DELETE_IMAGES_ACTIONS = ['ecr:BatchDeleteImage'];

/** What `docker push` calls if the registry has a template that makes missing repositories. */
export const CREATE_ON_PUSH_ACTIONS = [...PUSH_ACTIONS, 'ecr:CreateRepository'].sort();

/** What `grantRead` of aws-cdk-lib allows, which stays as it is. */
export const READ_ACTIONS = ['ecr:DescribeImages', 'ecr:DescribeRepositories'];

/** A grant on repositories. */
export interface RepositoryGrant {
  readonly actions: string[];
  /** Whether it allows to ask for a registry token besides. */
  readonly withToken: boolean;
}

/** Every grant on repositories that this library adds or changes, by the name of its method. */
export const REPOSITORY_GRANTS = {
  grantPull: { actions: PULL_ACTIONS, withToken: true },
  grantPush: { actions: PUSH_ACTIONS, withToken: true },
  grantPullPush: { actions: PULL_PUSH_ACTIONS, withToken: true },
  grantDescribe: { actions: DESCRIBE_ACTIONS, withToken: false },
  grantScan: { actions: SCAN_ACTIONS, withToken: false },
  grantLifecycle: { actions: LIFECYCLE_ACTIONS, withToken: false },
  grantDeleteImages: { actions: DELETE_IMAGES_ACTIONS, withToken: false },
  grantCreateOnPush: { actions: CREATE_ON_PUSH_ACTIONS, withToken: true },
} satisfies Record<string, RepositoryGrant>;

/** What AWS Lambda calls to load the image of a function. */
export const LAMBDA_PULL_ACTIONS = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/**
 * Asks for a token of ECR Public.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html
 */
export const PUBLIC_TOKEN_ACTIONS = ['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken'];

/** Takes on the role of another account, which asks for a token there. */
export const ASSUME_ROLE_ACTION = 'sts:AssumeRole';

/** Reads a login from its secret. */
export const READ_SECRET_ACTION = 'secretsmanager:GetSecretValue';

/** What a reader of another account is let do with a secret. */
export const READ_SECRET_ACTIONS = [READ_SECRET_ACTION, 'secretsmanager:DescribeSecret'];

/** What the refresher does with its secret: look at what is there, add something better, and make that current. */
export const READ_WRITE_SECRET_ACTIONS = [READ_SECRET_ACTION, 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'];

/**
 * What Secrets Manager does with a customer's key on behalf of who reads and writes a secret.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
export const USE_KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** The part of it that reading takes. */
export const READ_KEY_ACTION = 'kms:Decrypt';

/**
 * What an adopting provider's Lambda calls to find or make its OIDC provider, and to add its audiences.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
 */
export const ADOPT_PROVIDER_ACTIONS = [
  'iam:AddClientIDToOpenIDConnectProvider',
  'iam:CreateOpenIDConnectProvider',
  'iam:GetOpenIDConnectProvider',
];

/** What making a provider with tags takes besides. */
export const TAG_PROVIDER_ACTION = 'iam:TagOpenIDConnectProvider';

/** What undoing it takes. */
export const RELEASE_PROVIDER_ACTIONS = [
  'iam:DeleteOpenIDConnectProvider',
  'iam:RemoveClientIDFromOpenIDConnectProvider',
];

/** Shows which roles trust a provider; IAM only takes it on the resource `*`. */
export const LIST_ROLES_ACTION = 'iam:ListRoles';

/** What the key rotation does to the access keys of its user. */
export const ROTATE_KEY_ACTIONS = [
  'iam:CreateAccessKey',
  'iam:DeleteAccessKey',
  'iam:ListAccessKeys',
  'iam:ListUserTags',
  'iam:UpdateAccessKey',
];

/** How the key rotation records which keys it made; only ever allowed for its own tags. */
export const RECORD_KEY_ACTIONS = ['iam:TagUser', 'iam:UntagUser'];

/**
 * What the key rotation does with its secret.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
 */
export const ROTATE_SECRET_ACTIONS = [
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetSecretValue',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecretVersionStage',
];

/** What the publisher does with the table of the targets. */
export const TARGETS_TABLE_ACTIONS = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'];

/** What reading how the targets stand takes. */
export const READ_TARGETS_ACTION = 'dynamodb:Query';

/** What the publisher and the service that calls it do with its queue. */
export const PUBLISH_QUEUE_ACTIONS = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
];

/** What the refresher does with that queue. */
export const ANNOUNCE_ACTION = 'sqs:SendMessage';

/** What the publisher does with a function that is a target. */
export const INVOKE_FUNCTION_ACTION = 'lambda:InvokeFunction';

/** What a function does in its log group. */
export const WRITE_LOG_ACTIONS = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/** What a function in a VPC does with its network interfaces: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
export const NETWORK_INTERFACE_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** Writes a copy into a secret. */
export const WRITE_SECRET_ACTION = 'secretsmanager:PutSecretValue';

/** Makes that secret if it is missing. */
export const CREATE_SECRET_ACTION = 'secretsmanager:CreateSecret';

/** Deletes one that was made so. */
export const DELETE_SECRET_ACTION = 'secretsmanager:DeleteSecret';

/** Writes a copy into a parameter of Systems Manager, and keeps what its owner set: its history says what that is. */
export const WRITE_PARAMETER_ACTIONS = ['ssm:GetParameterHistory', 'ssm:PutParameter'];

/** Deletes it. */
export const DELETE_PARAMETER_ACTION = 'ssm:DeleteParameter';

/**
 * What Parameter Store does with a customer's key on behalf of who writes a standard and an advanced parameter.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
 */
export const ENCRYPT_PARAMETER_ACTIONS = ['kms:Encrypt', 'kms:GenerateDataKey'];
