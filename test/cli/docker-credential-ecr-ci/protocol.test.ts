import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { answer, type Answer } from '../../../cli/docker-credential-ecr-ci/protocol';
import { readDockercfg } from '../../../cli/secret/dockercfg';
import { entriesOf } from '../../../cli/secret/entries';
import type { Entries } from '../../../lambda/shared/dockercfg/entry';
import { version } from '../../lambda/refresh/fixtures';
import { authOf, Desk, HOST, HOUR, NOW, OTHER_HOST, SECRET, systemError } from '../fixtures';

const NOT_FOUND = 'credentials not found in native keychain\n';
const MINUTE = 60_000;

let desk: Desk;
let secret: Entries | Error;
let fetched: string[];
beforeEach(() => {
  desk = new Desk();
  desk.env.ECR_CI_SECRET = SECRET;
  fetched = [];
  secret = holds({ [HOST]: authOf('fresh') });
});
afterEach(() => desk.clear());

function holds(auths: Record<string, string>, expiresAt = NOW + 9 * HOUR): Entries {
  return dated(version(auths, expiresAt));
}

function dated({ value, versionId }: { value: string; versionId: string }): Entries {
  return entriesOf({ value, versionId, auths: readDockercfg(value, SECRET) });
}

async function call(action: string | string[], input = ''): Promise<Answer> {
  return answer([action].flat(), {
    io: desk.io,
    input: async () => input,
    fetch: async (secretId) => {
      fetched.push(secretId);
      if (secret instanceof Error) throw secret;
      return secret;
    },
    version: '1.2.3',
  });
}

const ok = (password: string, server = HOST): Answer => ({ stdout: `${JSON.stringify({ ServerURL: server, Username: 'AWS', Secret: password })}\n`, exitCode: 0 });

describe('get', () => {
  test('gives user and password of the host, however it is written', async () => {
    expect(await call('get', HOST)).toEqual(ok('fresh'));
    expect(await call('get', `https://${HOST}/v2/\n`)).toEqual(ok('fresh', `https://${HOST}/v2/`));
  });

  test('says that a host is unknown as the protocol does', async () => {
    expect(await call('get', 'https://index.docker.io/v1/')).toEqual({ stdout: NOT_FOUND, exitCode: 1 });
  });

  test('wants a host and a secret', async () => {
    expect(await call('get', ' \n')).toEqual({ stdout: 'no credentials server URL\n', exitCode: 1 });
    delete desk.env.ECR_CI_SECRET;
    expect(await call('get', HOST)).toEqual({ stdout: 'no secret was named: set ECR_CI_SECRET to the name or ARN of the secret with the dockercfg\n', exitCode: 1 });
  });

  test('a secret that cannot be read is an error that says so', async () => {
    secret = new Error('the secret my-secret could not be read: allow it\nmore');
    expect(await call('get', HOST)).toEqual({ stdout: 'the secret my-secret could not be read: allow it\n', exitCode: 1 });
  });

  test('an expired entry is an error that says so', async () => {
    secret = holds({ [HOST]: authOf('old') }, NOW);
    expect(await call('get', HOST)).toEqual({ stdout: `the credentials for ${HOST} in the secret my-secret expired at 2026-01-01T00:00:00Z: run "ecr-ci refresh"\n`, exitCode: 1 });
  });
});

