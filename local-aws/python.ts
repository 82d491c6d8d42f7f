import { execFile } from 'child_process';
import { createHash, randomUUID } from 'crypto';
import { existsSync } from 'fs';
import { link, mkdir, readFile, rm, writeFile } from 'fs/promises';
import * as path from 'path';
import { setTimeout as sleep } from 'timers/promises';
import { promisify } from 'util';

const run = promisify(execFile);

/** Where everything that is fetched once is kept. */
export const CACHE_DIRECTORY = path.join(__dirname, '..', '.cache', 'local-aws');

const REQUIREMENTS_FILE = path.join(__dirname, 'requirements.txt');
const MINIMUM = [3, 10] as const;
const LOCK_TIMEOUT_MS = 10 * 60_000;
const LOCK_POLL_MS = 200;

/**
 * Make the Python environment of the emulator, once per content of requirements.txt.
 *
 * @returns the path of its interpreter
 */
export async function ensurePython(log: (line: string) => void = () => undefined): Promise<string> {
  return ensureEnvironment(await readFile(REQUIREMENTS_FILE, 'utf8'), log);
}

/**
 * Make a virtual environment with the given requirements under the cache directory, unless it is there.
 *
 * A virtual environment cannot be moved once made, so processes that race for one are kept apart by a lock.
 *
 * @returns the path of its interpreter
 */
export async function ensureEnvironment(requirements: string, log: (line: string) => void = () => undefined): Promise<string> {
  const { command, version } = await findPython();
  const directory = path.join(CACHE_DIRECTORY, createHash('sha256').update(`${version}\n${requirements}`).digest('hex').slice(0, 16));
  const python = path.join(directory, 'bin', 'python');
  const complete = path.join(directory, 'complete');
  if (existsSync(complete)) return python;

  await withLock(`${directory}.lock`, async () => {
    if (existsSync(complete)) return;
    log(`making a Python environment in ${path.relative(process.cwd(), directory)} (once)`);
    await rm(directory, { recursive: true, force: true });
    await makeEnvironment(command, directory);
    const requirementsFile = path.join(directory, 'requirements.txt');
    await writeFile(requirementsFile, requirements);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '-r', requirementsFile], { maxBuffer: 1e8 });
    await writeFile(complete, '');
  });
  return python;
}

/** Do the work alone among all processes that use the same lock file; a lock whose process has died is taken over. */
export async function withLock(lock: string, work: () => Promise<void>): Promise<void> {
  await mkdir(path.dirname(lock), { recursive: true });
  const deadline = Date.now() + LOCK_TIMEOUT_MS;
  while (!await tryLock(lock)) {
    if (Date.now() > deadline) throw new Error(`another process has held ${lock} for too long: delete that file`);
    await sleep(LOCK_POLL_MS);
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function tryLock(lock: string): Promise<boolean> {
  const mine = `${lock}.${process.pid}.${randomUUID()}`;
  await writeFile(mine, String(process.pid));
  try {
    await link(mine, lock); // appears with its content, or not at all
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const owner = await readFile(lock, 'utf8').catch(() => undefined);
    if (owner && !isRunning(Number(owner))) await rm(lock, { force: true });
    return false;
  } finally {
    await rm(mine, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function findPython(): Promise<{ command: string; version: string }> {
  const wanted = `python3 ${MINIMUM.join('.')} or newer`;
  const script = 'import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)';
  const { stdout } = await run('python3', ['-c', script], { env: process.env }).catch((error) => {
    throw new Error(`the local AWS needs ${wanted}, which was not found in PATH`, { cause: error });
  });
  const [major, minor, ...executable] = stdout.trim().split(' ');
  if (Number(major) !== MINIMUM[0] || Number(minor) < MINIMUM[1]) {
    throw new Error(`the local AWS needs ${wanted}, got: ${major}.${minor} (${executable.join(' ')})`);
  }
  return { command: executable.join(' '), version: `${major}.${minor}` };
}

async function makeEnvironment(python: string, directory: string): Promise<void> {
  try {
    await run(python, ['-m', 'venv', directory]);
  } catch (error) {
    const said = `${(error as { stdout?: string }).stdout ?? ''}${(error as { stderr?: string }).stderr ?? ''}`;
    const reason = said.includes('ensurepip') ? 'its venv module has no pip (on Debian: apt-get install python3-venv)' : said.trim().split('\n').pop();
    throw new Error(`python3 could not make a virtual environment: ${reason}`, { cause: error });
  }
}
