import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { KEY_ARN, KEY_OUTPUT, OUTPUTS, REGISTRY, ROLE_OUTPUT, SETUPS } from './fixtures';
import { CIS, RENDERERS, type Ci } from '../../../cli/init';
import { writeFiles } from '../../../cli/init/write';
import { realFiles, type Files } from '../../../cli/shared/files';
import { awsError, Desk, systemError } from '../fixtures';

const WORKER = { CiRepositoryUrismyuserworker0A1B2C3D: `${REGISTRY}/myuser/worker` };
const WORKFLOW = '.github/workflows/image.yml';
const CODESHIP = ['codeship-services.yml', 'codeship-steps.yml', 'Dockerfile.dockercfg'];
const cloudFormation = mockClient(CloudFormationClient);

let desk: Desk;
let root: string;
beforeEach(() => {
  desk = new Desk();
  root = path.join(desk.folder, 'app');
  mkdirSync(root);
  cloudFormation.reset();
  outputs({ ...OUTPUTS, ...KEY_OUTPUT });
});
afterEach(() => desk.clear());

function outputs(values: Record<string, string>): void {
  cloudFormation.on(DescribeStacksCommand, { StackName: 'MyStack' }).resolves({
    Stacks: [{
      StackName: 'MyStack',
      CreationTime: new Date(0),
      StackStatus: 'CREATE_COMPLETE',
      Outputs: Object.entries(values).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
    }],
  });
}

const init = async (ci: Ci, ...args: string[]): ReturnType<Desk['run']> => desk.run('init', ci, '--stack', 'MyStack', '--directory', root, ...args);
const inRoot = (name: string): string => path.join(root, name);
const read = (name: string): string => readFileSync(inRoot(name), 'utf8');
/** All that is in the folder, folders too. */
const all = (): string[] => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
const contentOf = (ci: Ci, name: string, setup = SETUPS['a key']): string => RENDERERS[ci](setup).files.find((file) => file.path === name)!.content;
const failure = (message: string): object => ({ exitCode: 3, stdout: '', stderr: `ecr-ci: ${message}\n` });

describe('writes', () => {
  test.each(CIS)('the files for %s, and says what is left to do', async (ci) => {
    const { files, steps } = RENDERERS[ci](SETUPS['a key']);
    expect(await init(ci)).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        ...files.map((file) => `wrote ${inRoot(file.path)}`), 'left to do:', ...steps.map((step, index) => `  ${index + 1}. ${step}`), '',
      ].join('\n'),
    });
    for (const file of files) expect(read(file.path)).toBe(file.content);
    expect(all().filter((name) => statSync(inRoot(name)).isFile())).toEqual(files.map((file) => path.normalize(file.path)).sort());
  });

  test('into the current directory, if no other is named', async () => {
    const cwd = process.cwd();
    process.chdir(root);
    try {
      const { stdout } = await desk.run('init', 'github', '--stack', 'MyStack');
      expect(stdout).toMatch(/^wrote \.github\/workflows\/image\.yml\nleft to do:\n {2}1\. Read the access key from /);
    } finally {
      process.chdir(cwd);
    }
    expect(read(WORKFLOW)).toBe(contentOf('github', WORKFLOW));
  });

  test('into a directory that has yet to be made', async () => {
    root = path.join(root, 'deep', 'er');
    expect((await init('gitlab')).exitCode).toBe(0);
    expect(all()).toEqual(['.gitlab-ci.yml']);
  });

  test('what the stack\'s outputs say', async () => {
    outputs({ ...OUTPUTS, ...ROLE_OUTPUT });
    expect((await init('github')).stdout).toContain('left to do:\n  1. Let the role trust this CI: OidcTrust.github({ … }) in the stack\n');
    expect(read(WORKFLOW)).toBe(contentOf('github', WORKFLOW, SETUPS['a role']));
  });

  test('for the repository that is named', async () => {
    outputs({ ...OUTPUTS, ...WORKER, ...KEY_OUTPUT });
    expect((await init('github', '--repository', 'myuser/worker')).exitCode).toBe(0);
    expect(read(WORKFLOW)).toContain(`tags: ${REGISTRY}/myuser/worker:`);
  });

  test('files that others may read as the user\'s umask lets them', async () => {
    writeFileSync(inRoot('usual'), '');
    await init('github');
    expect(statSync(inRoot(WORKFLOW)).mode).toBe(statSync(inRoot('usual')).mode);
  });

  test('with --json too, and tells a program of each file', async () => {
    await init('codeship');
    writeFileSync(inRoot(CODESHIP[1]), 'mine');
    const { exitCode, stdout, stderr } = await init('codeship', '--json', '--force');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      files: CODESHIP.map((name, index) => ({ path: inRoot(name), written: index === 1 })),
      steps: RENDERERS.codeship(SETUPS['a key']).steps,
    });
    expect(JSON.parse(stdout).steps[0]).toContain(KEY_ARN);
    expect(read(CODESHIP[1])).toBe(contentOf('codeship', CODESHIP[1]));
  });
});

