import fs from 'node:fs';
import * as path from 'node:path';
import { PassThrough } from 'node:stream';
import { outputOf } from '../../../cli/shared/io';
import { Desk, systemError } from '../fixtures';

let desk: Desk;
let file: number;
let stream: PassThrough;
const opened = jest.fn();
const outputTo = (descriptor: number) => outputOf(descriptor, () => {
  opened();
  return stream as unknown as NodeJS.WriteStream;
});
const text = (): string => fs.readFileSync(path.join(desk.folder, 'out'), 'utf8');
beforeEach(() => {
  desk = new Desk();
  file = fs.openSync(path.join(desk.folder, 'out'), 'w');
  stream = new PassThrough();
  opened.mockClear();
});
afterEach(() => {
  jest.restoreAllMocks();
  fs.closeSync(file);
  desk.clear();
});

describe('a file or a pipe', () => {
  test('is written to without a stream, and is no terminal', async () => {
    const output = outputTo(file);
    expect(output.isTerminal).toBe(false);
    await output.write('höst ');
    await output.write('more');
    expect(text()).toBe('höst more');
    expect(opened).not.toHaveBeenCalled();
  });

  test('is written to until it has all, a character\'s bytes apart too', async () => {
    const write = fs.writeSync;
    jest.spyOn(fs, 'writeSync').mockImplementation(((descriptor: number, bytes: Buffer, from: number) => write(descriptor, bytes, from, 1)) as any);
    await outputTo(file).write('höst');
    expect(text()).toBe('höst');
  });

  test('that is full is left to the stream, which waits', async () => {
    const write = fs.writeSync;
    jest.spyOn(fs, 'writeSync')
      .mockImplementationOnce(((descriptor: number, bytes: Buffer, from: number) => write(descriptor, bytes, from, 2)) as any)
      .mockImplementationOnce(() => { throw systemError('EAGAIN', 'write'); });
    await outputTo(file).write('höst');
    expect(Buffer.concat([fs.readFileSync(path.join(desk.folder, 'out')), stream.read()]).toString('utf8')).toBe('höst');
  });

  test('whose reader is gone fails the write', async () => {
    jest.spyOn(fs, 'writeSync').mockImplementationOnce(() => { throw systemError('EPIPE', 'write'); });
    await expect(outputTo(file).write('text')).rejects.toMatchObject({ code: 'EPIPE', syscall: 'write' });
  });

  test.each(['isFile', 'isFIFO', 'isSocket'])('is what the system calls so: %s', async (kind) => {
    const status: any = { isFile: () => false, isFIFO: () => false, isSocket: () => false, [kind]: () => true };
    jest.spyOn(fs, 'fstatSync').mockReturnValue(status);
    await outputTo(file).write('text');
    expect(text()).toBe('text');
  });
});

describe('anything else', () => {
  beforeEach(() => { jest.spyOn(fs, 'fstatSync').mockImplementation(() => { throw systemError('EBADF', 'fstat'); }); });

  test('is a stream\'s: a write is done when it has it, and fails when its reader is gone, without ending the process', async () => {
    const output = outputTo(file);
    expect(output.isTerminal).toBe(false);
    await output.write('text');
    expect(stream.read().toString()).toBe('text');
    stream.destroy(Object.assign(new Error('closed'), { code: 'EPIPE' }));
    await expect(output.write('more')).rejects.toThrow();
    expect(stream.listenerCount('error')).toBe(1);
  });

  test('may be a terminal', () => {
    Object.assign(stream, { isTTY: true });
    expect(outputTo(file).isTerminal).toBe(true);
  });
});