describe('the cache', () => {
  const cached = (): string[] => readdirSync(path.join(desk.folder, '.cache', 'ecr-ci'));

  test('serves a version while it has more than six hours left, then asks again', async () => {
    await call('get', HOST);
    secret = holds({ [HOST]: authOf('newer') }, NOW + 12 * HOUR);
    desk.time = NOW + 3 * HOUR - 1;
    expect(await call('get', HOST)).toEqual(ok('fresh'));
    expect(fetched).toHaveLength(1);
    desk.time = NOW + 3 * HOUR;
    expect(await call('get', HOST)).toEqual(ok('newer'));
    expect(await call('get', HOST)).toEqual(ok('newer'));
    expect(fetched).toHaveLength(2);
  });

  test('is for its user only', async () => {
    await call('get', HOST);
    const directory = path.join(desk.folder, '.cache', 'ecr-ci');
    expect(cached()).toEqual([`${SECRET}-eu-west-1-null-null.json`]);
    expect(statSync(directory).mode.toString(8)).toMatch(/700$/);
    expect(statSync(path.join(directory, cached()[0])).mode.toString(8)).toMatch(/600$/);
  });

  test('helps out while AWS cannot be reached, but not beyond the end', async () => {
    await call('get', HOST);
    secret = new Error('no network');
    desk.time = NOW + 9 * HOUR - 1;
    expect(await call('get', HOST)).toEqual(ok('fresh'));
    expect(fetched).toHaveLength(2);
    expect(await call('get', OTHER_HOST)).toEqual({ stdout: 'no network\n', exitCode: 1 });
    desk.time = NOW + 9 * HOUR;
    expect(await call('get', HOST)).toEqual({ stdout: 'no network\n', exitCode: 1 });
  });

  test('asks again for a host that it lacks, after five minutes', async () => {
    await call('get', HOST);
    secret = holds({ [HOST]: authOf('fresh'), [OTHER_HOST]: authOf('added') });
    desk.time = NOW + 5 * MINUTE - 1;
    expect(await call('get', OTHER_HOST)).toEqual({ stdout: NOT_FOUND, exitCode: 1 });
    desk.time = NOW + 5 * MINUTE;
    expect(await call('get', OTHER_HOST)).toEqual(ok('added', OTHER_HOST));
  });

  test('keeps a dockercfg without an end for five minutes, and does not lean on it afterwards', async () => {
    secret = dated({ value: JSON.stringify({ auths: { [HOST]: { auth: authOf('static') } } }), versionId: 'other' });
    await call('get', HOST);
    desk.time = NOW + 5 * MINUTE - 1;
    expect(await call('get', HOST)).toEqual(ok('static'));
    expect(fetched).toHaveLength(1);
    secret = new Error('no network');
    desk.time = NOW + 5 * MINUTE;
    expect(await call('get', HOST)).toEqual({ stdout: 'no network\n', exitCode: 1 });
  });

  test('is another for another secret, region or profile', async () => {
    await call('get', HOST);
    for (const [name, value] of [['ECR_CI_SECRET', 'other'], ['AWS_REGION', 'us-east-1'], ['AWS_PROFILE', 'p']]) {
      desk.env[name] = value;
      await call('get', HOST);
    }
    expect(fetched).toEqual([SECRET, 'other', 'other', 'other']);
    expect(cached()).toHaveLength(4);
  });

  test('forgets when a client erases', async () => {
    await call('get', HOST);
    expect(await call('erase', HOST)).toEqual({ stdout: '', exitCode: 0 });
    expect(cached()).toEqual([]);
    await call('get', HOST);
    expect(fetched).toHaveLength(2);
  });

  test('can be turned off, and does without a place', async () => {
    desk.env.ECR_CI_CACHE = 'off';
    await call('get', HOST);
    expect(readdirSync(desk.folder)).toEqual([]);
    delete desk.env.ECR_CI_CACHE;
    delete desk.env.HOME;
    desk.homeDirectory = () => { throw systemError('ENOENT'); };
    expect(await call('get', HOST)).toEqual(ok('fresh'));
    expect(await call('erase', HOST)).toEqual({ stdout: '', exitCode: 0 });
    expect(fetched).toHaveLength(2);
  });

  test('that cannot be written or removed changes nothing', async () => {
    desk.files = {
      writeFile: async () => { throw systemError('ENOSPC', 'write'); },
      rm: async () => { throw systemError('EROFS'); },
    };
    expect(await call('get', HOST)).toEqual(ok('fresh'));
    expect(await call('erase', HOST)).toEqual({ stdout: '', exitCode: 0 });
    desk.files = { rename: async () => { throw systemError('EXDEV'); } };
    expect(await call('get', HOST)).toEqual(ok('fresh'));
    expect(cached()).toEqual([]);
  });

  const kept = (change: object = {}): string => JSON.stringify({
    key: JSON.stringify([SECRET, 'eu-west-1', null, null]), entries: { [HOST]: { auth: authOf('kept'), expiresAt: NOW + 9 * HOUR } }, readAt: NOW, ...change,
  });

  test('is believed as it was kept', async () => {
    await call('get', HOST);
    writeFileSync(path.join(desk.folder, '.cache', 'ecr-ci', cached()[0]), kept());
    expect(await call('get', HOST)).toEqual(ok('kept'));
  });

  test.each([
    '', '[]', '{}', 'null', kept({ key: JSON.stringify([SECRET, 'eu-west-2', null, null]) }), kept({ key: undefined }),
    kept({ readAt: '0' }), kept({ readAt: NOW + 1 }), kept({ entries: null }), kept({ entries: [] }),
    ...[null, {}, { auth: 1 }, { auth: '' }, { auth: authOf(''), expiresAt: NOW + 9 * HOUR }, { auth: authOf('kept'), expiresAt: '9' }].map((entry) => kept({ entries: { [HOST]: entry } })),
  ])('that holds %s is not believed', async (text) => {
    await call('get', HOST);
    const file = path.join(desk.folder, '.cache', 'ecr-ci', cached()[0]);
    writeFileSync(file, text);
    expect(await call('get', HOST)).toEqual(ok('fresh'));
    expect(fetched).toHaveLength(2);
    expect(JSON.parse(readFileSync(file, 'utf8')).readAt).toBe(NOW);
  });

  test('of two secrets whose names make the same file serves each its own', async () => {
    for (const [id, password] of [['a/b', 'first'], ['a.b', 'second'], ['a/b', 'third']]) {
      desk.env.ECR_CI_SECRET = id;
      secret = holds({ [HOST]: authOf(password) });
      expect(await call('get', HOST)).toEqual(ok(password));
    }
    expect(cached()).toHaveLength(1);
  });

  test('knows that a login does not expire', async () => {
    secret = new Map([[HOST, { auth: authOf('login'), expiresAt: Infinity }], [OTHER_HOST, { auth: authOf('token'), expiresAt: NOW + 9 * HOUR }]]);
    await call('get', HOST);
    desk.time = NOW + 2 * HOUR;
    expect(await call('get', HOST)).toEqual(ok('login'));
    expect(fetched).toHaveLength(1);
  });
});

