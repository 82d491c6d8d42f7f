import { BRANCH, type CiSetup } from './setup';

export interface ShellOptions {
  /** Variable of the CI with the commit, which becomes the image's tag. */
  readonly commit: string;
  /** Command that writes the job's OIDC token; undefined where the CI takes care of the role. */
  readonly token?: string;
}

/** The lines of a POSIX shell that build the image and push it, for CIs that know nothing of AWS. */
export function buildScript(setup: CiSetup, options: ShellOptions): string[] {
  return [...loginLines(setup, options), ...buildLines(setup, options)];
}

/**
 * Gets the credentials into a folder of the job, so that an agent that lives on keeps none.
 *
 * The token's file is outside of the working folder, where `COPY . .` would take it into the image.
 */
export function loginLines({ access, region, registry }: CiSetup, { token }: Pick<ShellOptions, 'token'>): string[] {
  const folder = [
    'export DOCKER_CONFIG=$(mktemp -d)',
    'trap \'rm -rf "$DOCKER_CONFIG"\' EXIT',
  ];
  if (access.kind === 'dockercfg') {
    return [
      ...folder,
      `aws secretsmanager get-secret-value --region ${region} --secret-id ${access.dockerConfigSecretArn} --query SecretString --output text > "$DOCKER_CONFIG/config.json"`,
    ];
  }
  const role = access.kind === 'role' && token !== undefined ? [
    `export AWS_ROLE_ARN=${access.roleArn}`,
    'export AWS_WEB_IDENTITY_TOKEN_FILE="$DOCKER_CONFIG/aws-token"',
    `${token} > "$AWS_WEB_IDENTITY_TOKEN_FILE"`,
  ] : [];
  return [...folder, ...role, `aws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin ${registry}`];
}

/** The cache is an image with BuildKit's inline metadata: every engine writes and reads it, without a builder of its own. */
function buildLines({ image, buildCache }: CiSetup, { commit }: ShellOptions): string[] {
  const tagged = `IMAGE=${image}:${commit}`;
  if (buildCache === undefined) return [tagged, 'docker build --tag "$IMAGE" .', 'docker push "$IMAGE"'];
  return [
    tagged,
    `CACHE=${buildCache}:${BRANCH}`,
    'export DOCKER_BUILDKIT=1',
    'docker build --build-arg BUILDKIT_INLINE_CACHE=1 --cache-from "$CACHE" --tag "$IMAGE" --tag "$CACHE" .',
    'docker push "$IMAGE"',
    'docker push "$CACHE"',
  ];
}
