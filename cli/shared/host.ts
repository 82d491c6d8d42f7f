/**
 * The host of a key of `auths`, without scheme and path: what Docker compares when no key is the host itself.
 *
 * @see https://github.com/docker/cli/blob/master/cli/config/credentials/file_store.go
 */
export function hostOf(key: string): string {
  return key.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').split('/')[0].toLowerCase();
}

/** An ECR registry, as its host says it. */
export interface EcrHost {
  readonly account: string;
  readonly region: string;
}

const ECR_HOST = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9][a-z0-9_-]*)\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.(?:aws|amazonwebservices\.com\.cn)|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$/;

/** Account and region of a host of ECR; undefined for any other host. */
export function ecrHost(host: string): EcrHost | undefined {
  const match = ECR_HOST.exec(host);
  return match ? { account: match[1], region: match[2] } : undefined;
}
