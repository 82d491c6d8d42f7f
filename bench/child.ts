import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Sample } from './sample';
import { median } from './statistics';

const CHILDREN = path.join(__dirname, 'children');
const TIMEOUT_MS = 300_000;

/** What a child says beside the sample. */
export interface Answer extends Sample {
  /** Files that were loaded. */
  readonly loaded?: string[];
}

/** The path of a file in `children/`. */
export function childFile(name: string): string {
  return path.join(CHILDREN, name);
}

/** How a command is run. */
export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  /** What it reads from stdin. */
  readonly input?: string;
}

/** Runs `children/<script>` with plain Node, and measures the process from outside; what it measured itself is its last line. */
export async function runChild(script: string, argument: object, env: NodeJS.ProcessEnv = {}): Promise<Answer> {
  const { process: elapsed, output } = await runProcess(process.execPath, [childFile(script), JSON.stringify(argument)], { env });
  const { times, peakMemory, loaded } = JSON.parse(output.trim().split('\n').at(-1)!);
  return { process: elapsed, inside: median(times), peakMemory, loaded };
}

/** Runs a command that ends well, and measures it from outside only. */
export async function runCommand(command: string, args: string[], options: CommandOptions): Promise<Sample> {
  const { process: elapsed } = await runProcess(command, args, options);
  return { process: elapsed, inside: NaN, peakMemory: NaN };
}

async function runProcess(command: string, args: string[], { env, input }: CommandOptions): Promise<{ process: number; output: string }> {
  const start = performance.now();
  const child = spawn(command, args, {
    env: { ...withoutInfluence(process.env), ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  child.stdin?.on('error', () => undefined).end(input);
  let elapsed = NaN;
  child.once('exit', () => { elapsed = performance.now() - start; });
  let output = '';
  let errors = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => { output += text; });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => { errors += text; });
  const status = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve(code ?? signal));
  });
  if (status !== 0) throw new Error(`${[command, ...args].map((part) => path.basename(part)).join(' ')} ended with ${status}:\n${errors.trim() || output.trim()}`);
  return { process: elapsed, output };
}

/** The environment without what changes how Node, the CDK or the SDK run. */
function withoutInfluence(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AWS|CDK|JSII|NODE|npm|ECR_CI)_/i.test(name)));
}
