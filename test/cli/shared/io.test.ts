import { PassThrough } from 'node:stream';
import { outputOf } from '../../../cli/shared/io';

test('a write is done when the stream has it, and fails when its reader is gone, without ending the process', async () => {
  const stream = new PassThrough();
  const output = outputOf(stream as unknown as NodeJS.WriteStream);
  expect(output.isTerminal).toBe(false);
  await output.write('text');
  expect(stream.read().toString()).toBe('text');
  stream.destroy(Object.assign(new Error('closed'), { code: 'EPIPE' }));
  await expect(output.write('more')).rejects.toThrow();
});

test('knows a terminal', () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true });
  expect(outputOf(stream as unknown as NodeJS.WriteStream).isTerminal).toBe(true);
});
