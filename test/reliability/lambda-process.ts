import { spawn } from 'node:child_process';
import * as path from 'node:path';

const SCRIPT = path.join(__dirname, 'children', 'invoke-once.cjs');
const BUNDLES = path.join(__dirname, '../../assets/lambda');

/** How much faster than real ones the timers of the handler run. */
const TIME_SCALE = 10;

/** What an invocation came to. */
export interface Invocation {
  /** What the handler gave back. */
  readonly result?: any;
  /** What it threw. */
  readonly error?: { name: string; message: string };
  /** What ended the process, if it was killed. */
  readonly signal: NodeJS.Signals | null;
  /** All that it wrote. */
  readonly output: string;
  /** The lines of its log. */
  readonly log: Record<string, any>[];
}

/**
 * Invokes a bundled Lambda in a process of its own.
 *
 * @param folder of the Lambda's code
 * @param onStart gets a function that ends the process at once, as `kill -9` does
 */
export async function invoke(
  folder: 'refresh' | 'publish', event: object, env: NodeJS.ProcessEnv, onStart: (kill: () => void) => void = () => undefined,
): Promise<Invocation> {
  const bundle = path.join(BUNDLES, folder, 'index.lambda', 'index.js');
  const child = spawn(process.execPath, [SCRIPT, bundle, String(TIME_SCALE)], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => { output += text; });
  let outcome: Pick<Invocation, 'result' | 'error'> = {};
  child.once('message', (message: object) => { outcome = message; });
  onStart(() => child.kill('SIGKILL'));
  child.send(event);
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject).once('close', (_code, name) => resolve(name));
  });
  return { ...outcome, signal, output, log: output.split('\n').flatMap(json) };
}

function json(line: string): Record<string, any>[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
