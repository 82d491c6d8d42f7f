import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import * as path from 'node:path';

export const ROOT = path.dirname(__dirname);

/** Does some work with a folder of its own, inside the repository so that files in it find the installed packages. */
export async function withWorkspace<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const cache = path.join(ROOT, '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    process.once(signal, () => {
      remove();
      process.exit(status);
    });
  }
  try {
    return await work(folder);
  } finally {
    remove();
  }
}
