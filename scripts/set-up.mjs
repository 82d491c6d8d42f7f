// Makes a fresh clone ready: the packages of the lock file, and the Lambda's bundle.
// Plain Node without any package, because before it has run there is none.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';

/** Runs a command and ends this process with its exit code if it fails; a quiet one is only heard then. */
export function run(command, args, { quiet = false, ...options } = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: quiet ? 'pipe' : 'inherit', shell: windows, ...options,
  });
  if (error) console.error(`${command} could not be started: ${error.message}`);
  if (status === 0) return;
  if (quiet) console.error(`${stdout ?? ''}${stderr ?? ''}`);
  process.exit(status ?? 1);
}

/** Runs a program of the installed packages. */
export function runTool(tool, args, options) {
  run(join(root, 'node_modules', '.bin', windows ? `${tool}.cmd` : tool), args, options);
}

/** Runs a TypeScript file of this repository in this process, so that Ctrl-C reaches it. */
export async function runTypeScript(file) {
  // Only the Lambda's runtime matters to users of the SDK.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const require = createRequire(import.meta.url);
  require('tsx/cjs/api').require(join(root, file), import.meta.url);
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
  runTool('projen', ['bundle'], { quiet: true });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) setUp();
