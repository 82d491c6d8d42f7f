import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { DOCKERCFG_ARN, KEY_ARN, REGISTRY, ROLE_ARN, SETUPS, written } from './fixtures';
import { CIS, RENDERERS, type Ci, type CiSetup } from '../../../cli/init';
import { readYamlFiles } from '../../ci-schemas';

jest.setTimeout(300_000); // the first call makes a Python environment

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const IMAGE = `${REGISTRY}/myuser/myapp:${COMMIT}`;
const CACHE = `${REGISTRY}/myuser/myapp-cache:main`;

/** CIs whose file holds a script, where it stands in the file, and the variables that the CI gives it. */
const SCRIPTS: Record<string, { at: (file: any) => string; env: Record<string, string> }> = {
  'azure-devops': { at: ({ steps: [{ bash, inputs }] }) => bash ?? inputs.inlineScript, env: { BUILD_SOURCEVERSION: COMMIT } },
  'bitbucket': { at: (file) => file.pipelines.branches.main[0].step.script[0], env: { BITBUCKET_COMMIT: COMMIT, BITBUCKET_STEP_OIDC_TOKEN: 'the-token' } },
  'buildkite': { at: ({ steps: [step] }) => uploaded(step.command), env: { BUILDKITE_COMMIT: COMMIT } },
  'circleci': { at: (file) => file.jobs.image.steps[2].run.command, env: { CIRCLE_SHA1: COMMIT, CIRCLE_OIDC_TOKEN_V2: 'the-token' } },
  'gitlab': { at: (file) => file['build-image'].script[0], env: { CI_COMMIT_SHA: COMMIT, AWS_TOKEN: 'the-token' } },
};

/** What `buildkite-agent pipeline upload` makes of a text: it puts in its own variables, which are not the job's. */
function uploaded(text: string): string {
  return text.replace(/\$(\$|\w+|\{\w+\})/g, (_match, what) => (what === '$' ? '$' : ''));
}

/**
 * Programs that write down how they were called, and answer what the real ones would.
 *
 * Docker's login does so when it has its password, so that its line comes after that of the program before the pipe.
 */
const PROGRAMS = {
  'aws': `
as=''
if [ -n "$AWS_ROLE_ARN" ]; then as=" as $AWS_ROLE_ARN with $(cat "$AWS_WEB_IDENTITY_TOKEN_FILE")"; fi
echo "aws $*$as" >> "$LOG"
case "$1" in ecr) echo the-password ;; secretsmanager) echo '{"auths":{}}' ;; esac`,
  'buildkite-agent': 'echo "buildkite-agent $*" >> "$LOG"; echo the-token',
  'docker': `
with=''
if [ "$1" = login ]; then with=" with $(cat)"; fi
if [ -e "$DOCKER_CONFIG/config.json" ]; then with=" with $(cat "$DOCKER_CONFIG/config.json")"; fi
echo "docker $*$with" >> "$LOG"
echo "$DOCKER_CONFIG" >> "$FOLDERS"`,
};

