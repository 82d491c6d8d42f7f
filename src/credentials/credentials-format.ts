/**
 * What `DockerCredentials` writes to its secret.
 */
export enum CredentialsFormat {
  /** Docker's `config.json`, `{"auths":{"HOST":{"auth":"…"}}}`: what every client takes today. */
  CONFIG_JSON = 'config.json',
  /** The legacy `.dockercfg`, `{"HOST":{"auth":"…"}}`. */
  DOCKERCFG = 'dockercfg',
  /**
   * The bare password of one ECR registry. The secret has the tags by which Jenkins' AWS Secrets Manager Credentials
   * Provider takes it for a user name with a password.
   *
   * @see https://plugins.jenkins.io/aws-secrets-manager-credentials-provider/
   */
  JENKINS = 'password',
}
