import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Bench } from '../bench';
import { childFile, runChild } from '../child';
import { compare, type Row } from '../row';
import { assertSameTemplate, type Template } from '../same-template';
import { interleave } from '../sample';

const GOAL = 1.1;

/** Numbers of repositories, and how many syntheses of each one process measures. */
const SIZES = [
  { repositories: 1, rounds: 12 },
  { repositories: 100, rounds: 4 },
  { repositories: 400, rounds: 3 },
];

/** Synthesis of repositories that one user may pull from and push to, against the same resources in aws-cdk-lib alone. */
export async function measureSynth({ folder, repetitions, log }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { repositories, rounds } of SIZES) {
    const name = `synth ${repositories}`;
    const variant = (define: string, options: { validation: boolean; rounds: number }) => async () => runChild('synth.cjs', {
      define: childFile(`define-${define}.cjs`), outdir: path.join(folder, define), repositories, ...options,
    });
    const sample = (count: number, warmUps: number, options: { validation: boolean; rounds: number }) => interleave(
      repetitions(count), { ours: variant('ours', options), plain: variant('plain', options) }, warmUps,
    );

    log(`${name}, validation off`);
    const off = await sample(7, 1, { validation: false, rounds: 0 });
    assertSameTemplate(name, readTemplate(folder, 'ours'), readTemplate(folder, 'plain'));
    const again = await sample(5, 0, { validation: false, rounds });
    log(`${name}, validation on`);
    const on = await sample(3, 0, { validation: true, rounds: 0 });
    assertSameTemplate(name, readTemplate(folder, 'ours'), readTemplate(folder, 'plain'));
    rows.push(
      compare(`${name}, validation on: process`, 'process', on.ours, on.plain, GOAL),
      compare(`${name}, validation off: process`, 'process', off.ours, off.plain, GOAL),
      compare(`${name}, validation off: once loaded`, 'inside', again.ours, again.plain, GOAL),
      compare(`${name}, validation off: peak memory`, 'peakMemory', off.ours, off.plain, GOAL),
    );
  }
  return rows;
}

function readTemplate(folder: string, define: string): Template {
  return JSON.parse(readFileSync(path.join(folder, define, 'Stack.template.json'), 'utf8'));
}
