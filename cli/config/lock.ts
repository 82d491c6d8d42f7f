import { CliError } from '../shared/exit';
import { codeOf } from '../shared/files';
import type { Io } from '../shared/io';

const PATIENCE_MS = 10_000;
const PAUSE_MS = 25;

/** A lock as old as that was left behind by a process that is gone: the work under it takes milliseconds. */
const STALE_MS = 5_000;

/** Does some work while no other `ecr-ci` works on the same file. */
export async function withLock<T>(file: string, io: Io, work: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  await acquire(lock, io);
  try {
    return await work();
  } finally {
    await io.files.rm(lock, { force: true });
  }
}

async function acquire(lock: string, { files, now, sleep }: Io): Promise<void> {
  const patientUntil = now() + PATIENCE_MS;
  for (;;) {
    try {
      const handle = await files.open(lock, 'wx', 0o600);
      await handle.close();
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const age = await files.stat(lock).then(({ mtimeMs }) => now() - mtimeMs, () => 0);
    if (age > STALE_MS) await files.rm(lock, { force: true });
    else if (now() > patientUntil) throw new CliError(`another login holds ${lock}: wait for it, or remove that file if there is none`);
    else await sleep(PAUSE_MS);
  }
}
