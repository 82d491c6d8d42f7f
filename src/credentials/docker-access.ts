/**
 * What a dockercfg may do in the repositories that it is made for.
 */
export enum DockerAccess {
  /** No dockercfg at all. */
  NONE = 'NONE',
  /** Pull images. */
  PULL = 'PULL',
  /** Pull and push images. */
  PULL_PUSH = 'PULL_PUSH',
}
