import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { checkCiFiles, type CiWithSchema } from './ci-schemas';
import { PolicySimulator } from './iam/policy-simulator';
import { Issuer, WebIdentityService, type Claims } from './iam/web-identity';

jest.setTimeout(120_000);

const EXAMPLES = path.join(__dirname, '..', 'examples');
/** What stands for the reader's account and region in the files of the CIs. */
const ENVIRONMENT = { account: '111122223333', region: 'eu-west-1' };
const HOST = `${ENVIRONMENT.account}.dkr.ecr.${ENVIRONMENT.region}.amazonaws.com`;

const PUSH = ['ecr:BatchGetImage', 'ecr:InitiateLayerUpload', 'ecr:PutImage'];
const LOOK_UP = ['ecr:DescribeImages', 'ecr:DescribeRepositories'];
const TRIED = [...PUSH, ...LOOK_UP, 'ecr:BatchDeleteImage'];

/** An example for a CI: the file to paste, and the token of the run that the file is for. */
interface Example {
  readonly stack: string;
  readonly file: string;
  /** The file that names the role, if the CI is told elsewhere. */
  readonly roleIn?: string;
  /** What the file takes for the repository, if not its URI. */
  readonly repository?: string;
  readonly issuer: string;
  readonly token: Claims;
  /** A run of the same CI that is not meant. */
  readonly near: Claims;
  /** How the file asks for the token, where it can ask for another. */
  readonly asks?: string;
  readonly may: string[];
}

const CODEFRESH = 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a';
const ORGANIZATION = '11111111-2222-3333-4444-555555555555';
const PROJECT = '66666666-7777-8888-9999-000000000000';
const CIRCLECI = `org/${ORGANIZATION}/project/${PROJECT}/user/abcdefab-cdef-abcd-efab-cdefabcdefab/vcs-origin`;