describe('a file that is there', () => {
  test('and holds something else is left alone, and all the others with it', async () => {
    writeFileSync(inRoot(CODESHIP[0]), 'mine');
    writeFileSync(inRoot(CODESHIP[2]), '');
    expect(await init('codeship')).toEqual(failure(
      `there is something else in ${inRoot(CODESHIP[0])}, ${inRoot(CODESHIP[2])}: move it away, or replace it by --force; nothing was written`,
    ));
    expect(all()).toEqual([CODESHIP[2], CODESHIP[0]]);
    expect([read(CODESHIP[0]), read(CODESHIP[2])]).toEqual(['mine', '']);
  });

  test('is replaced by --force, and keeps its mode', async () => {
    writeFileSync(inRoot(CODESHIP[0]), 'mine');
    chmodSync(inRoot(CODESHIP[0]), 0o640);
    expect((await init('codeship', '--force')).exitCode).toBe(0);
    expect(read(CODESHIP[0])).toBe(contentOf('codeship', CODESHIP[0]));
    expect(statSync(inRoot(CODESHIP[0])).mode.toString(8)).toMatch(/640$/);
    expect(all()).toEqual([...CODESHIP].sort());
  });

  test.each([[[]], [['--force']]])('and holds the same is not written again, with %p', async (args) => {
    await init('codeship');
    desk.files.writeFile = async () => { throw systemError('EROFS'); };
    const { exitCode, stdout } = await init('codeship', ...args);
    expect(exitCode).toBe(0);
    expect(stdout.split('left to do')[0]).toBe(CODESHIP.map((name) => `unchanged ${inRoot(name)}\n`).join(''));
  });

  test('by a symbolic link stays one, and what it leads to is replaced', async () => {
    writeFileSync(inRoot('real.yml'), 'mine');
    symlinkSync('real.yml', inRoot('.gitlab-ci.yml'));
    expect((await init('gitlab')).exitCode).toBe(3);
    expect((await init('gitlab', '--force')).exitCode).toBe(0);
    expect(lstatSync(inRoot('.gitlab-ci.yml')).isSymbolicLink()).toBe(true);
    expect(read('real.yml')).toBe(contentOf('gitlab', '.gitlab-ci.yml'));
  });

  test('and is a directory is an error', async () => {
    mkdirSync(inRoot('.gitlab-ci.yml'));
    expect((await init('gitlab', '--force')).stderr).toBe(`ecr-ci: ${inRoot('.gitlab-ci.yml')} could not be read: EISDIR: illegal operation on a directory, read\n`);
  });
});

