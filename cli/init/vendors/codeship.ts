import { CliError } from '../../shared/exit';
import { BRANCH, type CiFiles, type CiSetup } from '../setup';
import { text } from '../text';

const GENERATOR_DOCKERFILE = 'Dockerfile.dockercfg';

/**
 * Services and steps for Codeship Pro, and for what runs its files: the generator of this package instead of Codeship's own.
 *
 * @throws CliError for a role, which Codeship's jobs cannot assume
 */
export function codeship({ access, image, region, registry }: CiSetup): CiFiles {
  if (access.kind !== 'key') {
    throw new CliError('Codeship gives its jobs no OIDC tokens, so they need an access key: deploy EcrCi with CiIdentity.user()');
  }
  const services = text([
    'app:',
    '  build:',
    `    image: ${image}`,
    '    dockerfile: Dockerfile',
    '  cached: true',
    '  dockercfg_service: dockercfg # pulls base images',
    'dockercfg:',
    '  build:',
    '    image: dockercfg',
    `    dockerfile: ${GENERATOR_DOCKERFILE}`,
    '  cached: true',
    '  environment:',
    `    AWS_REGION: ${region}`,
    '  encrypted_env_file: dockercfg.env.encrypted',
  ]);
  const steps = text([
    '- name: push the image',
    '  type: push',
    '  service: app',
    `  tag: ${BRANCH}`,
    `  image_name: ${image}`,
    '  image_tag: "{{.CommitID}}"',
    `  registry: https://${registry}`,
    '  dockercfg_service: dockercfg',
  ]);
  const dockerfile = text([
    'FROM node:24-slim',
    '# without the CDK, which only the constructs need',
    'RUN npm install --global cdk-ecr-ci',
    'ENTRYPOINT ["ecr-ci", "generate"]',
  ]);
  return {
    files: [
      { path: 'codeship-services.yml', content: services },
      { path: 'codeship-steps.yml', content: steps },
      { path: GENERATOR_DOCKERFILE, content: dockerfile },
    ],
    steps: [
      `Read the access key from ${access.accessKeySecretArn} and write it to dockercfg.env, as AWS_ACCESS_KEY_ID=… and AWS_SECRET_ACCESS_KEY=…`,
      'Encrypt it by "jet encrypt dockercfg.env dockercfg.env.encrypted", delete dockercfg.env, and commit the encrypted file',
    ],
  };
}
