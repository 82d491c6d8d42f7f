import { BRANCH, type CiFiles, type CiSetup } from '../setup';
import { buildScript } from '../shell';
import { accessSteps } from '../steps';
import { indent, text } from '../text';

const TOKEN = 'buildkite-agent oidc request-token --audience sts.amazonaws.com';

/** A step for Buildkite. The pipeline's upload puts variables in, so what is the shell's has its dollar sign twice. */
export function buildkite(setup: CiSetup): CiFiles {
  const script = buildScript(setup, { commit: '$BUILDKITE_COMMIT', token: TOKEN });
  const content = text([
    'steps:',
    '  - label: ":docker: image"',
    `    branches: ${BRANCH}`,
    '    command: |',
    ...indent(6, script.map((line) => line.replaceAll('$', '$$$$'))),
  ]);
  return {
    files: [{ path: '.buildkite/pipeline.yml', content }],
    steps: [
      'Let the step run on agents with Docker and the AWS CLI',
      ...accessSteps(setup, 'the agents\' environment hook', 'OidcTrust.buildkite({ … })'),
    ],
  };
}
