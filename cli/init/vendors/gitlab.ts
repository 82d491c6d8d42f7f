import type { CiFiles, CiSetup } from '../setup';
import { buildScript } from '../shell';
import { accessSteps } from '../steps';
import { indent, text } from '../text';

/** A job for GitLab CI, with an engine of its own as a service. */
export function gitlab(setup: CiSetup): CiFiles {
  const content = text([
    'build-image:',
    ...indent(2, [
      'image: docker:28',
      'services:',
      '  - docker:28-dind',
      'rules:',
      '  - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH',
      'variables:',
      '  DOCKER_TLS_CERTDIR: /certs',
      ...(setup.access.kind === 'role' ? ['id_tokens:', '  AWS_TOKEN:', '    aud: https://gitlab.com # the URL of a GitLab of your own'] : []),
      'before_script:',
      '  - apk add --no-cache aws-cli',
      'script:',
      '  - |',
      ...indent(4, buildScript(setup, { commit: '$CI_COMMIT_SHA', token: 'printf %s "$AWS_TOKEN"' })),
    ]),
  ]);
  return {
    files: [{ path: '.gitlab-ci.yml', content }],
    steps: accessSteps(setup, 'the project\'s variables (Settings, CI/CD)', 'OidcTrust.gitlab({ … })'),
  };
}
