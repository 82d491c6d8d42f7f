import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';

jest.setTimeout(120_000);

const execute = promisify(execFile);
const root = path.join(__dirname, '..', '..');

const APP = `
const { App, Stack } = require('aws-cdk-lib');
const { EcrCi } = require('cdk-ecr-ci');
new EcrCi(new Stack(new App({ outdir: 'cdk.out' }), 'Stack'), 'Ci', { repositoryNames: ['myuser/myapp'] }).node.root.synth();
`;

let directory: string;
let files: string[];
let installed: string;
let tarball: string;
beforeAll(async () => {
  // The package as its users get it, in a project that has the peers and nothing else.
  directory = await mkdtemp(path.join(tmpdir(), 'package-'));
  const { stdout } = await execute('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', directory], { cwd: root });
  const packed: any = Object.values(JSON.parse(stdout))[0];
  files = packed.files.map((file: { path: string }) => file.path);
  tarball = path.join(directory, packed.filename);
  installed = path.join(directory, 'node_modules', 'cdk-ecr-ci');
  await mkdir(installed, { recursive: true });
  await execute('tar', ['-xzf', tarball, '-C', installed, '--strip-components', '1']);
  for (const peer of ['aws-cdk-lib', 'constructs']) {
    await symlink(path.join(root, 'node_modules', peer), path.join(directory, 'node_modules', peer));
  }
});
afterAll(async () => rm(directory, { recursive: true, force: true }));

/** Folders of the programs, and of what they load when they need it. */
const PROGRAM_FOLDERS = [
  'aws', 'commands', 'completion', 'credentials', 'docker-credential-ecr-ci', 'init', 'login', 'main', 'proxy', 'secret', 'secrets-manager', 'targets',
];

test('holds the compiled constructs, the bundles of the Lambdas and the CLI and the documents, and no sources or tools', () => {
  expect([...new Set(files.map((file) => file.split('/')[0]))].sort())
    .toEqual(['.jsii', 'API.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'SECURITY.md', 'assets', 'lib', 'package.json']);
  expect(files.filter((file) => file.startsWith('assets/')).sort()).toEqual([
    ...PROGRAM_FOLDERS.map((folder) => `assets/cli/${folder}/index.js`),
    ...['oidc-provider', 'publish', 'refresh', 'rotate-key'].map((folder) => `assets/lambda/${folder}/index.lambda/index.js`),
  ]);
});

test('has no dependencies but its peers', async () => {
  const { dependencies = {}, bundledDependencies = [], peerDependencies, scripts } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
  expect(dependencies).toEqual({});
  expect(bundledDependencies).toEqual([]);
  expect(Object.keys(peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
  for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) expect(scripts[hook]).toBeUndefined();
});

test('a project that installed it synthesizes the one-liner, with the Lambda\'s code as an asset', async () => {
  await writeFile(path.join(directory, 'app.js'), APP);
  await execute(process.execPath, ['app.js'], { cwd: directory });
  const assembly = path.join(directory, 'cdk.out');
  const template = JSON.parse(await readFile(path.join(assembly, 'Stack.template.json'), 'utf8'));
  const lambda: any = Object.values<any>(template.Resources).find(({ Type }) => Type === 'AWS::Lambda::Function');
  const manifest = JSON.parse(await readFile(path.join(assembly, 'Stack.assets.json'), 'utf8'));
  const source = manifest.files[path.basename(lambda.Properties.Code.S3Key, '.zip')].source;
  const asset = path.resolve(assembly, source.path, 'index.js');
  expect(await readFile(asset, 'utf8')).toBe(await readFile(path.join(root, 'assets/lambda/refresh/index.lambda/index.js'), 'utf8'));
});

test('an import loads no more of aws-cdk-lib than what is taken of the package, by whatever kind of import', async () => {
  const script = `
    const lib = require('cdk-ecr-ci');
    const loaded = () => Object.keys(require.cache).filter((file) => /aws-cdk-lib.aws-/.test(file)).length;
    const [before, names] = [loaded(), Object.keys(lib)];
    lib.CiRepository;
    console.log(JSON.stringify({ before, after: loaded() > 0, names, same: lib.EcrCi === lib.EcrCi, kinds: names.map((name) => typeof lib[name]) }));`;
  const { stdout } = await execute(process.execPath, ['--eval', script], { cwd: directory });
  const { before, after, names, same, kinds } = JSON.parse(stdout);
  expect({ before, after, same }).toEqual({ before: 0, after: true, same: true });
  expect(names).toEqual(expect.arrayContaining(['EcrCi', 'CiUser', 'Target', 'TargetRemoval', 'OidcTrust']));
  expect([...new Set(kinds)].sort()).toEqual(['function', 'object']);
  await writeFile(path.join(directory, 'named.mjs'), 'import { CiUser, Target } from \'cdk-ecr-ci\';\nconsole.log(typeof CiUser, typeof Target.http);\n');
  expect((await execute(process.execPath, ['named.mjs'], { cwd: directory })).stdout).toBe('function function\n');
});

test('who installs it for the command line gets nothing else', async () => {
  const prefix = path.join(directory, 'global');
  await execute('npm', ['install', '--global', '--prefix', prefix, '--offline', '--no-audit', '--no-fund', '--loglevel=error', tarball]);
  expect(await readdir(path.join(prefix, 'lib', 'node_modules', 'cdk-ecr-ci'))).not.toContain('node_modules');
  expect((await execute(path.join(prefix, 'bin', 'ecr-ci'), ['--help'])).stdout).toMatch(/^Usage: /);
});

test('its programs start by themselves', async () => {
  const { bin } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
  expect(Object.keys(bin).sort()).toEqual(['cdk-ecr-ci', 'docker-credential-ecr-ci', 'ecr-ci']);
  for (const file of Object.values<string>(bin)) {
    const { stdout, stderr } = await execute(path.join(installed, file), ['--help']);
    expect(stdout).toMatch(/^Usage: /);
    expect(stderr).toBe('');
  }
  const { stdout } = await execute(path.join(installed, bin['ecr-ci']), ['completion', 'bash']);
  expect(stdout).toContain('complete -F __ecr_ci_complete ecr-ci');
});