/** Runs a script with these programs. Gives the calls, and the folders that held credentials. */
function run(script: string, env: Record<string, string>): { calls: string[]; folders: string[] } {
  const directory = mkdtempSync(path.join(tmpdir(), 'script-'));
  const file = (name: string) => path.join(directory, name);
  try {
    for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(file(name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    writeFileSync(file('log'), '');
    execFileSync('sh', ['-e', '-u', '-c', script], {
      cwd: directory,
      env: { AWS_ROLE_ARN: '', ...env, PATH: `${directory}${path.delimiter}${process.env.PATH}`, TMPDIR: directory, LOG: file('log'), FOLDERS: file('folders') },
    });
    const lines = (name: string) => readFileSync(file(name), 'utf8').trim().split('\n');
    const folders = [...new Set(lines('folders'))];
    return { calls: lines('log'), folders: folders.filter((folder) => !folder.startsWith(directory) || existsSync(folder)) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const PASSWORD = 'aws ecr get-login-password --region eu-west-1';
const LOGIN = `docker login --username AWS --password-stdin ${REGISTRY} with the-password`;

function expectedCalls(ci: string, { access, buildCache }: CiSetup): string[] {
  const docker = buildCache === undefined ? [`docker build --tag ${IMAGE} .`, `docker push ${IMAGE}`] : [
    `docker build --build-arg BUILDKIT_INLINE_CACHE=1 --cache-from ${CACHE} --tag ${IMAGE} --tag ${CACHE} .`,
    `docker push ${IMAGE}`,
    `docker push ${CACHE}`,
  ];
  if (access.kind === 'dockercfg') {
    return [
      `aws secretsmanager get-secret-value --region eu-west-1 --secret-id ${DOCKERCFG_ARN} --query SecretString --output text`,
      ...docker.map((call) => `${call} with {"auths":{}}`),
    ];
  }
  // Azure's service connection has assumed the role already.
  const agent = ci === 'buildkite' && access.kind === 'role' ? ['buildkite-agent oidc request-token --audience sts.amazonaws.com'] : [];
  const as = access.kind === 'role' && ci !== 'azure-devops' ? ` as ${ROLE_ARN} with the-token` : '';
  return [...agent, PASSWORD + as, LOGIN, ...docker];
}

test.each(Object.keys(SCRIPTS) as Ci[])('the scripts for %s log in, build and push, and leave no credentials behind', async (ci) => {
  const setups = Object.values(SETUPS);
  const { files, remove } = written(...setups.map(RENDERERS[ci]));
  const documents = await readYamlFiles(files).finally(remove);
  for (const [index, setup] of setups.entries()) {
    const { calls, folders } = run(SCRIPTS[ci].at(documents[index]), SCRIPTS[ci].env);
    expect(calls).toEqual(expectedCalls(ci, setup));
    expect(folders).toEqual([]);
  }
});

describe('the Jenkinsfile', () => {
  test.each(Object.keys(SETUPS))('runs the same script, with %s', (name) => {
    const { content } = RENDERERS.jenkins(SETUPS[name]).files[0];
    const parts = content.split("'''");
    expect(parts).toHaveLength(3); // one string, and nothing in it that Groovy would read
    expect(parts[1]).not.toContain('\\');
    const directory = mkdtempSync(path.join(tmpdir(), 'token-'));
    try {
      const token = path.join(directory, 'token');
      writeFileSync(token, 'the-token');
      const role = /AWS_ROLE_ARN = '(.+)'/.exec(content)?.[1] ?? '';
      const { calls, folders } = run(parts[1], { GIT_COMMIT: COMMIT, AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: token });
      expect(calls).toEqual(expectedCalls('jenkins', SETUPS[name]));
      expect(folders).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test.each(Object.keys(SETUPS))('closes what it opens, with %s', (name) => {
    const groovy = RENDERERS.jenkins(SETUPS[name]).files[0].content.replace(/'''[^]*?'''/, "''").replace(/'[^'\n]*'/g, "''");
    const open: string[] = [];
    const pairs: Record<string, string> = { '}': '{', ')': '(', ']': '[' };
    for (const character of groovy.match(/[{}()[\]]/g)!) {
      if (pairs[character]) expect(open.pop()).toBe(pairs[character]);
      else open.push(character);
    }
    expect(open).toEqual([]);
    expect(groovy).not.toMatch(/['"]{3}|"/);
  });

  test('binds the token\'s file for a role, and the key otherwise', () => {
    expect(RENDERERS.jenkins(SETUPS['a role']).files[0].content).toContain("file(credentialsId: 'aws-token', variable: 'AWS_WEB_IDENTITY_TOKEN_FILE')");
    for (const name of ['a key', 'a dockercfg']) {
      const { content } = RENDERERS.jenkins(SETUPS[name]).files[0];
      expect(content).toContain("usernameVariable: 'AWS_ACCESS_KEY_ID', passwordVariable: 'AWS_SECRET_ACCESS_KEY'");
      expect(content).not.toContain('AWS_ROLE_ARN');
    }
  });
});

describe('what asks for a token does so for a role only', () => {
  test.each<[Ci, string]>([
    ['bitbucket', 'oidc: true'], ['gitlab', 'id_tokens:'], ['github', 'id-token: write'], ['azure-devops', 'AWSShellScript@1'],
    ['buildkite', 'oidc request-token'], ['circleci', 'CIRCLE_OIDC_TOKEN_V2'],
  ])('%s', (ci, text) => {
    for (const [name, setup] of Object.entries(SETUPS)) {
      expect(RENDERERS[ci](setup).files[0].content.includes(text)).toBe(name.startsWith('a role'));
    }
  });
});

describe('GitHub\'s workflow', () => {
  async function steps(name: string): Promise<any[]> {
    const { files, remove } = written(RENDERERS.github(SETUPS[name]));
    const [workflow] = await readYamlFiles(files).finally(remove);
    return workflow.jobs.image.steps;
  }
  const build = { context: '.', push: true, tags: `${REGISTRY}/myuser/myapp:\${{ github.sha }}` };

  test('assumes the role, logs in and pushes with the build cache', async () => {
    expect(await steps('a role and a build cache')).toEqual([
      { uses: 'actions/checkout@v6' },
      { uses: 'aws-actions/configure-aws-credentials@v6', with: { 'aws-region': 'eu-west-1', 'role-to-assume': ROLE_ARN } },
      { uses: 'aws-actions/amazon-ecr-login@v2' },
      { uses: 'docker/setup-buildx-action@v3' },
      {
        uses: 'docker/build-push-action@v6',
        with: {
          ...build,
          'cache-from': `type=registry,ref=${CACHE}`,
          'cache-to': `type=registry,ref=${CACHE},mode=max,image-manifest=true,oci-mediatypes=true`,
        },
      },
    ]);
  });

  test('takes the key from the repository\'s secrets, and has no cache where there is none', async () => {
    const [, credentials, , , push] = await steps('a key');
    expect(credentials.with).toEqual({
      'aws-region': 'eu-west-1',
      'aws-access-key-id': '${{ secrets.AWS_ACCESS_KEY_ID }}',
      'aws-secret-access-key': '${{ secrets.AWS_SECRET_ACCESS_KEY }}',
    });
    expect(push.with).toEqual(build);
  });

  test('hands the dockercfg on to the steps that follow', async () => {
    const all = await steps('a dockercfg');
    expect(all.map(({ uses, name }) => uses ?? name)[2]).toBe('Take the dockercfg from its secret');
    const directory = mkdtempSync(path.join(tmpdir(), 'github-'));
    try {
      const env = path.join(directory, 'env');
      const { calls } = run(`${all[2].run}\n. "$GITHUB_ENV"; export DOCKER_CONFIG; docker info`, { GITHUB_ENV: env });
      expect(calls).toEqual([
        `aws secretsmanager get-secret-value --secret-id ${DOCKERCFG_ARN} --query SecretString --output text`,
        'docker info with {"auths":{}}',
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

test.each(['a role', 'a dockercfg'])('fails for Codeship with %s, which its jobs cannot use', (name) => {
  expect(() => RENDERERS.codeship(SETUPS[name])).toThrow(
    'Codeship gives its jobs no OIDC tokens, so they need an access key: deploy EcrCi with CiIdentity.user()');
});

describe('what is left to do by hand', () => {
  const stepsOf = (ci: Ci, name: string) => RENDERERS[ci](SETUPS[name]).steps.join('\n');
  const generic = CIS.filter((ci) => ci !== 'codeship');

  test.each(generic)('for %s: the trust of a role', (ci) => {
    expect(stepsOf(ci, 'a role')).toMatch(new RegExp(`OidcTrust\\.${ci.replace('azure-devops', 'azureDevOps')}\\({ … }\\) in the stack`));
    expect(stepsOf(ci, 'a role')).not.toContain('AWS_SECRET_ACCESS_KEY');
  });

  test.each(CIS)('for %s: where the key is, and where to put it', (ci) => {
    expect(stepsOf(ci, 'a key')).toContain(`Read the access key from ${KEY_ARN}`);
    expect(stepsOf(ci, 'a key')).toMatch(/AWS_ACCESS_KEY_ID.*AWS_SECRET_ACCESS_KEY/);
  });

  test.each(generic)('for %s: a dockercfg that may push, and who reads it', (ci) => {
    expect(stepsOf(ci, 'a dockercfg')).toContain(`may read ${DOCKERCFG_ARN}`);
    expect(stepsOf(ci, 'a dockercfg')).toContain('DockerAccess.PULL_PUSH');
  });

  test('is said in sentences without a final period', () => {
    for (const ci of generic) for (const setup of Object.values(SETUPS)) for (const step of RENDERERS[ci](setup).steps) expect(step).toMatch(/^[A-Z].*[^.]$/);
  });
});
