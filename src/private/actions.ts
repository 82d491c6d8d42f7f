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

/** What AWS Lambda calls to load the image of a function. */
export const LAMBDA_PULL_ACTIONS = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** What the refresher does with its secret: look at what is there, and publish something better. */
export const READ_WRITE_SECRET_ACTIONS = ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'];

/**
 * What Secrets Manager does with a customer's key on behalf of who reads and writes a secret.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
export const USE_KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey'];

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
