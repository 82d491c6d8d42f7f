import { BRANCH, type CiFiles, type CiSetup } from '../setup';
import { accessSteps } from '../steps';
import { indent, text } from '../text';

/** A workflow for GitHub Actions. */
export function github(setup: CiSetup): CiFiles {
  const { image, buildCache } = setup;
  const cache = buildCache === undefined ? [] : [
    `cache-from: type=registry,ref=${buildCache}:${BRANCH}`,
    `cache-to: type=registry,ref=${buildCache}:${BRANCH},mode=max,image-manifest=true,oci-mediatypes=true`,
  ];
  const content = text([
    'name: image',
    'on:',
    '  push:',
    `    branches: [${BRANCH}]`,
    'permissions:',
    '  contents: read',
    ...(setup.access.kind === 'role' ? ['  id-token: write # to assume the role'] : []),
    'jobs:',
    '  image:',
    '    runs-on: ubuntu-latest',
    '    steps:',
    ...indent(6, [
      '- uses: actions/checkout@v6',
      ...credentials(setup),
      '- uses: docker/setup-buildx-action@v3',
      '- uses: docker/build-push-action@v6',
      '  with:',
      '    context: .',
      '    push: true',
      `    tags: ${image}:\${{ github.sha }}`,
      ...indent(4, cache),
    ]),
  ]);
  return {
    files: [{ path: '.github/workflows/image.yml', content }],
    steps: accessSteps(setup, 'the repository\'s secrets (Settings, Secrets and variables, Actions)', 'OidcTrust.github({ … })'),
  };
}

function credentials({ access, region }: CiSetup): string[] {
  const identity = access.kind === 'role' ? [`role-to-assume: ${access.roleArn}`] : [
    'aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}',
    'aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}',
  ];
  return [
    '- uses: aws-actions/configure-aws-credentials@v6',
    '  with:',
    `    aws-region: ${region}`,
    ...indent(4, identity),
    ...(access.kind === 'dockercfg' ? [
      '- name: Take the dockercfg from its secret',
      '  run: |',
      '    DOCKER_CONFIG=$(mktemp -d)',
      `    aws secretsmanager get-secret-value --secret-id ${access.dockerConfigSecretArn} --query SecretString --output text > "$DOCKER_CONFIG/config.json"`,
      '    echo "DOCKER_CONFIG=$DOCKER_CONFIG" >> "$GITHUB_ENV"',
    ] : ['- uses: aws-actions/amazon-ecr-login@v2']),
  ];
}
