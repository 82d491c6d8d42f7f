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

/** What only looks at a repository and at what is known of its images. */
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
