import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { changeConfig, readConfig } from '../../../cli/config/file';
import { configFile } from '../../../cli/config/location';
import { realFiles } from '../../../cli/shared/files';
import { authOf, Desk, HOST, OTHER_HOST, systemError } from '../fixtures';

let desk: Desk;
let file: string;
beforeEach(() => {
  desk = new Desk();
  file = desk.configFile;
});
afterEach(() => desk.clear());

const login = async (host = HOST, to = file) => changeConfig(to, (config) => config.login(new Map([[host, authOf('p')]])), desk.io);
const hosts = (): string[] => Object.keys(JSON.parse(readFileSync(file, 'utf8')).auths);
const mode = (name: string): string => statSync(name).mode.toString(8).slice(-3);
const given = (text: string): void => {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
};

test('makes the folder and the file for their owner only', async () => {
  await login();
  expect(mode(path.dirname(file))).toBe('700');
  expect(mode(file)).toBe('600');
  expect(readdirSync(path.dirname(file))).toEqual(['config.json']);
});

test('a file that others could read is theirs no more', async () => {
  given('{}');
  chmodSync(file, 0o644);
  await login();
  expect(mode(file)).toBe('600');
});

test('keeps the owner of the file', async () => {
  given('{}');
  const chown = jest.fn();
  desk.files = { chown, stat: (async (name: string) => ({ uid: name === file ? 501 : 0, gid: name === file ? 20 : 0 })) as any };
  await login();
  expect(chown).toHaveBeenCalledWith(expect.stringMatching(/config\.json\..*\.tmp$/), 501, 20);
  if (process.getuid!() === 0) { // nobody else may give files away
    desk.files = {};
    chownSync(file, 501, 20);
    await login();
    expect(statSync(file)).toMatchObject({ uid: 501, gid: 20 });
  }
});

test('a symbolic link stays one, and what it leads to is changed, also if it is not there yet', async () => {
  const target = path.join(desk.folder, 'shared', 'config.json');
  mkdirSync(path.dirname(file), { recursive: true });
  mkdirSync(path.dirname(target));
  symlinkSync('../shared/config.json', file);
  await login();
  await login(OTHER_HOST);
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(Object.keys(JSON.parse(readFileSync(target, 'utf8')).auths)).toEqual([HOST, OTHER_HOST]);
  expect(readdirSync(path.dirname(target))).toEqual(['config.json']);
});

test('fifty logins at once lose nothing', async () => {
  given('{"auths":{"ghcr.io":{"auth":"YTpi"}}}');
  desk.files = {}; // the real ones
  const io = { ...desk.io, now: Date.now, sleep: async (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms)) };
  const wanted = Array.from({ length: 50 }, (_, index) => `h${index}.example`);
  await Promise.all(wanted.map(async (host) => changeConfig(file, (config) => config.login(new Map([[host, authOf('p')]])), io)));
  expect(hosts().sort()).toEqual(['ghcr.io', ...wanted].sort());
});

test('a writer that knows no lock and comes between is not lost', async () => {
  given('{"auths":{}}');
  let between = true;
  desk.files = {
    rename: async () => { throw new Error('the file was replaced although it had changed'); },
    open: async (name, ...more) => {
      if (String(name).endsWith('.tmp') && between) {
        between = false;
        writeFileSync(file, '{"auths":{"ghcr.io":{}}}');
        desk.files.rename = realFiles.rename;
      }
      return realFiles.open(name, ...more);
    },
  };
  // The object is copied by desk.io: let it see the change.
  const io = { ...desk.io, files: { ...desk.io.files, rename: async (from: any, to: any) => desk.files.rename!(from, to) } };
  const seen: string[][] = [];
  await changeConfig(file, (config) => {
    seen.push(config.keys);
    return config.login(new Map([[HOST, authOf('p')]]));
  }, io);
  expect(seen).toEqual([[], ['ghcr.io']]);
  expect(hosts()).toEqual(['ghcr.io', HOST]);
});

test('a file that changes all the time is given up', async () => {
  given('{}');
  let count = 0;
  desk.files = {
    open: async (name, ...more) => {
      if (String(name).endsWith('.tmp')) writeFileSync(file, `{"a":${count++}}`);
      return realFiles.open(name, ...more);
    },
  };
  await expect(login()).rejects.toThrow('is changed by others all the time');
  expect(count).toBe(10);
  expect(readdirSync(path.dirname(file))).toEqual(['config.json']);
});

test('waits for another login, and says so when it takes too long', async () => {
  given('{}');
  writeFileSync(`${file}.lock`, '');
  utimesSync(`${file}.lock`, desk.time / 1000 + 60, desk.time / 1000 + 60);
  await expect(login()).rejects.toThrow(`another login holds ${file}.lock: wait for it, or remove that file if there is none`);
  expect(readFileSync(file, 'utf8')).toBe('{}');
  expect(existsSync(`${file}.lock`)).toBe(true);
});

test('does not wait for a login that was killed', async () => {
  given('{}');
  writeFileSync(`${file}.lock`, '');
  utimesSync(`${file}.lock`, desk.time / 1000 - 6, desk.time / 1000 - 6);
  await login();
  expect(hosts()).toEqual([HOST]);
});

test('takes a lock that goes away between two looks', async () => {
  given('{}');
  let first = true;
  desk.files = {
    open: async (name, ...more) => {
      if (String(name).endsWith('.lock') && first) {
        first = false;
        throw systemError('EEXIST');
      }
      return realFiles.open(name, ...more);
    },
  };
  await login();
  expect(hosts()).toEqual([HOST]);
});

