import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { ensureProgram, findProgram } from '../../local-aws/programs';

const before = process.env.PATH;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'path-'));
  process.env.PATH = `${path.delimiter}/nowhere${path.delimiter}${directory}`;
});

afterEach(() => {
  process.env.PATH = before;
  rmSync(directory, { recursive: true });
});

test('a program in PATH is taken as it is', async () => {
  const file = path.join(directory, 'skopeo');
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  expect(await findProgram('skopeo')).toBe(file);
  expect(await ensureProgram('skopeo')).toBe(file);
});

test('a file that cannot be executed is none', async () => {
  writeFileSync(path.join(directory, 'skopeo'), '');
  expect(await findProgram('skopeo')).toBeUndefined();
});

test.each([
  ['buildah', 'apt-get as root'],
  ['regctl', 'go'],
  ['docker', 'apt-get and dpkg'],
] as const)('fails for %s, which is not there and cannot be installed, with what that would need', async (name, needs) => {
  await expect(ensureProgram(name)).rejects.toThrow(`${name} is not in PATH and cannot be installed here, which needs ${needs}`);
});
