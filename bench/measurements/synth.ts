import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Bench } from '../bench';
import { childFile, runChild } from '../child';
import { compare, type Row } from '../row';
import { assertSameTemplate, type Template } from '../same-template';
import { interleave } from '../sample';

/** Numbers of repositories, how many syntheses of each one process measures, and the largest ratio that is good. */
const SIZES = [
  { repositories: 1, rounds: 12, goal: 1.1 },
  { repositories: 100, rounds: 4, goal: 1.1 },
  { repositories: 400, rounds: 3, goal: 1.1 },
  { repositories: 600, rounds: 3, goal: 1.15 },
];

/** Synthesis of repositories that one user may pull from and push to, against the same resources in aws-cdk-lib alone. */
export async function measureSynth({ folder, repetitions, log }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { repositories, rounds, goal } of SIZES) {
    const name = `synth ${repositories}`;
    const variant = (define: string, options: { validation: boolean; rounds: number }) => async () => runChild('synth.cjs', {
      define: childFile(`define-${define}.cjs`), outdir: path.join(folder, define), repositories, ...options,
    });
    const sample = (count: number, warmUps: number, options: { validation: boolean; rounds: number }) => interleave(
      repetitions(count), { ours: variant('ours', options), plain: variant('plain', options) }, warmUps,
    );

    log(`${name}, validation off`);
    const off = await sample(7, 1, { validation: false, rounds: 0 });
    assertSameTemplates(name, folder);
    const again = await sample(5, 0, { validation: false, rounds });
    log(`${name}, validation on`);
    const on = await sample(3, 0, { validation: true, rounds: 0 });
    assertSameTemplates(name, folder);
    rows.push(
      compare(`${name}, validation on: process`, 'process', on.ours, on.plain, goal),
      compare(`${name}, validation off: process`, 'process', off.ours, off.plain, goal),
      compare(`${name}, validation off: once loaded`, 'inside', again.ours, again.plain, goal),
      compare(`${name}, validation off: peak memory`, 'peakMemory', off.ours, off.plain, goal),
    );
  }
  return rows;
}

function assertSameTemplates(name: string, folder: string): void {
  const [ours, plain] = ['ours', 'plain'].map((define) => readTemplates(path.join(folder, define)));
  for (const file of new Set([...Object.keys(ours), ...Object.keys(plain)])) assertSameTemplate(`${name}, ${file}`, ours[file], plain[file]);
}

function readTemplates(folder: string): Record<string, Template> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.template.json'));
  return Object.fromEntries(files.map((file) => [file, JSON.parse(readFileSync(path.join(folder, file), 'utf8'))]));
}