describe('leaves the file as it is, and says why, if', () => {
  const before = '{"auths":{"ghcr.io":{"auth":"YTpi"}}}';
  const refused = async (message: string | RegExp): Promise<void> => {
    await expect(login()).rejects.toThrow(message);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(readdirSync(path.dirname(file))).toEqual(['config.json']);
  };
  beforeEach(() => given(before));

  test('the disk is full', async () => {
    const full = (method: 'writeFile' | 'sync' | 'close') => async (name: any, ...more: any[]): Promise<any> => {
      const handle = await realFiles.open(name, ...more);
      if (String(name).endsWith('.tmp')) {
        const original = handle[method].bind(handle) as () => Promise<void>;
        (handle as any)[method] = async () => {
          if (method === 'close') await original();
          throw systemError('ENOSPC', 'write');
        };
      }
      return handle;
    };
    for (const method of ['writeFile', 'sync', 'close'] as const) {
      desk.files = { open: full(method) };
      await refused(`${file} cannot be used: the disk is full: free some space; the file is as it was`);
    }
  });

  test.each([
    ['EROFS', 'its file system is read-only'], ['EACCES', 'it may not be read or written by this user'], ['EPERM', 'it may not be written by this user'],
    ['EDQUOT', 'the disk quota is used up'], ['EIO', 'EIO: it failed'],
  ])('its folder answers %s', async (code, message) => {
    desk.files = { open: async () => { throw systemError(code); } };
    await refused(`${file} cannot be used: ${message}`);
  });

  test('it is mounted, so that it cannot be replaced', async () => {
    desk.files = { rename: async () => { throw systemError('EBUSY'); } };
    await refused(`${file} cannot be used: it cannot be replaced where it is mounted: mount its folder instead of the file`);
  });

  test('something happens that has no code', async () => {
    desk.files = { rename: async () => { throw new Error('no code'); } };
    await refused(`${file} cannot be used: no code`);
  });

  test('its owner cannot be kept', async () => {
    desk.files = { chown: async () => { throw systemError('EPERM'); }, stat: (async (name: string) => ({ uid: name.length, gid: 0 })) as any };
    await refused(/may not be written by this user/);
  });
});

test.each(['not JSON', '{"auths":[]}', '[]'])('leaves a file as it is that holds %s', async (text) => {
  given(text);
  await expect(login()).rejects.toThrow(new RegExp(`^${file} (is not JSON|is no JSON object|has "auths" that is no object): mend or remove it; it was left as it is$`));
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(readdirSync(path.dirname(file))).toEqual(['config.json']);
});

test('refuses a directory, and a path through a file', async () => {
  mkdirSync(file, { recursive: true });
  await expect(login()).rejects.toThrow(`${file} cannot be used: it is a directory: remove it, or name a file by --authfile`);
  await expect(readConfig(file, desk.io)).rejects.toThrow('it is a directory');
  writeFileSync(path.join(desk.folder, 'file'), '');
  await expect(login(HOST, path.join(desk.folder, 'file', 'config.json'))).rejects.toThrow('a part of its path is no directory');
});

test('refuses links that lead in a circle', async () => {
  mkdirSync(path.dirname(file), { recursive: true });
  symlinkSync('other.json', file);
  symlinkSync('config.json', path.join(path.dirname(file), 'other.json'));
  await expect(login()).rejects.toThrow('its symbolic links lead in a circle: remove them');
});

test('a change that is none writes nothing', async () => {
  expect(await changeConfig(file, () => undefined, desk.io)).toBeUndefined();
  expect(existsSync(file)).toBe(false);
  expect(await readConfig(file, desk.io)).toBeUndefined();
});

test('reads', async () => {
  await login();
  expect((await readConfig(file, desk.io))!.keys).toEqual([HOST]);
});

describe('the file is', () => {
  test('the one of --authfile, else in DOCKER_CONFIG, else in the home directory', () => {
    desk.env.DOCKER_CONFIG = '/docker';
    expect(configFile('/run/auth.json', desk.io)).toBe('/run/auth.json');
    expect(configFile('auth.json', desk.io)).toBe(path.resolve('auth.json'));
    expect(configFile(undefined, desk.io)).toBe('/docker/config.json');
    desk.env.DOCKER_CONFIG = '';
    expect(configFile(undefined, desk.io)).toBe(file);
  });

  test('where Windows has it', () => {
    desk.platform = 'win32';
    desk.env.USERPROFILE = 'C:\\Users\\me';
    expect(configFile(undefined, desk.io)).toBe('C:\\Users\\me\\.docker\\config.json');
    desk.env.DOCKER_CONFIG = 'D:\\docker';
    expect(configFile(undefined, desk.io)).toBe('D:\\docker\\config.json');
  });

  test('in the home directory that the system knows, if the environment names none', () => {
    delete desk.env.HOME;
    desk.homeDirectory = () => '/home/me';
    expect(configFile(undefined, desk.io)).toBe('/home/me/.docker/config.json');
  });

  test('nowhere without a home directory', () => {
    delete desk.env.HOME;
    desk.homeDirectory = () => { throw systemError('ENOENT', 'uv_os_homedir'); };
    expect(() => configFile(undefined, desk.io)).toThrow('there is no home directory: set DOCKER_CONFIG or HOME, or name the file by --authfile');
    expect(() => configFile('', desk.io)).toThrow('--authfile is empty: name a file');
  });
});
