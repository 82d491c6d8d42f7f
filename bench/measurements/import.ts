import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Bench } from '../bench';
import { runChild } from '../child';
import { compare, type Row } from '../row';
import { interleave } from '../sample';
import { ROOT } from '../workspace';

const LIB = path.join(ROOT, 'lib');

/** Import of this package, against the modules of aws-cdk-lib that it imports, and against the files that this loads. */
export async function measureImport({ repetitions, log }: Bench): Promise<Row[]> {
  log('import');
  const modules = importedModules();
  const files = peerFiles(await load([LIB]));
  if (!isDeepStrictEqual(peerFiles(await load(files)), files)) {
    throw new Error('import: the files of aws-cdk-lib, loaded alone, load others than this package does');
  }
  const { ours, theirModules, theirFiles } = await interleave(repetitions(15), {
    ours: () => load([LIB]),
    theirModules: () => load(modules),
    theirFiles: () => load(files),
  });
  return [
    compare('import, against its modules of aws-cdk-lib', 'inside', ours, theirModules),
    compare('import, against the same files of aws-cdk-lib', 'inside', ours, theirFiles),
    compare('import, against the same files of aws-cdk-lib: process', 'process', ours, theirFiles),
    compare('import, against the same files of aws-cdk-lib: peak memory', 'peakMemory', ours, theirFiles),
  ];
}

async function load(modules: string[]) {
  return runChild('load.cjs', { modules });
}

/** Every module that the compiled package takes from its peers. */
function importedModules(): string[] {
  const sources = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(path.join(LIB, file), 'utf8'));
  const names = sources.flatMap((source) => [...source.matchAll(/\brequire\("((?:aws-cdk-lib|constructs)(?:\/[^"]+)?)"\)/g)]);
  return [...new Set(names.map(([, name]) => name))].sort();
}

/** The files of the peers among those that were loaded, in the order of loading. */
function peerFiles({ loaded = [] }: { loaded?: string[] }): string[] {
  return loaded.filter((file) => file.startsWith(path.join(ROOT, 'node_modules') + path.sep));
}
