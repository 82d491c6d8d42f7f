import { DOCKER_HUB_HOSTS } from '../../../src/private/contract';

/** Docker looks Docker Hub's login up by this key, whatever it is called. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/** The key of a host's entry in a dockercfg. */
export function keyOfHost(host: string): string {
  return DOCKER_HUB_HOSTS.includes(host) ? DOCKER_HUB_KEY : host;
}