describe('if something fails, all is as it was', () => {
  const fails = (name: string, code: string, message?: string): object =>
    failure(`${inRoot(name)} could not be written: ${message ?? `${code}: it failed`}; nothing was written`);

  /** The calls of a kind work until that one, counted from 1. */
  function breakAt(kind: 'chmod' | 'mkdir' | 'rename' | 'writeFile', count: number, code: string): void {
    const real = realFiles[kind] as (...args: unknown[]) => Promise<unknown>;
    let calls = 0;
    desk.files[kind] = (async (...args: unknown[]) => {
      if (++calls === count) throw systemError(code);
      return real(...args);
    }) as never;
  }

  test.each([['writeFile', 2], ['rename', 2], ['rename', 3]] as const)('in a new folder, at %s number %d', async (kind, count) => {
    root = path.join(root, 'new', 'folder');
    breakAt(kind, count, 'ENOSPC');
    expect(await init('codeship')).toEqual(fails(CODESHIP[count - 1], 'ENOSPC'));
    expect(readdirSync(path.join(desk.folder, 'app'))).toEqual([]);
  });

  test.each([['chmod', 2, 0], ['writeFile', 3, 1], ['writeFile', 4, 2], ['rename', 2, 1], ['rename', 3, 2]] as const)('where files are replaced, at %s number %d', async (kind, count, failed) => {
    writeFileSync(inRoot(CODESHIP[0]), 'mine');
    chmodSync(inRoot(CODESHIP[0]), 0o640);
    const before = all();
    breakAt(kind, count, 'EACCES');
    expect(await init('codeship', '--force')).toEqual(fails(CODESHIP[failed], 'EACCES'));
    expect(all()).toEqual(before);
    expect(read(CODESHIP[0])).toBe('mine');
    expect(statSync(inRoot(CODESHIP[0])).mode.toString(8)).toMatch(/640$/);
  });

  test('a folder that cannot be made', async () => {
    writeFileSync(inRoot('.github'), 'a file');
    expect((await init('github')).stderr).toMatch(/^ecr-ci: .*image\.yml could not be read: ENOTDIR/);
    breakAt('mkdir', 1, 'EACCES');
    root = path.join(root, 'other');
    expect(await init('github')).toEqual(fails(WORKFLOW, 'EACCES'));
    expect(existsSync(root)).toBe(false);
  });

  test('a folder that somebody else has filled since stays', async () => {
    desk.files.rename = async () => {
      writeFileSync(inRoot('.github/workflows/other.yml'), 'theirs');
      throw systemError('EACCES');
    };
    expect(await init('github')).toEqual(fails(WORKFLOW, 'EACCES'));
    expect(read('.github/workflows/other.yml')).toBe('theirs');
    expect(existsSync(inRoot(WORKFLOW))).toBe(false);
  });

  test('folders in folders, made for one file after the other', async () => {
    desk.files.rename = async () => { throw systemError('EACCES'); };
    const wanted = ['a/one.yml', 'a/b/two.yml'].map((name) => ({ path: name, content: '' }));
    await expect(writeFiles(root, wanted, false, desk.io.files)).rejects.toThrow(`${inRoot('a/one.yml')} could not be written: EACCES: it failed; nothing was written`);
    expect(all()).toEqual([]);
  });

  test('what cannot be put back is said, and what it held is kept', async () => {
    for (const name of CODESHIP.slice(0, 2)) writeFileSync(inRoot(name), `my ${name}`);
    let renames = 0;
    desk.files.rename = (async (from: string, to: string) => {
      if (++renames >= 3) throw systemError('EIO');
      return realFiles.rename(from, to);
    }) as Files['rename'];
    const { exitCode, stderr } = await init('codeship', '--force');
    expect(exitCode).toBe(3);
    const [message, ...lost] = stderr.trim().split('; ');
    expect(message).toBe(`ecr-ci: ${inRoot(CODESHIP[2])} could not be written: EIO: it failed`);
    expect(lost.length).toBe(2);
    lost.forEach((text, index) => {
      const [, file, kept] = /^(.+) was written, what it held is in (.+)$/.exec(text)!;
      expect(file).toBe(inRoot(CODESHIP[index]));
      expect(readFileSync(kept, 'utf8')).toBe(`my ${CODESHIP[index]}`);
    });
    expect(all().length).toBe(4);
  });

  test('a new file that cannot be taken away again is said too', async () => {
    breakAt('rename', 2, 'EIO');
    desk.files.rm = async () => { throw systemError('EIO'); };
    expect((await init('codeship')).stderr).toContain(`could not be written: EIO: it failed; ${inRoot(CODESHIP[0])} was written\n`);
  });
});