test('list gives the users by host', async () => {
  secret = holds({ [HOST]: authOf('a'), [OTHER_HOST]: authOf('b') });
  expect(await call('list', 'unused')).toEqual({ stdout: `${JSON.stringify({ [HOST]: 'AWS', [OTHER_HOST]: 'AWS' })}\n`, exitCode: 0 });
  secret = new Error('denied');
  desk.env.ECR_CI_CACHE = 'off';
  expect(await call('list')).toEqual({ stdout: 'denied\n', exitCode: 1 });
});

test('store and erase are silent, whatever they are given', async () => {
  for (const input of ['', HOST, '{"ServerURL":"x","Username":"AWS","Secret":"p"}']) {
    expect(await call('store', input)).toEqual({ stdout: '', exitCode: 0 });
    expect(await call('erase', input)).toEqual({ stdout: '', exitCode: 0 });
  }
  delete desk.env.ECR_CI_SECRET;
  const broken = { io: desk.io, input: async () => { throw new Error('too long'); }, fetch: async () => { throw new Error('not called'); }, version: '1' };
  expect(await answer(['store'], broken)).toEqual({ stdout: '', exitCode: 0 });
  expect(await answer(['erase'], broken)).toEqual({ stdout: '', exitCode: 0 });
  expect(await answer(['get'], broken)).toEqual({ stdout: 'too long\n', exitCode: 1 });
});

