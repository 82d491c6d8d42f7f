import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Sample } from './sample';
import { median } from './statistics';

const CHILDREN = path.join(__dirname, 'children');
const TIMEOUT_MS = 120_000;

/** What a child says beside the sample. */
export interface Answer extends Sample {
  /** Files that were loaded. */
  readonly loaded?: string[];
}

/** The path of a file in `children/`. */
export function childFile(name: string): string {
  return path.join(CHILDREN, name);
}

/** Runs `children/<script>` with plain Node, and measures the process from outside; what it measured itself is its last line. */
export async function runChild(script: string, argument: object, env: NodeJS.ProcessEnv = {}): Promise<Answer> {
  const start = performance.now();
  const child = spawn(process.execPath, [childFile(script), JSON.stringify(argument)], {
    env: { ...withoutInfluence(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  let elapsed = NaN;
  child.once('exit', () => { elapsed = performance.now() - start; });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { errors += text; });
  const status = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve(code ?? signal));
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${errors.trim() || output.trim()}`);
  const { times, peakMemory, loaded } = JSON.parse(output.trim().split('\n').at(-1)!);
  return { process: elapsed, inside: median(times), peakMemory, loaded };
}

/** The environment without what changes how Node, the CDK or the SDK run. */
function withoutInfluence(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AWS|CDK|JSII|NODE|npm)_/i.test(name)));
}
