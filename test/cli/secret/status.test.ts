import { DescribeSecretCommand, GetSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import { authOf, awsError, Desk, ecrAuth, HOST, HOUR, NOW, SECRET, SECRET_ARN } from '../fixtures';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.holds({ [HOST]: authOf('p') });
  desk.secretsManager.on(DescribeSecretCommand, { SecretId: SECRET })
    .resolves({ VersionIdsToStages: { 'dockercfg-now': ['AWSCURRENT'], 'dockercfg-before': ['AWSPREVIOUS'], 'old': [] } });
});
afterEach(() => desk.clear());

const mixed = (...hoursLeft: (number | undefined)[]): void => desk.holdsText(JSON.stringify({
  auths: Object.fromEntries(hoursLeft.map((hours, index) => [`h${index}.example`, { auth: hours === undefined ? authOf('p') : ecrAuth(NOW + hours * HOUR) }])),
}), 'other');

test('shows the registries, the last refresh and the versions', async () => {
  const { exitCode, stdout, stderr } = await desk.run('status', SECRET);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
    'REGISTRY                                      LEFT OF 12 HOURS',
    `${HOST}  [###############-----]  9 h`,
    '',
    `secret        ${SECRET_ARN}`,
    'last refresh  3 h ago, 2025-12-31T21:00:00Z',
    expect.stringMatching(/^version {7}dockercfg-1767258000-[0-9a-f]{32}$/),
    'previous      dockercfg-before',
    '',
  ]);
});

test('writes JSON for programs', async () => {
  expect(JSON.parse((await desk.run('status', SECRET, '--json')).stdout)).toEqual({
    state: 'fresh',
    secret: SECRET_ARN,
    registries: [{ host: HOST, state: 'fresh', expiresAt: '2026-01-01T09:00:00Z', secondsRemaining: 9 * 3600 }],
    lastRefresh: '2025-12-31T21:00:00Z',
    version: expect.stringMatching(/^dockercfg-1767258000-/),
    previousVersion: 'dockercfg-before',
  });
});

test.each<[(number | undefined)[], string[], number]>([
  [[12], ['[####################]  12 h'], 0],
  [[4, 13], ['[#######-------------]  4 h', '[####################]  13 h'], 0],
  [[3.99], ['[#######-------------]  3 h 59 min'], 1],
  [[undefined, 9], ['[--------------------]  unknown', '[###############-----]  9 h'], 1],
  [[0, 9], ['[--------------------]  expired 0 s ago', '[###############-----]  9 h'], 2],
  [[9, -2, 1], ['[###############-----]  9 h', '[--------------------]  expired 2 h ago', '[##------------------]  1 h'], 2],
])('with %p hours left it shows %p and ends with %d', async (hours, bars, exitCode) => {
  mixed(...hours);
  const result = await desk.run('status', SECRET);
  expect(result.exitCode).toBe(exitCode);
  expect(result.stdout.split('\n').slice(1, bars.length + 1)).toEqual(bars.map((line, index) => `h${index}.example  ${line}`));
});

test('the worst registry is the state of all', async () => {
  mixed(9, -1, 1, undefined);
  const { state, registries } = JSON.parse((await desk.run('status', SECRET, '--json')).stdout);
  expect(state).toBe('expired');
  expect(registries.map((registry: any) => [registry.state, registry.secondsRemaining])).toEqual([['fresh', 9 * 3600], ['expired', 0], ['near', 3600], ['unknown', undefined]]);
});

test('what is near can be chosen', async () => {
  expect((await desk.run('status', SECRET, '--near', '10h')).exitCode).toBe(1);
  expect((await desk.run('status', SECRET, '--near', '540min')).exitCode).toBe(0);
  expect(await desk.run('status', SECRET, '--near', 'soon')).toEqual({
    exitCode: 3, stdout: '', stderr: 'ecr-ci: --near must be a number and min, h or d, got: \'soon\'; write it such as 4h\n',
  });
});

test('does without what it may not see', async () => {
  desk.secretsManager.on(DescribeSecretCommand).rejects(awsError('AccessDeniedException'));
  desk.secretsManager.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ auths: { [HOST]: { auth: ecrAuth(NOW + HOUR) } } }), VersionId: 'v' });
  expect((await desk.run('status', SECRET)).stdout).toMatch(/secret {8}my-secret\nlast refresh {2}unknown\nversion {7}v\n$/);
  expect(JSON.parse((await desk.run('status', SECRET, '--json')).stdout)).toEqual({ state: 'near', secret: SECRET, registries: expect.any(Array), version: 'v' });
  desk.secretsManager.on(DescribeSecretCommand).resolves({});
  expect((await desk.run('status', SECRET)).stdout).not.toContain('previous');
});

describe('colours', () => {
  const coloured = async (...args: string[]): Promise<boolean> => (await desk.run('status', SECRET, ...args)).stdout.includes('\u001b[32m[####');

  test('are for terminals whose user wants them', async () => {
    expect(await coloured()).toBe(false);
    desk.stdout.isTerminal = true;
    expect(await coloured()).toBe(true);
    expect(await coloured('--no-color')).toBe(false);
    desk.env.NO_COLOR = '1';
    expect(await coloured()).toBe(false);
    desk.env.NO_COLOR = '';
    desk.env.TERM = 'dumb';
    expect(await coloured()).toBe(false);
  });
});

test('a secret that is missing ends with 2, in JSON too; what cannot be known with 3', async () => {
  desk.secretsManager.on(GetSecretValueCommand).rejects(new ResourceNotFoundException({ message: 'can\'t find the specified secret.', $metadata: {} }));
  expect(await desk.run('status', SECRET)).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('there is no secret my-secret') });
  const result = await desk.run('status', SECRET, '--json');
  expect(result).toMatchObject({ exitCode: 2, stderr: '' });
  expect(JSON.parse(result.stdout)).toEqual({ state: 'missing', reason: expect.stringContaining('there is no secret my-secret') });
  desk.secretsManager.on(GetSecretValueCommand).rejects(awsError('AccessDeniedException'));
  expect(await desk.run('status', SECRET, '--json')).toMatchObject({ exitCode: 3, stdout: '' });
});
