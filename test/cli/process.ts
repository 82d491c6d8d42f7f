import fs from 'node:fs';

/** How a program ended, and what it wrote to stdout (1) and to stderr (2). */
export interface Ended {
  readonly exitCode: unknown;
  readonly written: Record<number, string>;
}

/**
 * Runs a program's entry in this process, as if its output went into pipes.
 *
 * @param program its folder below cli/
 * @param broken what becomes of every write to stdout
 */
export async function startProgram(program: string, args: readonly string[], broken?: { code: string }): Promise<Ended> {
  const written: Record<number, string> = { 1: '', 2: '' };
  const { argv } = process;
  process.argv = ['node', program, ...args];
  const { fstatSync, writeSync } = fs;
  const pipe = { isFile: () => false, isFIFO: () => true };
  const spies: jest.SpyInstance<any, any>[] = [
    // jest itself calls them too.
    jest.spyOn(fs, 'fstatSync').mockImplementation(((descriptor: number, ...more: any[]) => (descriptor in written ? pipe : fstatSync(descriptor, ...more))) as any),
    jest.spyOn(fs, 'writeSync').mockImplementation(((descriptor: number, bytes: Buffer, ...more: any[]) => {
      if (!(descriptor in written)) return writeSync(descriptor, bytes, ...more);
      if (broken && descriptor === 1) throw Object.assign(new Error('it failed'), broken, { syscall: 'write' });
      written[descriptor] += bytes.toString('utf8');
      return bytes.length;
    }) as any),
  ];
  try {
    const exitCode = await new Promise((resolve) => {
      spies.push(jest.spyOn(process, 'exit').mockImplementation(((code: number) => resolve(code)) as any));
      jest.isolateModules(() => jest.requireActual(`../../cli/${program}`));
    });
    return { exitCode, written };
  } finally {
    process.argv = argv;
    for (const spy of spies) spy.mockRestore();
  }
}
