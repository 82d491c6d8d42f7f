import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { ensureEnvironment } from '../../local-aws/python';

jest.setTimeout(600_000);

const execute = promisify(execFile);
const ROOT = path.join(__dirname, '..', '..');

const APP = `
from aws_cdk import App, Stack
from aws_cdk.aws_secretsmanager import Secret
from cdk_ecr_ci import EcrCi, Target, TargetRemoval

app = App()
stack = Stack(app, "Stack")
ci = EcrCi(stack, "Ci", repository_names=["myuser/myapp"])
token = Secret.from_secret_name_v2(stack, "Token", "gitlab-token")
ci.credentials.add_target(Target.gitlab_variable(project="42", token=token, removal=TargetRemoval.DELETE))
app.synth()
`;

const TWIN = `
const { App, Stack } = require('aws-cdk-lib');
const { Secret } = require('aws-cdk-lib/aws-secretsmanager');
const { EcrCi, Target, TargetRemoval } = require(${JSON.stringify(ROOT)});
const app = new App();
const stack = new Stack(app, 'Stack');
const ci = new EcrCi(stack, 'Ci', { repositoryNames: ['myuser/myapp'] });
const token = Secret.fromSecretNameV2(stack, 'Token', 'gitlab-token');
ci.credentials.addTarget(Target.gitlabVariable({ project: '42', token, removal: TargetRemoval.DELETE }));
app.synth();
`;

let directory: string;
let python: string;
let site: string;
const env = () => ({
  ...process.env,
  PYTHONPATH: site,
  // else each process unpacks the packages anew
  JSII_RUNTIME_PACKAGE_CACHE: 'enabled',
  JSII_RUNTIME_PACKAGE_CACHE_ROOT: path.join(directory, 'jsii-cache'),
  JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1',
});

beforeAll(async () => {
  // The wheel as PyPI gets it, beside the CDK that the package is built against.
  directory = await mkdtemp(path.join(tmpdir(), 'python-'));
  const { devDependencies } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'));
  python = await ensureEnvironment(`aws-cdk-lib==${devDependencies['aws-cdk-lib']}\n`);
  site = path.join(directory, 'site');
  const pacmak = path.join(ROOT, 'node_modules', '.bin', 'jsii-pacmak');
  await execute(pacmak, ['--target', 'python', '--outdir', directory, '--force-subdirectory'], { cwd: ROOT, maxBuffer: 1e8, env: env() });
  const [wheel] = (await readdir(path.join(directory, 'python'))).filter((file) => file.endsWith('.whl'));
  await execute(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', site, path.join(directory, 'python', wheel)]);
});
afterAll(async () => rm(directory, { recursive: true, force: true }));

async function templateOf(folder: string): Promise<object> {
  return JSON.parse(await readFile(path.join(folder, 'Stack.template.json'), 'utf8'));
}

test('an app in Python gives the template that the same app in TypeScript gives', async () => {
  await writeFile(path.join(directory, 'app.py'), APP);
  await writeFile(path.join(directory, 'twin.js'), TWIN);
  await execute(python, ['app.py'], { cwd: directory, env: { ...env(), CDK_OUTDIR: path.join(directory, 'from-python') } });
  await execute(process.execPath, ['twin.js'], {
    cwd: directory, env: { ...env(), CDK_OUTDIR: path.join(directory, 'from-typescript'), NODE_PATH: path.join(ROOT, 'node_modules') },
  });
  const template = await templateOf(path.join(directory, 'from-python'));
  expect(template).toEqual(await templateOf(path.join(directory, 'from-typescript')));
  expect(Object.keys(template)).toContain('Resources');
});

test('an error at synth reaches Python with its words', async () => {
  await writeFile(path.join(directory, 'bad.py'), APP.replace('project="42", ', 'project="42", group="7", key="A B", '));
  await expect(execute(python, ['bad.py'], { cwd: directory, env: { ...env(), CDK_OUTDIR: path.join(directory, 'bad') } }))
    .rejects.toThrow(/Stack\/Ci\/Credentials: 2 problems[^]*targets\[0\]/);
});

test('the wheel brings the programs', async () => {
  const program = (name: string, ...args: string[]) => execute(python, [path.join(site, 'bin', name), ...args], { env: env() });
  for (const name of ['cdk-ecr-ci', 'ecr-ci', 'docker-credential-ecr-ci']) {
    expect((await program(name, '--help')).stdout).toMatch(/^Usage: /);
  }
  await expect(program('ecr-ci', 'nonsense')).rejects.toMatchObject({ code: 3, stderr: expect.stringContaining('unknown command \'nonsense\'') });
});
