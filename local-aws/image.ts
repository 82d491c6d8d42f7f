import { createHash } from 'crypto';
import { mkdir, readFile, writeFile } from 'fs/promises';
import * as path from 'path';
import { gunzipSync, gzipSync } from 'zlib';

const MEDIA_TYPE = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  index: 'application/vnd.oci.image.index.v1+json',
};
const TAG_ANNOTATION = 'org.opencontainers.image.ref.name';
const TAR_BLOCK = 512;

export interface Image {
  /** The tag in the layout's index. */
  readonly tag: string;
  /** Name of the one file in the image. */
  readonly fileName: string;
  readonly text: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Write an image of one text file, as an OCI image layout.
 *
 * @returns the digest of its manifest
 */
export async function writeImage(directory: string, image: Image): Promise<string> {
  const tar = tarOf(image.fileName, Buffer.from(image.text));
  const layer = await writeBlob(directory, MEDIA_TYPE.layer, gzipSync(tar));
  const config = await writeBlob(directory, MEDIA_TYPE.config, json({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: `COPY ${image.fileName}` }],
  }));
  const manifest = await writeBlob(directory, MEDIA_TYPE.manifest, json({
    schemaVersion: 2, mediaType: MEDIA_TYPE.manifest, config, layers: [layer],
  }));
  await writeFile(path.join(directory, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  await writeFile(path.join(directory, 'index.json'), json({
    schemaVersion: 2, mediaType: MEDIA_TYPE.index, manifests: [{ ...manifest, annotations: { [TAG_ANNOTATION]: image.tag } }],
  }));
  return manifest.digest;
}

/** The text of the file in an image layout that `writeImage` wrote, or that was pulled from where such a layout was pushed. */
export async function readImageText(directory: string): Promise<string> {
  const { layers: [layer] } = await readManifest(directory);
  const tar = gunzipSync(await readFile(blobFile(directory, layer.digest)));
  const size = parseInt(tar.subarray(124, 135).toString(), 8);
  return tar.subarray(TAR_BLOCK, TAR_BLOCK + size).toString();
}

/** The only manifest of an image layout. */
export async function readManifest(directory: string): Promise<{ config: Descriptor; layers: Descriptor[] }> {
  return JSON.parse(await readFile(blobFile(directory, (await onlyEntry(directory)).digest), 'utf8'));
}

/** The tag that the only manifest of an image layout carries. */
export async function readTag(directory: string): Promise<string> {
  const tag = (await onlyEntry(directory)).annotations?.[TAG_ANNOTATION];
  if (!tag) throw new Error(`the image layout ${directory} has no tag`);
  return tag;
}

async function onlyEntry(directory: string): Promise<Descriptor & { annotations?: Record<string, string> }> {
  const { manifests } = JSON.parse(await readFile(path.join(directory, 'index.json'), 'utf8'));
  if (manifests.length !== 1) throw new Error(`the image layout ${directory} must hold one image, got: ${manifests.length}`);
  return manifests[0];
}

async function writeBlob(directory: string, mediaType: string, content: Buffer): Promise<Descriptor> {
  const digest = sha256(content);
  const file = blobFile(directory, digest);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return { mediaType, digest, size: content.length };
}

function blobFile(directory: string, digest: string): string {
  return path.join(directory, 'blobs', ...digest.split(':'));
}

function sha256(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** A tar archive (ustar) of one file. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(TAR_BLOCK);
  header.write(name, 0, 100);
  header.write('0000644\0', 100); // mode
  header.write('0000000\0', 108); // owner
  header.write('0000000\0', 116); // group
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(`${'0'.repeat(11)}\0`, 136); // modification time: always the same, so that the digest is
  header.write(' '.repeat(8), 148); // the checksum counts as blanks while it is computed
  header.write('0', 156); // a regular file
  header.write('ustar\u000000', 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((TAR_BLOCK - content.length % TAR_BLOCK) % TAR_BLOCK + 2 * TAR_BLOCK);
  return Buffer.concat([header, content, padding]);
}
