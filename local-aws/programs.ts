import { execFile } from 'child_process';
import { access, constants, mkdir, rename, rm } from 'fs/promises';
import * as path from 'path';
import { promisify } from 'util';
import { CACHE_DIRECTORY, ensureEnvironment, withLock } from './python';

const run = promisify(execFile);

const BIN_DIRECTORY = path.join(CACHE_DIRECTORY, 'bin');
const DEBIAN_DIRECTORY = path.join(CACHE_DIRECTORY, 'debian');
const APT_LOCK = path.join(CACHE_DIRECTORY, 'apt-get.lock');
const APT_ENVIRONMENT = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
const LOTS = { maxBuffer: 1e8 };

type Log = (line: string) => void;

/** A way to a program: its path, or undefined where it is no way. */
type Way = (log: Log) => Promise<string | undefined>;

interface Program {
  readonly install: Way;
  /** What there has to be for `install`, in words. */
  readonly needs: string;
}

/** Programs that this project did not write, and how each is had where PATH has it not. */
const PROGRAMS = {
  aws: byPip('awscli==1.46.3', 'aws'),
  busybox: byDebianFile('busybox-static', 'bin/busybox'),
  buildah: byApt('buildah'),
  crane: byGo('github.com/google/go-containerregistry/cmd/crane@v0.22.1'),
  docker: byDebianFile('docker.io', 'usr/bin/docker'),
  oras: byGo('oras.land/oras/cmd/oras@v1.3.6'),
  podman: byApt('podman'),
  regctl: byGo('github.com/regclient/regclient/cmd/regctl@v0.11.7'),
  skopeo: byApt('skopeo'),
} satisfies Record<string, Program>;

export type ProgramName = keyof typeof PROGRAMS;

/** The path of a program in PATH; undefined if there is none. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const directory of (process.env.PATH ?? '').split(path.delimiter).filter(Boolean)) {
    const file = path.join(directory, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

/** Install a program, without a look at PATH; undefined where there is no way to. */
export async function installProgram(name: ProgramName, log: Log = () => undefined): Promise<string | undefined> {
  return PROGRAMS[name].install(log);
}

/** The path of a program: the one in PATH, or else one that is installed now. Fails with what it would have needed. */
export async function ensureProgram(name: ProgramName, log?: Log): Promise<string> {
  const file = await findProgram(name) ?? await installProgram(name, log);
  if (!file) throw new Error(`${name} is not in PATH and cannot be installed here, which needs ${PROGRAMS[name].needs}`);
  return file;
}

/** Into the cache, with Go's own cache of modules. */
function byGo(pinned: string): Program {
  const [name] = path.basename(pinned).split('@');
  const install: Way = async (log) => {
    const go = await findProgram('go');
    if (!go) return undefined;
    const file = path.join(BIN_DIRECTORY, pinned.split('@')[1], name);
    await once(file, async () => {
      log(`building ${pinned} (once)`);
      await run(go, ['install', pinned], { ...LOTS, env: { ...process.env, GOBIN: path.dirname(file), GOFLAGS: '', CGO_ENABLED: '0' } });
    });
    return file;
  };
  return { install, needs: 'go' };
}

/** For the whole machine, with what it depends on. */
function byApt(name: string): Program {
  const install: Way = async (log) => {
    if (process.getuid?.() !== 0 || !await findProgram('apt-get')) return undefined;
    await withLock(APT_LOCK, async () => {
      log(`installing ${name} with apt-get (once)`);
      await run('apt-get', ['update', '-q'], { ...LOTS, env: APT_ENVIRONMENT });
      const options = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
      await run('apt-get', ['install', ...options, name], { ...LOTS, env: APT_ENVIRONMENT });
    });
    return findProgram(name);
  };
  return { install, needs: 'apt-get as root' };
}

/** One file of a Debian package, into the cache: for programs that need no others. */
function byDebianFile(debian: string, member: string): Program {
  const install: Way = async (log) => {
    if (!await findProgram('apt-get') || !await findProgram('dpkg')) return undefined;
    const directory = path.join(DEBIAN_DIRECTORY, debian);
    const file = path.join(directory, member);
    await once(file, async () => {
      log(`unpacking ${debian} (once)`);
      const partial = `${directory}.partial`;
      await rm(partial, { recursive: true, force: true });
      await mkdir(partial, { recursive: true });
      if (process.getuid?.() === 0) await withLock(APT_LOCK, async () => { await run('apt-get', ['update', '-q'], { ...LOTS, env: APT_ENVIRONMENT }); });
      await run('apt-get', ['download', '-q', debian], { ...LOTS, cwd: partial, env: APT_ENVIRONMENT });
      await run('sh', ['-c', 'dpkg -x ./*.deb . && rm ./*.deb'], { ...LOTS, cwd: partial });
      await rename(partial, directory);
    });
    return file;
  };
  return { install, needs: 'apt-get and dpkg' };
}

function byPip(requirement: string, name: string): Program {
  const install: Way = async (log) => path.join(path.dirname(await ensureEnvironment(requirement, log)), name);
  return { install, needs: 'python3' };
}

async function once(file: string, make: () => Promise<void>): Promise<void> {
  await withLock(path.join(CACHE_DIRECTORY, `${path.basename(file)}.lock`), async () => {
    if (!await isExecutable(file)) await make();
  });
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(() => true, () => false);
}