test('tells its version and its use, and refuses anything else', async () => {
  for (const action of ['version', '--version', '-v']) expect(await call(action)).toEqual({ stdout: 'docker-credential-ecr-ci (cdk-ecr-ci) 1.2.3\n', exitCode: 0 });
  for (const action of ['--help', '-h']) expect(await call(action)).toEqual({ stdout: expect.stringMatching(/^Usage: docker-credential-ecr-ci <get\|store\|erase\|list\|version>\n/), exitCode: 0 });
  for (const args of [[], ['get', 'x']]) expect(await call(args)).toEqual({ stdout: expect.stringMatching(/^Usage: /), exitCode: 1 });
  expect(await call('steal')).toEqual({ stdout: 'docker-credential-ecr-ci: unknown action: steal\n', exitCode: 1 });
});

test('100,000 inputs: no crash, no hang, and never a password for another host', async () => {
  secret = holds({ [HOST]: authOf('pass-w0rd') });
  const files = new Map<string, string>();
  const memory: any = {
    readFile: async (name: string) => files.get(name) ?? Promise.reject(systemError('ENOENT')),
    writeFile: async (name: string, text: string) => files.set(name, text),
    rename: async (from: string, to: string) => files.set(to, files.get(from)!) && files.delete(from),
    rm: async (name: string) => files.delete(name),
    mkdir: async () => undefined,
  };
  const io = { ...desk.io, files: memory };
  const server = fc.oneof(
    fc.constantFrom(HOST, OTHER_HOST, `https://${HOST}`, `${HOST}/v1/`, `${HOST}:443`, `x${HOST}`, `${HOST}.`, `//${HOST}`, `a://b://${HOST}`, `${HOST}\0`, `${HOST}\n${OTHER_HOST}`, `${HOST}@evil.example`, `evil.example/${HOST}`, `evil.example#${HOST}`, `user@${HOST}`, '__proto__', 'constructor', 'toString'),
    fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 40 }), fc.json(), fc.webUrl(),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  );
  const known = fc.constantFrom('get', 'get', 'get', 'list', 'store', 'erase', 'version');
  const action = fc.oneof({ weight: 8, arbitrary: known }, { weight: 1, arbitrary: fc.string({ maxLength: 8 }) });
  const cache = fc.option(fc.oneof(fc.json(), fc.string()), { nil: undefined, freq: 1 });
  let answered = 0;
  await fc.assert(fc.asyncProperty(action, server, cache, fc.integer({ min: 0, max: 14 }), async (word, input, poison, hours) => {
    desk.time = NOW + hours * HOUR;
    if (poison !== undefined) for (const name of files.keys()) files.set(name, poison);
    const result = await answer([word], { io, input: async () => input, fetch: async () => secret as Entries, version: '1.2.3' });
    answered++;
    const bare = input.trim().toLowerCase();
    const asked = bare === HOST || new RegExp(`^([a-z][a-z0-9+.-]*://)?${HOST.replaceAll('.', '\\.')}(/|$)`).test(bare);
    if (result.stdout.includes('pass-w0rd')) expect({ word, asked, hours: hours < 9 }).toEqual({ word: 'get', asked: true, hours: true });
    else if (word === 'get' && asked && hours < 9) throw new Error(`no answer for ${JSON.stringify(input)}: ${result.stdout}`);
    expect([0, 1]).toContain(result.exitCode);
  }), { numRuns: 100_000 });
  expect(answered).toBeGreaterThanOrEqual(100_000);
}, 120_000);

test('a cache of this machine is in the folder for such things', () => {
  mkdirSync(path.join(desk.folder, 'cache'));
  desk.env.XDG_CACHE_HOME = path.join(desk.folder, 'cache');
  return call('get', HOST).then(() => expect(readdirSync(path.join(desk.folder, 'cache', 'ecr-ci'))).toHaveLength(1));
});
