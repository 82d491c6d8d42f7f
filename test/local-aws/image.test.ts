import { createHash } from 'crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { gunzipSync } from 'zlib';
import { readImageText, readManifest, readTag, writeImage } from '../../local-aws/image';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'image-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

const IMAGE = { tag: 'v1', fileName: 'hello.txt', text: 'hello\n' };

test('every blob is named by its digest', async () => {
  await writeImage(directory, IMAGE);

  const blobs = path.join(directory, 'blobs', 'sha256');
  expect(readdirSync(blobs)).toHaveLength(3);
  for (const name of readdirSync(blobs)) {
    expect(createHash('sha256').update(readFileSync(path.join(blobs, name))).digest('hex')).toBe(name);
  }
});

test('the config names the layer as it is unpacked', async () => {
  await writeImage(directory, IMAGE);

  const { config, layers: [layer] } = await readManifest(directory);
  const blob = (digest: string) => readFileSync(path.join(directory, 'blobs', ...digest.split(':')));
  expect(JSON.parse(blob(config.digest).toString()).rootfs.diff_ids).toEqual([
    `sha256:${createHash('sha256').update(gunzipSync(blob(layer.digest))).digest('hex')}`,
  ]);
});

test('the same image has the same digest, another text another', async () => {
  const digests = [];
  for (const text of ['a', 'a', 'b']) digests.push(await writeImage(path.join(directory, text), { ...IMAGE, text }));

  expect(digests[0]).toBe(digests[1]);
  expect(digests[0]).not.toBe(digests[2]);
});

test.each(['', 'x', 'x'.repeat(512), 'ä'.repeat(5000)])('the text is read back', async (text) => {
  await writeImage(directory, { ...IMAGE, text });

  expect(await readImageText(directory)).toBe(text);
  expect(await readTag(directory)).toBe('v1');
});