const CIS: Record<string, Example> = {
  'github-actions': {
    stack: 'GithubActionsExample',
    file: '.github/workflows/image.yml',
    issuer: 'https://token.actions.githubusercontent.com',
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser/myapp:ref:refs/tags/v1.0' },
    near: { sub: 'repo:myuser/myapp:pull_request' },
    may: PUSH,
  },
  'gitlab-ci': {
    stack: 'GitlabCiExample',
    file: '.gitlab-ci.yml',
    issuer: 'https://gitlab.com',
    token: { aud: 'https://gitlab.com', sub: 'project_path:mygroup/myapp:ref_type:branch:ref:main' },
    near: { sub: 'project_path:mygroup/myapp:ref_type:branch:ref:develop' },
    asks: 'aud: https://gitlab.com\n',
    may: PUSH,
  },
  'bitbucket-pipelines': {
    stack: 'BitbucketPipelinesExample',
    file: 'bitbucket-pipelines.yml',
    issuer: 'https://api.bitbucket.org/2.0/workspaces/myuser/pipelines-config/identity/oidc',
    token: {
      aud: `ari:cloud:bitbucket::workspace/${ORGANIZATION}`,
      sub: '{aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee}:{abababab-cdcd-efef-abab-cdcdcdcdcdcd}:{12345678-1234-1234-1234-123456789012}',
    },
    near: { sub: '{aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee}:{12345678-1234-1234-1234-123456789012}' },
    may: PUSH,
  },
  'circleci': {
    stack: 'CircleciExample',
    file: '.circleci/config.yml',
    issuer: `https://oidc.circleci.com/org/${ORGANIZATION}`,
    token: { aud: ORGANIZATION, sub: `${CIRCLECI}/github.com/myuser/myapp/vcs-ref/refs/heads/main` },
    near: { sub: `${CIRCLECI}/github.com/mallory/myapp/vcs-ref/refs/heads/main` },
    asks: '"$CIRCLE_OIDC_TOKEN_V2"',
    may: PUSH,
  },
  'buildkite': {
    stack: 'BuildkiteExample',
    file: '.buildkite/pipeline.yml',
    issuer: 'https://agent.buildkite.com',
    token: { aud: 'sts.amazonaws.com', sub: 'organization:myorg:pipeline:myapp:ref:refs/heads/main:commit:0123456:step:push-image' },
    near: { sub: 'organization:myorg:pipeline:myapp:ref:refs/heads/main:commit:0123456:step:test' },
    asks: '--audience sts.amazonaws.com ',
    may: PUSH,
  },
  'hcp-terraform': {
    stack: 'HcpTerraformExample',
    file: 'main.tf',
    roleIn: 'README.md',
    repository: 'repository_name = "myuser/myapp"',
    issuer: 'https://app.terraform.io',
    token: { aud: 'aws.workload.identity', sub: 'organization:myorg:project:Default Project:workspace:myapp:run_phase:plan' },
    near: { sub: 'organization:myorg:project:Default Project:workspace:other:run_phase:plan' },
    may: LOOK_UP,
  },
  'azure-devops': {
    stack: 'AzureDevOpsExample',
    file: 'azure-pipelines.yml',
    roleIn: 'README.md',
    issuer: `https://vstoken.dev.azure.com/${ORGANIZATION}`,
    token: { aud: 'api://AzureADTokenExchange', sub: 'sc://myorg/myapp/aws-push' },
    near: { sub: 'sc://myorg/myapp/aws' },
    asks: 'awsCredentials: aws-push\n',
    may: PUSH,
  },
  'jenkins': {
    stack: 'JenkinsExample',
    file: 'Jenkinsfile',
    issuer: 'https://jenkins.example.com/oidc',
    token: { aud: 'sts.amazonaws.com', sub: 'https://jenkins.example.com/job/myapp/job/main/' },
    near: { sub: 'https://jenkins.example.com/job/myapp/job/PR-1/' },
    may: PUSH,
  },
  'codefresh': {
    stack: 'CodefreshExample',
    file: 'codefresh.yml',
    repository: `image_name: myuser/myapp\n    registry: ${HOST}\n`,
    issuer: 'https://oidc.codefresh.io',
    token: { aud: 'https://g.codefresh.io', sub: `${CODEFRESH}:scm_repo_url:https://github.com/myuser/myapp:scm_user_name:octocat:scm_ref:main` },
    near: { sub: `${CODEFRESH}:initiator:octocat` },
    may: PUSH,
  },
  'semaphore': {
    stack: 'SemaphoreExample',
    file: '.semaphore/semaphore.yml',
    issuer: 'https://myorg.semaphoreci.com',
    token: { aud: 'https://myorg.semaphoreci.com', sub: `org:myorg:project:${PROJECT}:repo:myapp:ref_type:branch:ref:refs/heads/main` },
    near: { sub: `org:myorg:project:${PROJECT}:repo:myapp:ref_type:pull-request:ref:refs/pull/1/merge` },
    asks: '"$SEMAPHORE_OIDC_TOKEN"',
    may: PUSH,
  },
};

/** Examples of targets, and the kind that the publisher knows each by. */
const TARGETS: Record<string, string> = {
  'target-azure-devops': 'azure-devops-service-connection',
  'target-bitbucket': 'bitbucket-variable',
  'target-buildkite': 'buildkite-secret',
  'target-circleci': 'circleci-context',
  'target-function': 'function',
  'target-github': 'github-secret',
  'target-gitlab': 'gitlab-variable',
  'target-http': 'http',
  'target-kubernetes': 'kubernetes-secret',
  'target-secrets-manager': 'secrets-manager',
};

const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
const read = (...names: string[]): string => readFileSync(path.join(EXAMPLES, ...names), 'utf8');

let assembly: string;
beforeAll(() => {
  assembly = mkdtempSync(path.join(tmpdir(), 'examples-'));
  // One process for all: each app writes a template of its own name when the process ends.
  const load = folders.map((folder) => `require('./${folder}/app.ts');`).join('');
  execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', load], {
    cwd: EXAMPLES, env: { ...process.env, CDK_OUTDIR: assembly, CDK_VALIDATION: 'false' }, stdio: 'pipe',
  });
});
afterAll(() => rmSync(assembly, { recursive: true }));

