// `npm test`: sets up what is missing, builds the package, and runs every test there is.
// It ends with the sum of what the runners' own reports say: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, runTool, setUp } from './set-up.mjs';

const reports = join(root, 'test-reports');
const total = { passed: 0, failed: 0 };
const failures = [];

/** Runs a part to its end and counts it, whatever its outcome. */
function part(name, command, args, count) {
  console.log(`\n▶ ${name}`);
  const { status } = spawnSync(command, args, {
    cwd: root, stdio: 'inherit', env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ESLINT_USE_FLAT_CONFIG: 'false' },
  });
  const { passed, failed } = count(status);
  total.passed += passed;
  total.failed += failed;
  if (status !== 0 || failed > 0) failures.push(name);
}

/** A check that is one test: it holds or it does not. */
function check(name, command, args) {
  part(name, command, args, (status) => (status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }));
}

/** A run of jest, counted from its own report. */
function jest(name, report, args) {
  const file = join(reports, report);
  part(name, tool('jest'), [...args, '--ci', '--json', `--outputFile=${file}`], () => {
    if (!existsSync(file)) return { passed: 0, failed: 1 };
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  });
}

/** A run of pytest, counted from its own report. */
function pytest(name, report, python, args) {
  const file = join(reports, report);
  part(name, python, ['-B', '-m', 'pytest', '-q', `--junitxml=${file}`, ...args], () => {
    if (!existsSync(file)) return { passed: 0, failed: 1 };
    const count = (word) => Number(new RegExp(`<testsuite [^>]*\\b${word}="(\\d+)"`).exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
    const failed = count('failures') + count('errors');
    return { passed: count('tests') - failed - count('skipped'), failed };
  });
}

function tool(name) {
  return join(root, 'node_modules', '.bin', name);
}

setUp();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

console.log('\n▶ the package compiles, with every snippet of its documentation');
const before = generatedFiles();
for (const task of ['default', 'compile', 'post-compile']) runTool('projen', [task], { quiet: true });
total.passed++;

check('what is generated is what is committed', process.execPath, ['-e', `process.exit(${Number(before !== generatedFiles())})`]);
check('the types hold, in tests and tools too', tool('tsc'), ['-p', 'test/tsconfig.json', '--noEmit']);
check('the source is clean', tool('eslint'), ['--ext', '.ts', 'src', 'lambda', 'test', 'local-aws', 'demo', 'bench', 'examples', '.projenrc.ts']);
jest('constructs, Lambda and policies', 'unit.json', ['--coverage']);
const python = spawnSync(tool('tsx'), ['local-aws/main.ts', 'python'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).stdout.trim();
pytest('the local AWS', 'local-aws.xml', python, ['test/local-aws']);
jest('end to end, in the local AWS', 'e2e.json', ['-c', 'test/e2e/jest.config.json']);

console.log(failures.length === 0 ? '' : `\nfailed: ${failures.join('; ')}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(failures.length === 0 ? 0 : 1);

/** The files that are made from others and committed. */
function generatedFiles() {
  return ['API.md', 'package.json', '.projen/tasks.json', '.projen/deps.json', 'src/private/refresh-function.ts', '.github/workflows/build.yml']
    .map((file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '')).join('\n');
}
