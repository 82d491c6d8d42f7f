import { BRANCH, type CiFiles, type CiSetup } from '../setup';
import { buildScript } from '../shell';
import { accessSteps } from '../steps';
import { indent, text } from '../text';

const CONTEXT = 'ecr';

/** A job for CircleCI, with the remote Docker engine. */
export function circleci(setup: CiSetup): CiFiles {
  const content = text([
    'version: 2.1',
    'jobs:',
    '  image:',
    ...indent(4, [
      'docker:',
      '  - image: cimg/aws:2025.01',
      'steps:',
      '  - checkout',
      '  - setup_remote_docker',
      '  - run:',
      '      name: Build and push the image',
      '      command: |',
      ...indent(8, buildScript(setup, { commit: '$CIRCLE_SHA1', token: 'printf %s "$CIRCLE_OIDC_TOKEN_V2"' })),
    ]),
    'workflows:',
    '  image:',
    '    jobs:',
    '      - image:',
    `          context: ${CONTEXT}`,
    '          filters:',
    '            branches:',
    `              only: ${BRANCH}`,
  ]);
  const context = setup.access.kind === 'role' ? [`Make a context ${CONTEXT}, which may be empty (Organization Settings, Contexts)`] : [];
  return {
    files: [{ path: '.circleci/config.yml', content }],
    steps: [...context, ...accessSteps(setup, `a context ${CONTEXT} (Organization Settings, Contexts)`, 'OidcTrust.circleci({ … })')],
  };
}
