// `npm test`: sets up what is missing, builds the package, and runs every test there is.
// It ends with the sum of what the runners' own reports say: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, setUp } from './set-up.mjs';

const SOURCES = ['src', 'lambda', 'cli', 'test', 'local-aws', 'demo', 'bench', 'examples', '.projenrc.ts'];
/** Files that are made from others and committed. */
const GENERATED = [
  'API.md', 'package.json', '.projen/tasks.json', '.projen/deps.json', '.github/workflows/build.yml', 'src/identity/ci-role-props.ts',
  'src/private/oidc-provider-function.ts', 'src/private/refresh-function.ts', 'src/private/rotate-key-function.ts',
  'src/private/publish-function.ts',
];

const reports = join(root, 'test-reports');
const env = {
  ...process.env,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: 'true',
  ESLINT_USE_FLAT_CONFIG: 'false',
};
const total = { passed: 0, failed: 0 };
const failures = [];

/** Counts a part that came to its end, whatever its outcome. */
function tally(name, status, { passed, failed }) {
  total.passed += passed;
  total.failed += failed;
  if (status !== 0 || failed > 0) failures.push(name);
}

/** A check is one test: the command succeeds, and is only heard if it does not. */
function check(name, command, args) {
  console.log(`\n▶ ${name}`);
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const ok = status === 0;
  if (!ok) console.log(`${stdout ?? ''}${stderr ?? ''}`);
  tally(name, status, { passed: Number(ok), failed: Number(!ok) });
}

/** A runner of tests is heard, and counted from its own report; without one it failed. */
function runner(name, command, args, report, count) {
  console.log(`\n▶ ${name}`);
  const file = join(reports, report);
  const { status } = spawnSync(command, args(file), { cwd: root, env, stdio: 'inherit' });
  tally(name, status, existsSync(file) ? count(readFileSync(file, 'utf8')) : { passed: 0, failed: 1 });
}

function jest(name, report, args) {
  runner(name, tool('jest'), (file) => [...args, '--ci', '--json', `--outputFile=${file}`], report, (text) => {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(text);
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  });
}

function pytest(name, report, directory) {
  const python = spawnSync(tool('tsx'), ['local-aws/main.ts', 'python'], { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  runner(name, python.stdout.trim(), (file) => ['-B', '-m', 'pytest', '-q', `--junitxml=${file}`, directory], report, (text) => {
    const count = (word) => Number(new RegExp(`<testsuite [^>]*\\b${word}="(\\d+)"`).exec(text)[1]);
    const failed = count('failures') + count('errors');
    return { passed: count('tests') - failed - count('skipped'), failed };
  });
}

function tool(name) {
  return join(root, 'node_modules', '.bin', name);
}

function generated() {
  return GENERATED.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
}

setUp();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const committed = generated();
check('the project\'s files are made from .projenrc.ts', tool('projen'), ['default']);
check('the package compiles for every language', tool('projen'), ['compile']);
check('every snippet of the documentation compiles', tool('projen'), ['post-compile']);
check('what is made is what was there', process.execPath, ['-e', `process.exit(${Number(generated() !== committed)})`]);
check('the types hold, in tests and tools too', tool('tsc'), ['-p', 'test/tsconfig.json', '--noEmit']);
check('the source is clean', tool('eslint'), ['--max-warnings', '0', '--ext', '.ts', ...SOURCES]);
// jest leaves one processor idle unless it is told otherwise: of two, half.
jest('constructs, Lambdas, the command line and policies', 'unit.json', ['--coverage', '--maxWorkers=100%']);
pytest('the local AWS', 'local-aws.xml', 'test/local-aws');
jest('the refresher is never worse', 'reliability.json', ['-c', 'test/reliability/jest.config.json']);
jest('end to end, in the local AWS', 'e2e.json', ['-c', 'test/e2e/jest.config.json']);

if (failures.length > 0) console.log(`\nfailed: ${failures.join('; ')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(failures.length > 0 ? 1 : 0);
