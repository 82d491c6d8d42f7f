import { readFileSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Row } from './row';
import { markdownTable } from './table';
import { ROOT } from './workspace';

const FILE = path.join(ROOT, 'docs', 'benchmarks.md');
const BEGIN = '<!-- begin of the table -->';
const END = '<!-- end of the table -->';

/** The machine, as far as it matters to the numbers. */
export function machine(): string {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8'));
  return `Node ${process.versions.node}, aws-cdk-lib ${version}, ${os.platform()} ${os.arch()}, ${os.cpus().length} cores`;
}

/** Replaces the table in docs/benchmarks.md. */
export function writeTable(rows: Row[]): void {
  const text = readFileSync(FILE, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`docs/benchmarks.md has no '${BEGIN}' before an '${END}'`);
  writeFileSync(FILE, `${before}${BEGIN}\n${machine()}. Repeat it with \`npm run bench -- --write\`.\n\n${markdownTable(rows)}\n${END}${after}`);
}
