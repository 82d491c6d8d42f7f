import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { ROOT } from '../workspace';

/** The refresher's bundle, as it is deployed. */
export const BUNDLE = path.join(ROOT, 'assets', 'lambda', 'refresh', 'index.lambda', 'index.js');

/** Builds the refresher as its bundle is built, but with the SDK left in node_modules. */
export function buildUnbundled(folder: string): string {
  const outfile = path.join(folder, 'unbundled.js');
  buildSync({
    entryPoints: [path.join(ROOT, 'lambda', 'refresh', 'index.lambda.ts')],
    outfile,
    bundle: true,
    minify: true,
    packages: 'external',
    platform: 'node',
    target: 'node24',
    tsconfig: path.join(ROOT, 'test', 'tsconfig.json'),
  });
  return outfile;
}
