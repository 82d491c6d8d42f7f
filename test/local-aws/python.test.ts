import { spawnSync } from 'child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { setTimeout as sleep } from 'timers/promises';
import { ensurePython, withLock } from '../../local-aws/python';

describe('withLock', () => {
  let lock: string;

  beforeEach(() => {
    lock = path.join(mkdtempSync(path.join(tmpdir(), 'lock-')), 'deep', 'it.lock');
  });

  afterEach(() => rmSync(path.dirname(path.dirname(lock)), { recursive: true }));

  test('lets one in at a time', async () => {
    const seen: string[] = [];
    const work = (name: string) => withLock(lock, async () => {
      seen.push(`${name} in`);
      await sleep(50);
      seen.push(`${name} out`);
    });

    await Promise.all([work('a'), work('b'), work('c')]);

    expect(seen).toHaveLength(6);
    for (let i = 0; i < seen.length; i += 2) expect(seen[i + 1]).toBe(seen[i].replace('in', 'out'));
  });

  test('is free again when the work fails', async () => {
    await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(lock)).toBe(false);
  });

  test('takes over from a process that has died', async () => {
    await withLock(lock, async () => undefined); // makes the folder
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(lock, String(pid));

    let done = false;
    await withLock(lock, async () => { done = true; });
    expect(done).toBe(true);
  });
});

describe('ensurePython', () => {
  const before = process.env.PATH;
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'path-'));
    process.env.PATH = directory;
  });

  afterEach(() => {
    process.env.PATH = before;
    rmSync(directory, { recursive: true });
  });

  test('fails in one line when there is no Python', async () => {
    await expect(ensurePython()).rejects.toThrow(/^the local AWS needs python3 3\.10 or newer, which was not found in PATH$/);
  });

  test('fails in one line when Python is too old', async () => {
    writeFileSync(path.join(directory, 'python3'), '#!/bin/sh\necho 3 9 /old/python3\n', { mode: 0o755 });
    await expect(ensurePython()).rejects.toThrow(/^the local AWS needs python3 3\.10 or newer, got: 3\.9 \(\/old\/python3\)$/);
  });
});
