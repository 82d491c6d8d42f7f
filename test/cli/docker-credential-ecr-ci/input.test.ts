import { PassThrough } from 'node:stream';
import { LONGEST_INPUT, readInput } from '../../../cli/docker-credential-ecr-ci/input';

let stream: PassThrough;
beforeEach(() => { stream = new PassThrough(); });

test('reads to the end, characters across chunks too', async () => {
  const read = readInput(stream);
  const bytes = Buffer.from('höst');
  stream.write(bytes.subarray(0, 2));
  stream.end(bytes.subarray(2));
  expect(await read).toBe('höst');
  expect(stream.destroyed).toBe(true);
});

test('stops at the bound, although more would come', async () => {
  const read = readInput(stream);
  stream.write(Buffer.alloc(LONGEST_INPUT));
  stream.write('x');
  await expect(read).rejects.toThrow(`the input is longer than ${LONGEST_INPUT} bytes`);
  expect(stream.destroyed).toBe(true);
});

test('does not wait for ever', async () => {
  const read = readInput(stream, 20);
  stream.write('host without an end');
  await expect(read).rejects.toThrow('the input did not end within 0.02 seconds: write the server\'s URL and close stdin');
  expect(stream.destroyed).toBe(true);
});

test('says that it cannot be read', async () => {
  const read = readInput(stream);
  stream.destroy(Object.assign(new Error('it is a directory'), { code: 'EISDIR' }));
  await expect(read).rejects.toThrow('the input could not be read (EISDIR)');
});
