// Makes a fresh clone ready: the packages of the lock file, and the Lambda's bundle.
// Plain Node without any package, because before it has run there is none.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';

/** Runs a command and ends this process with its exit code if it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: windows, ...options });
  if (error) console.error(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs a program of the installed packages. */
export function runTool(tool, args, options) {
  run(join(root, 'node_modules', '.bin', windows ? `${tool}.cmd` : tool), args, options);
}

/** Does `work` unless it was done for the same `files` before. */
function once(name, files, work) {
  const stamp = join(root, 'node_modules', `.${name}.stamp`);
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(root, file)));
  const wanted = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Installs and bundles what is missing or out of date. */
export function setUp() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) {
    console.error(`Node ${process.versions.node} is too old: install Node 20 or newer (https://nodejs.org)`);
    process.exit(1);
  }
  once('packages', ['package-lock.json'], () => {
    console.log('Installing the packages of package-lock.json …');
    run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
  });
  runTool('projen', ['bundle'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) setUp();
