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
