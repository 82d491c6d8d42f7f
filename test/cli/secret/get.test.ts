import { authOf, Desk, ecrAuth, HOST, HOUR, NOW, OTHER_HOST, SECRET, systemError } from '../fixtures';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.holds({ [HOST]: authOf('pass:word') });
});
afterEach(() => desk.clear());

const dockercfg = `{"auths":{"${HOST}":{"auth":"${authOf('pass:word')}"}}}`;

test('writes the dockercfg as the secret holds it', async () => {
  expect(await desk.run('get', SECRET)).toEqual({ exitCode: 0, stdout: `${dockercfg}\n`, stderr: '' });
});

test('writes the password alone', async () => {
  expect(await desk.run('get', SECRET, '--password')).toEqual({ exitCode: 0, stdout: 'pass:word\n', stderr: '' });
});

test('writes a line for a file of variables, which is no shell\'s', async () => {
  expect((await desk.run('get', SECRET, '--env')).stdout).toBe(`DOCKER_AUTH_CONFIG=${dockercfg}\n`);
  expect(JSON.parse((await desk.run('get', SECRET, '--env', '--json')).stdout)).toEqual({ DOCKER_AUTH_CONFIG: dockercfg });
});

test('writes an entry as JSON, with its end if that is known', async () => {
  const entry = { host: HOST, username: 'AWS', password: 'pass:word' };
  expect(JSON.parse((await desk.run('get', SECRET, '--password', '--json')).stdout)).toEqual({ ...entry, expiresAt: '2026-01-01T09:00:00Z' });
  desk.holdsText(dockercfg);
  expect(JSON.parse((await desk.run('get', SECRET, '--password', '--json')).stdout)).toEqual(entry);
});

describe('with several hosts', () => {
  beforeEach(() => desk.holds({ [HOST]: authOf('a'), [OTHER_HOST]: authOf('b') }));

  test('takes one of them, written in any way', async () => {
    expect((await desk.run('get', SECRET, '--password', '--host', OTHER_HOST)).stdout).toBe('b\n');
    expect((await desk.run('get', SECRET, '--password', '--host', `https://${HOST}/v2/`)).stdout).toBe('a\n');
    expect(JSON.parse((await desk.run('get', SECRET, '--host', HOST)).stdout)).toEqual({ auths: { [HOST]: { auth: authOf('a') } } });
  });

  test('asks which', async () => {
    expect(await desk.run('get', SECRET, '--password')).toEqual({
      exitCode: 3, stdout: '', stderr: `ecr-ci: the dockercfg has 2 hosts: choose one by --host, of ${HOST}, ${OTHER_HOST}\n`,
    });
  });

  test('knows no other host', async () => {
    expect(await desk.run('get', SECRET, '--host', 'ghcr.io')).toEqual({
      exitCode: 2, stdout: '', stderr: `ecr-ci: the dockercfg has no host ghcr.io: choose one of ${HOST}, ${OTHER_HOST}\n`,
    });
  });

  test('an expired host fails alone, and warns beside others', async () => {
    desk.holdsText(JSON.stringify({ auths: { [HOST]: { auth: ecrAuth(NOW - HOUR) }, [OTHER_HOST]: { auth: ecrAuth(NOW + HOUR) } } }));
    expect(await desk.run('get', SECRET, '--host', OTHER_HOST)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await desk.run('get', SECRET)).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`the credentials for ${HOST} in the secret`) });
    expect(await desk.run('get', SECRET, '--host', HOST)).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

describe('with entries that expire apart', () => {
  const login = Buffer.from('me:token').toString('base64');
  beforeEach(() => desk.holds(
    { [HOST]: authOf('a'), [OTHER_HOST]: authOf('b'), 'ghcr.io': login },
    { [HOST]: NOW + HOUR, [OTHER_HOST]: NOW + 9 * HOUR, 'ghcr.io': Infinity },
  ));

  test('writes the registries and not the entry that says when', async () => {
    expect(Object.keys(JSON.parse((await desk.run('get', SECRET)).stdout).auths)).toEqual([HOST, OTHER_HOST, 'ghcr.io']);
    expect((await desk.run('login', SECRET, '--json')).stdout).not.toContain('invalid');
  });

  test('each has its own end', async () => {
    const ends: unknown[] = [];
    for (const host of [HOST, OTHER_HOST, 'ghcr.io']) {
      ends.push(JSON.parse((await desk.run('get', SECRET, '--password', '--json', '--host', host)).stdout).expiresAt);
    }
    expect(ends).toEqual(['2026-01-01T01:00:00Z', '2026-01-01T09:00:00Z', undefined]);
    desk.time = NOW + 2 * HOUR;
    expect((await desk.run('login', SECRET)).stdout).toContain(`logged in to ${OTHER_HOST}, ghcr.io, for 7 h\n`);
    const { exitCode, stdout } = await desk.run('status', SECRET);
    expect({ exitCode, rows: stdout.split('\n').slice(1, 4).map((row) => row.split(']  ')[1]) }).toEqual({ exitCode: 2, rows: ['expired 1 h ago', '7 h', 'no end'] });
  });
});

test('writes the form of a dockercfg without auths as a config.json', async () => {
  desk.holdsText(`{"${HOST}":{"auth":"${authOf('p')}"}}`);
  expect((await desk.run('get', SECRET)).stdout).toBe(`{"auths":{"${HOST}":{"auth":"${authOf('p')}"}}}\n`);
});

test('gives nothing that has expired', async () => {
  desk.time = NOW + 9 * HOUR;
  expect(await desk.run('get', SECRET)).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `ecr-ci: the credentials for ${HOST} in the secret ${SECRET} expired at 2026-01-01T09:00:00Z: run "ecr-ci refresh", and see why its schedule did not\n`,
  });
});

test('wants a secret, and one of two forms', async () => {
  expect(await desk.run('get')).toMatchObject({ exitCode: 3, stderr: 'ecr-ci: no secret was named: give its name or ARN, --stack NAME, or set ECR_CI_SECRET\n' });
  expect(await desk.run('get', SECRET, '--stack', 'S')).toMatchObject({ exitCode: 3, stderr: 'ecr-ci: a secret and --stack were given: leave one out\n' });
  expect(await desk.run('get', SECRET, '--password', '--env')).toMatchObject({ exitCode: 3, stderr: 'ecr-ci: --password and --env were given: leave one out\n' });
});

test('a reader that is gone is an error without a credential', async () => {
  desk.stdout.failure = systemError('EPIPE', 'write');
  expect(await desk.run('get', SECRET)).toEqual({
    exitCode: 3, stdout: '', stderr: 'ecr-ci: the output could not be written, its reader is gone or its disk is full (EPIPE)\n',
  });
  desk.stderr.failure = systemError('EPIPE', 'write');
  expect((await desk.run('get', SECRET)).exitCode).toBe(3);
});
