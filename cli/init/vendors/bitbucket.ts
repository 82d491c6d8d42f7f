import { BRANCH, type CiFiles, type CiSetup } from '../setup';
import { buildScript } from '../shell';
import { accessSteps } from '../steps';
import { indent, text } from '../text';

/** A step for Bitbucket Pipelines, which gives it the engine and Docker's CLI. */
export function bitbucket(setup: CiSetup): CiFiles {
  const content = text([
    'image: amazon/aws-cli:2.27.0',
    'pipelines:',
    '  branches:',
    `    ${BRANCH}:`,
    '      - step:',
    ...indent(10, [
      'name: Build and push the image',
      ...(setup.access.kind === 'role' ? ['oidc: true # gives the step its token'] : []),
      'services:',
      '  - docker',
      'script:',
      '  - |',
      ...indent(4, buildScript(setup, { commit: '$BITBUCKET_COMMIT', token: 'printf %s "$BITBUCKET_STEP_OIDC_TOKEN"' })),
    ]),
  ]);
  return {
    files: [{ path: 'bitbucket-pipelines.yml', content }],
    steps: accessSteps(setup, 'the repository\'s variables (Repository settings, Pipelines)', 'OidcTrust.bitbucket({ … })'),
  };
}
