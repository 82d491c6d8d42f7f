import { SETUPS, written } from './fixtures';
import { RENDERERS, type CiFiles } from '../../../cli/init';
import { checkCiFiles, CIS_WITH_SCHEMA, readYamlFiles, type CiWithSchema } from '../../ci-schemas';

jest.setTimeout(300_000); // the first call makes a Python environment

async function withFiles<T>(all: CiFiles[], work: (files: string[]) => Promise<T>): Promise<T> {
  const { files, remove } = written(...all);
  try {
    return await work(files);
  } finally {
    remove();
  }
}

test.each(CIS_WITH_SCHEMA)('the files for %s are what the vendor\'s schema takes', async (ci) => {
  const all = Object.values(SETUPS).map(RENDERERS[ci]);
  expect(all.map(({ files }) => files.length)).toEqual([1, 1, 1, 1, 1, 1]);
  await withFiles(all, (files) => checkCiFiles(ci, files));
});

/** Something that a person could get wrong in each file. */
const MISTAKES: Record<CiWithSchema, [string, string]> = {
  'azure-devops': ['scriptType: inline', 'scriptType: inlined'],
  'bitbucket': ['oidc: true', 'oidc: perhaps'],
  'buildkite': ['command: |', 'branch: dev\n    command: { a: 1 }\n    x: |'],
  'circleci': ['setup_remote_docker', '{ checkout: 1, run: 2 }'],
  'github': ['runs-on: ubuntu-latest', 'runs-in: ubuntu-latest'],
  'gitlab': ['aud: https://gitlab.com', 'audience: https://gitlab.com'],
};

test.each(CIS_WITH_SCHEMA)('the schema of %s refuses a mistake', async (ci) => {
  const { files: [{ path: name, content }] } = RENDERERS[ci](SETUPS['a role']);
  const [right, wrong] = MISTAKES[ci];
  expect(content).toContain(right);
  const broken = { files: [{ path: name, content: content.replace(right, wrong) }], steps: [] };
  await expect(withFiles([broken], (files) => checkCiFiles(ci, files))).rejects.toThrow('Schema validation errors');
});

test('the files for Codeship, whose vendor published no schema, name services that exist', async () => {
  const setup = SETUPS['a key and a build cache'];
  const { files: rendered } = RENDERERS.codeship(setup);
  expect(rendered.map(({ path: name }) => name)).toEqual(['codeship-services.yml', 'codeship-steps.yml', 'Dockerfile.dockercfg']);
  expect(rendered[2].content).toBe([
    'FROM node:24-slim',
    '# without the CDK, which only the constructs need',
    'RUN npm install --global cdk-ecr-ci',
    'ENTRYPOINT ["ecr-ci", "generate"]',
    '',
  ].join('\n'));
  const [services, steps] = await withFiles([{ files: rendered.slice(0, 2), steps: [] }], readYamlFiles);
  expect(services).toEqual({
    app: { build: { image: setup.image, dockerfile: 'Dockerfile' }, cached: true, dockercfg_service: 'dockercfg' },
    dockercfg: {
      build: { image: 'dockercfg', dockerfile: 'Dockerfile.dockercfg' },
      cached: true,
      environment: { AWS_REGION: 'eu-west-1' },
      encrypted_env_file: 'dockercfg.env.encrypted',
    },
  });
  expect(steps).toEqual([{
    name: 'push the image',
    type: 'push',
    service: 'app',
    tag: 'main',
    image_name: setup.image,
    image_tag: '{{.CommitID}}',
    registry: `https://${setup.registry}`, // a slash at its end would match no entry of the dockercfg
    dockercfg_service: 'dockercfg',
  }]);
});

test('a YAML file with a key that stands twice is refused', async () => {
  const twice = { files: [{ path: 'twice.yml', content: 'a: 1\na: 2\n' }], steps: [] };
  await expect(withFiles([twice], readYamlFiles)).rejects.toThrow(/duplicate key/);
});
