import { execFile } from 'child_process';
import * as path from 'path';
import { promisify } from 'util';
import { readTag } from './image';
import { findProgram, installProgram } from './programs';
import { ensureEnvironment } from './python';

const run = promisify(execFile);

const ORAS_PY_PACKAGE = 'oras==0.2.43';
const DEFAULT_TAG = 'pulled';

/** A client of registries that this project did not write. */
export interface RegistryClient {
  readonly name: string;
  readonly version: string;

  /** Push the one image of an OCI image layout. Fails with what the client said. */
  push(layoutDirectory: string, reference: string, env: NodeJS.ProcessEnv): Promise<void>;

  /** Pull an image as an OCI image layout into a new directory. Fails with what the client said. */
  pull(reference: string, directory: string, env: NodeJS.ProcessEnv): Promise<void>;
}

/** How a client is called. No argument is ever a secret: every client reads its credentials from a file. */
interface Kind {
  readonly name: string;
  readonly version: string[];
  push(layoutDirectory: string, tag: string, reference: string): string[];
  pull(reference: string, directory: string): string[];
}

const SKOPEO: Kind = {
  name: 'skopeo',
  version: ['--version'],
  push: (layout, tag, reference) => ['copy', '--insecure-policy', `oci:${layout}:${tag}`, `docker://${reference}`],
  pull: (reference, directory) => ['copy', '--insecure-policy', `docker://${reference}`, `oci:${directory}:${DEFAULT_TAG}`],
};

const CRANE: Kind = {
  name: 'crane',
  version: ['version'],
  push: (layout, _tag, reference) => ['push', layout, reference],
  pull: (reference, directory) => ['pull', '--format', 'oci', reference, directory],
};

const ORAS: Kind = {
  name: 'oras',
  version: ['version'],
  push: (layout, tag, reference) => ['cp', '--no-tty', '--from-oci-layout', `${layout}:${tag}`, reference],
  pull: (reference, directory) => ['cp', '--no-tty', '--to-oci-layout', reference, `${directory}:${DEFAULT_TAG}`],
};

const ORAS_PY: Kind = {
  name: 'oras-py',
  version: ['version'],
  push: (layout, tag, reference) => ['push', layout, tag, reference],
  pull: (reference, directory) => ['pull', reference, directory, DEFAULT_TAG],
};

/** Ways to a client, the cheapest first. Each answers undefined where it is no way. */
type Way = (log: (line: string) => void) => Promise<RegistryClient | undefined>;

const WAYS: { readonly [name: string]: Way } = {
  ...Object.fromEntries([SKOPEO, CRANE, ORAS].map((kind): [string, Way] => [kind.name, async () => at(await findProgram(kind.name), kind)])),
  'crane by go': async (log) => at(await installProgram('crane', log), CRANE),
  'skopeo by apt-get': async (log) => at(await installProgram('skopeo', log), SKOPEO),
  'oras-py by pip': orasByPip,
};

/**
 * Find a registry client, or else install one.
 *
 * The variable LOCAL_AWS_REGISTRY_CLIENT names one way of `WAYS` to be used instead of the first that works.
 */
export async function findRegistryClient(log: (line: string) => void = () => undefined): Promise<RegistryClient> {
  const only = process.env.LOCAL_AWS_REGISTRY_CLIENT;
  const failures: string[] = [];
  for (const [name, way] of Object.entries(WAYS).filter(([key]) => !only || key === only)) {
    try {
      const client = await way(log);
      if (client) return client;
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message.trim()}`);
      log(`${name} did not work, trying the next`);
    }
  }
  throw new Error(['no registry client was found (skopeo, crane or oras) and none could be installed', ...failures].join('\n'));
}

async function at(command: string | undefined, kind: Kind): Promise<RegistryClient | undefined> {
  return command ? clientOf(kind, [command]) : undefined;
}

async function orasByPip(log: (line: string) => void): Promise<RegistryClient> {
  const python = await ensureEnvironment(ORAS_PY_PACKAGE, log);
  return clientOf(ORAS_PY, [python, path.join(__dirname, 'oras_copy.py')]);
}

async function clientOf(kind: Kind, [command, ...prefix]: string[]): Promise<RegistryClient> {
  const call = async (args: string[], env: NodeJS.ProcessEnv) => {
    try {
      return await run(command, [...prefix, ...args], { env, maxBuffer: 1e8 });
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      throw new Error(`${kind.name} ${args[0]} failed: ${stderr?.trim() || message}`);
    }
  };
  const { stdout } = await call(kind.version, process.env);
  return {
    name: kind.name,
    version: /\d+\.\d+[\w.+~-]*/.exec(stdout)?.[0] ?? stdout.trim(),
    push: async (layout, reference, env) => { await call(kind.push(layout, await readTag(layout), reference), env); },
    pull: async (reference, directory, env) => { await call(kind.pull(reference, directory), env); },
  };
}
