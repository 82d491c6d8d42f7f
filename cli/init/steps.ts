import type { CiSetup } from './setup';

/**
 * What is left to do by hand so that the jobs reach AWS.
 *
 * @param place where the CI keeps variables for its jobs
 * @param trust what the role has to trust: a factory of `OidcTrust`
 */
export function accessSteps({ access }: CiSetup, place: string, trust: string): string[] {
  if (access.kind === 'role') return [`Let the role trust this CI: ${trust} in the stack`];
  const variables = `put AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY into ${place}, masked`;
  if (access.kind === 'key') return [`Read the access key from ${access.accessKeySecretArn} and ${variables}`];
  return [
    `Take an AWS identity that may read ${access.dockerConfigSecretArn}, and ${variables}`,
    'Deploy EcrCi with DockerAccess.PULL_PUSH, because the jobs push with its dockercfg',
  ];
}