describe('is told wrongly', () => {
  test('for a CI that it does not know', async () => {
    for (const ci of ['travis', 'constructor']) {
      expect(await desk.run('init', ci, '--stack', 'MyStack')).toEqual(failure(
        `command-argument value '${ci}' is invalid for argument 'ci'. Allowed choices are ${CIS.join(', ')}; see "ecr-ci --help"`,
      ));
    }
    expect(await desk.run('init', '--stack', 'MyStack')).toEqual(failure('missing required argument \'ci\'; see "ecr-ci --help"'));
  });

  test('without a stack, or with nothing for an option', async () => {
    expect(await desk.run('init', 'github')).toEqual(failure('required option \'--stack <name>\' not specified; see "ecr-ci --help"'));
    for (const name of ['stack', 'repository', 'directory']) expect(await init('github', `--${name}`, '')).toEqual(failure(`--${name} is empty: name a ${name}`));
    expect(cloudFormation.commandCalls(DescribeStacksCommand)).toEqual([]);
  });

  test('for a repository of several that was not chosen, or is not there', async () => {
    outputs({ ...OUTPUTS, ...WORKER, ...KEY_OUTPUT });
    expect(await init('github')).toEqual(failure('the stack has 2 repositories: choose one by --repository, of myuser/myapp, myuser/worker'));
    expect(await init('github', '--repository', 'x')).toEqual(failure('the stack has no repository x: choose one of myuser/myapp, myuser/worker'));
    expect(all()).toEqual([]);
  });

  test('for a stack without an EcrCi, and a CI that cannot use its access', async () => {
    outputs({});
    expect(await init('github')).toEqual(failure('the stack has no output RegistryUrl: name a stack with an EcrCi'));
    outputs({ ...OUTPUTS, ...ROLE_OUTPUT });
    expect((await init('codeship')).stderr).toMatch(/^ecr-ci: Codeship gives its jobs no OIDC tokens/);
  });

  test('for a stack that is not there, or may not be read', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(awsError('ValidationError', 'Stack with id MyStack does not exist'));
    expect(await init('github')).toEqual(failure('there is no stack MyStack in this account and region: check the name, --region and --profile'));
    cloudFormation.on(DescribeStacksCommand).rejects(awsError('AccessDenied', 'not authorized'));
    expect(await init('github')).toEqual(failure('the stack MyStack could not be read: allow cloudformation:DescribeStacks to the identity (not authorized)'));
    expect(all()).toEqual([]);
  });
});

test('asks in the region that is named', async () => {
  await init('github', '--region', 'us-east-2');
  const { config } = cloudFormation.commandCalls(DescribeStacksCommand)[0].thisValue as CloudFormationClient;
  expect(await config.region()).toBe('us-east-2');
});

test('--help names every CI, and loads none of their files', async () => {
  jest.doMock('../../../cli/init', () => { throw new Error('loaded'); });
  let fresh: typeof import('../../../cli/main/run');
  jest.isolateModules(() => { fresh = require('../../../cli/main/run'); }); // eslint-disable-line @typescript-eslint/no-require-imports
  expect(await fresh!.run(['init', '--help'], desk.io)).toBe(0);
  for (const ci of CIS) expect(desk.stdout.text).toContain(`"${ci}"`);
  expect(await fresh!.run(['init', 'github', '--stack', 'MyStack'], desk.io)).toBe(3);
  expect(desk.stderr.text).toContain('loaded');
});
