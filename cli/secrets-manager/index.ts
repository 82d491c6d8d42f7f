/** The SDK's client of Secrets Manager: a bundle of its own, because the plain case does without. */
export { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