test('each folder is an example for a CI, of a user with a key, or of a target', () => {
  expect(folders).toEqual([...Object.keys(CIS), ...Object.keys(TARGETS), 'rotated-key', 'sample'].sort());
});

test.each(Object.entries(TARGETS))('%s publishes to a target of its kind', (folder, kind) => {
  const stack = `${folder.split('-').map((word) => word[0].toUpperCase() + word.slice(1)).join('')}Example`;
  const template = Template.fromJSON(JSON.parse(readFileSync(path.join(assembly, `${stack}.template.json`), 'utf8')));
  template.resourceCountIs('Custom::EcrCredentialsTargets', 1);
  const [registration] = Object.values(template.findResources('Custom::EcrCredentialsTargets'));
  expect(JSON.stringify(registration.Properties.targets).replaceAll('\\', '')).toContain(`"kind":"${kind}"`);
});

test.each(folders)('%s is a CDK app', (folder) => {
  expect(JSON.parse(read(folder, 'cdk.json'))).toEqual({ app: 'npx tsx app.ts' });
});

test('the index names each example', () => {
  const named = [...read('README.md').matchAll(/^\| \[([\w-]+)\]\(\1\)/gm)].map(([, name]) => name);
  expect(named.sort()).toEqual(folders);
});

test.each(['.', ...folders])('links of %s/README.md lead somewhere', (folder) => {
  const links = [...read(folder, 'README.md').matchAll(/\]\((?!https?:)([^)#]*)(?:#([\w-]+))?\)/g)];
  expect(links.length).toBeGreaterThan(0);
  for (const [, target, anchor] of links) {
    const file = path.join(EXAMPLES, folder, target || 'README.md');
    expect(existsSync(file)).toBe(true);
    const titles = anchor ? [...readFileSync(file, 'utf8').matchAll(/^## (.+)$/gm)].map(([, title]) => title.toLowerCase().replace(/ /g, '-')) : [];
    if (anchor) expect(titles).toContain(anchor);
  }
});

describe.each(Object.entries(CIS))('%s', (folder, example) => {
  let template: Template;
  let simulator: PolicySimulator;
  let role: string;
  beforeAll(() => {
    template = Template.fromJSON(JSON.parse(readFileSync(path.join(assembly, `${example.stack}.template.json`), 'utf8')));
    simulator = new PolicySimulator(template, ENVIRONMENT);
    role = simulator.find('AWS::IAM::Role');
  });

  test('the role takes the token of the run that the file is for, and not that of another', async () => {
    const issuer = await Issuer.at(example.issuer);
    const service = new WebIdentityService(template, ENVIRONMENT, [issuer]);
    expect(await service.assume(await issuer.token(example.token))).toBe('Allowed');
    expect(await service.assume(await issuer.token({ ...example.token, ...example.near }))).toBe('ImplicitlyDenied');
  });

  test('the provider knows the audience', () => {
    template.hasResourceProperties('AWS::IAM::OIDCProvider', { Url: example.issuer, ClientIdList: [example.token.aud] });
  });

  test('the role may do what the file does in the repository, and no more', async () => {
    const allowed = [];
    for (const action of TRIED) {
      const decision = await simulator.decide({
        principal: simulator.arn(role), identity: role, action, resource: simulator.arn(simulator.find('AWS::ECR::Repository')),
      });
      if (decision === 'Allowed') allowed.push(action);
    }
    expect(allowed).toEqual(example.may);
  });

  test('the files name the role and the repository as the template does', () => {
    const { RepositoryName: name } = simulator.properties(simulator.find('AWS::ECR::Repository'));
    const arns = [...read(folder, example.roleIn ?? example.file).matchAll(/arn:aws:iam::[\w:/-]+/g)].map(([arn]) => arn);
    expect(new Set(arns)).toEqual(new Set([simulator.arn(role)]));
    expect(read(folder, example.file)).toContain(example.repository ?? `${HOST}/${name}`);
    expect(read(folder, 'README.md')).toContain(`\`${simulator.properties(role).RoleName}\``);
  });

  if (example.asks) {
    test('the file asks for the token that the role takes', () => {
      expect(read(folder, example.file)).toContain(example.asks);
    });
  }

  if (example.file.endsWith('.yml')) {
    test('the file is YAML', () => {
      expect(typeof parse(read(folder, example.file), { strict: true, uniqueKeys: true })).toBe('object');
    });
  }

  test('the outputs name the role', () => {
    const outputs = Object.entries<any>(template.toJSON().Outputs).filter(([id]) => id.includes('RoleArn'));
    expect(outputs.map(([, { Value }]) => simulator.resolve(Value))).toEqual([simulator.arn(role)]);
  });
});

test('what a job on GitHub needs is in the workflow', () => {
  expect(parse(read('github-actions', '.github/workflows/image.yml'))).toMatchObject({
    permissions: { 'id-token': 'write', 'contents': 'read' }, on: { push: { branches: ['main'], tags: ['v*'] } },
  });
});

test('what a step of Bitbucket needs is in the pipeline', () => {
  expect(parse(read('bitbucket-pipelines', 'bitbucket-pipelines.yml')).pipelines.branches.main[0].step).toMatchObject({
    oidc: true, deployment: 'production', services: ['docker'],
  });
});

test('the step of Buildkite has the key that the role asks for, and keeps the agent\'s variables for the agent', () => {
  const { env, steps: [step] } = parse(read('buildkite', '.buildkite/pipeline.yml'));
  expect(step.key).toBe('push-image');
  expect(step.command.replace(/\$\$/g, '')).not.toContain('$');
  for (const [, name] of step.command.matchAll(/\$\$([A-Z_]+)/g)) {
    expect([...Object.keys(env), 'AWS_WEB_IDENTITY_TOKEN_FILE', 'BUILDKITE_COMMIT']).toContain(name);
  }
});

describe('rotated-key', () => {
  let template: Template;
  let simulator: PolicySimulator;
  beforeAll(() => {
    template = Template.fromJSON(JSON.parse(readFileSync(path.join(assembly, 'RotatedKeyExample.template.json'), 'utf8')));
    simulator = new PolicySimulator(template, ENVIRONMENT);
  });

  test('the script pushes to the repository, and the user may', async () => {
    const repository = simulator.find('AWS::ECR::Repository');
    expect(read('rotated-key', 'push.sh')).toContain(`IMAGE=${HOST}/${simulator.properties(repository).RepositoryName}\n`);
    const identity = simulator.find('AWS::IAM::User');
    const allowed = [];
    for (const action of TRIED) {
      const decision = await simulator.decide({ principal: simulator.arn(identity), identity, action, resource: simulator.arn(repository) });
      if (decision === 'Allowed') allowed.push(action);
    }
    expect(allowed).toEqual(PUSH);
  });

  test('the script is one that a shell reads', () => {
    expect(() => execFileSync('sh', ['-n', path.join(EXAMPLES, 'rotated-key', 'push.sh')], { stdio: 'pipe' })).not.toThrow();
  });

  test('the key is rotated as the README says', () => {
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { ScheduleExpression: 'rate(90 days)' },
    });
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { GRACE_SECONDS: String(14 * 24 * 3600) } } });
    expect(Object.keys(template.toJSON().Outputs).join()).toContain('AccessKeySecretArn');
  });
});

test.each<[CiWithSchema, string, string]>([
  ['azure-devops', 'azure-devops', 'azure-pipelines.yml'],
  ['bitbucket', 'bitbucket-pipelines', 'bitbucket-pipelines.yml'],
  ['buildkite', 'buildkite', '.buildkite/pipeline.yml'],
  ['circleci', 'circleci', '.circleci/config.yml'],
  ['github', 'github-actions', '.github/workflows/image.yml'],
  ['gitlab', 'gitlab-ci', '.gitlab-ci.yml'],
])('the file of %s fits its vendor\'s schema', async (ci, example, file) => {
  await checkCiFiles(ci, [path.join(EXAMPLES, example, file)]);
});
