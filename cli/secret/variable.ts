/** Names the secret for commands and for the credential helper. */
export const SECRET_VARIABLE = 'ECR_CI_SECRET';
