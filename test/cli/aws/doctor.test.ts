import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { tryPull, tryPush } from '../../../cli/aws/registry';
import { authOf, awsError, Desk, ecrAuth, HOST, HOUR, NOW, OTHER_HOST, SECRET } from '../fixtures';

jest.mock('../../../cli/aws/registry', () => ({ tryPull: jest.fn(), tryPush: jest.fn() }));

const IMAGE = `${HOST}/myuser/myapp:v1`;
const VALID = ecrAuth(NOW + HOUR);
const DENIED = 'User: arn:aws:sts::111122223333:assumed-role/R is not authorized to perform: ecr:BatchGetImage on resource: x';
const ecr = mockClient(ECRClient);
const sts = mockClient(STSClient);

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  [ecr, sts].forEach((mock) => mock.reset());
  sts.on(GetCallerIdentityCommand).resolves({});
  jest.mocked(tryPull).mockResolvedValue({ status: 200, code: '', message: '' });
  jest.mocked(tryPush).mockResolvedValue({ status: 202, code: '', message: '' });
  logins({ [HOST]: { auth: VALID } });
});
afterEach(() => desk.clear());

function logins(auths: object, more: object = {}): void {
  mkdirSync(path.dirname(desk.configFile), { recursive: true });
  writeFileSync(desk.configFile, JSON.stringify({ auths, ...more }));
}

const pullAnswers = (status: number, code = '', message = ''): void => void jest.mocked(tryPull).mockResolvedValue({ status, code, message });
const pushAnswers = (status: number, code = '', message = ''): void => void jest.mocked(tryPush).mockResolvedValue({ status, code, message });

/** The causes that are found, in the order in which they are told. */
async function causes(...args: string[]): Promise<string[]> {
  const { exitCode, stdout } = await desk.run('doctor', IMAGE, '--json', ...args);
  const { image, findings } = JSON.parse(stdout);
  expect(image).toBe(IMAGE);
  expect(exitCode).toBe(findings.length === 0 ? 0 : 1);
  for (const { problem, fix } of findings) expect([problem, fix].every((text) => text.length > 10 && !text.includes('\n'))).toBe(true);
  return findings.map(({ cause }: { cause: string }) => cause);
}

test('finds no cause where there is none', async () => {
  expect(await desk.run('doctor', IMAGE)).toEqual({ exitCode: 0, stdout: `no cause found: a pull of ${IMAGE} is let in\n`, stderr: '' });
  pullAnswers(404, 'MANIFEST_UNKNOWN');
  expect((await desk.run('doctor', IMAGE, '--push')).stdout).toBe(`no cause found: a push of ${IMAGE} is let in\n`);
  expect(jest.mocked(tryPull).mock.calls[0].slice(0, 2)).toEqual([
    { account: '111122223333', region: 'eu-west-1', host: HOST, repository: 'myuser/myapp', reference: 'v1', isDigest: false }, VALID,
  ]);
});

test('says the cause and the fix', async () => {
  logins({ [HOST]: { auth: ecrAuth(NOW - HOUR) } });
  expect(await desk.run('doctor', IMAGE)).toEqual({
    exitCode: 1,
    stderr: '',
    stdout: `expired: the login for ${HOST} in ${desk.configFile} expired at 2025-12-31T23:00:00Z\n`
      + '  fix: run "ecr-ci login", or "ecr-ci refresh" if the secret has expired too\n',
  });
  desk.stdout.isTerminal = true;
  expect((await desk.run('doctor', IMAGE)).stdout).toContain('\u001b[31mexpired\u001b[39m: ');
});

describe('the cause is', () => {
  test('no-login', async () => {
    logins({ [OTHER_HOST]: { auth: VALID } });
    expect(await causes()).toEqual(['no-login']);
    logins({ [HOST]: {} });
    expect(await causes()).toEqual(['no-login']);
    expect(await causes('--authfile', path.join(desk.folder, 'none.json'))).toEqual(['no-login']);
    expect(tryPull).not.toHaveBeenCalled();
  });

  test('no-identity, beside the login that is missing', async () => {
    logins({});
    sts.on(GetCallerIdentityCommand).rejects(awsError('CredentialsProviderError', 'Could not load credentials'));
    expect(await causes()).toEqual(['no-login', 'no-identity']);
    expect((await desk.run('doctor', IMAGE)).stdout).toContain('fix: AWS does not know who asks: there is no AWS identity here: set AWS_PROFILE or');
  });

  test('expired, by the token\'s own word or the registry\'s', async () => {
    logins({ [HOST]: { auth: ecrAuth(NOW) } });
    expect(await causes()).toEqual(['expired']);
    expect(tryPull).not.toHaveBeenCalled();
    logins({ [HOST]: { auth: authOf('says nothing') } });
    pullAnswers(403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.');
    expect(await causes()).toEqual(['expired']);
  });

  test('other-region, from which the login was copied', async () => {
    logins({ [OTHER_HOST]: { auth: VALID }, 'ghcr.io': { auth: VALID }, [HOST]: { auth: VALID } });
    expect(await causes()).toEqual([]);
    for (const status of [400, 401, 403]) {
      pullAnswers(status);
      expect(await causes()).toEqual(['other-region']);
    }
    expect((await desk.run('doctor', IMAGE)).stdout).toContain(`is that of ${OTHER_HOST}: a token is for one region`);
  });

  test('stale-key', async () => {
    logins({ [`https://${HOST}`]: { auth: authOf('old') }, [HOST]: { auth: VALID } });
    expect(await causes()).toEqual(['stale-key']);
    expect((await desk.run('doctor', IMAGE)).stdout).toContain(`has https://${HOST} with another login, which some clients take`);
    logins({ [`https://${HOST}`]: { auth: VALID }, [`${HOST}/v1/`]: { auth: VALID } });
    expect(await causes()).toEqual([]);
    logins({ [`https://${HOST}`]: { auth: ecrAuth(NOW - 1000) } });
    expect(await causes()).toEqual(['expired']);
  });

  test('shadowing-helper', async () => {
    logins({ [HOST]: { auth: VALID } }, { credHelpers: { [HOST]: 'ecr-login' } });
    expect(await causes()).toEqual(['shadowing-helper']);
    logins({}, { credsStore: 'desktop' });
    expect(await causes()).toEqual(['shadowing-helper', 'no-login']);
  });

  test('no-permission, and which', async () => {
    pullAnswers(403, 'DENIED', DENIED);
    expect(await causes()).toEqual(['no-permission']);
    expect((await desk.run('doctor', IMAGE)).stdout).toMatch(/ecr:BatchGetImage is missing \(User: .*\)\n {2}fix: grant it: repository\.grantPull\(credentials\)/);
    pullAnswers(200);
    pushAnswers(403, 'DENIED', 'no reason');
    expect(await causes('--push')).toEqual(['no-permission']);
    expect((await desk.run('doctor', IMAGE, '--push')).stdout).toMatch(/may not use myuser\/myapp \(no reason\)\n {2}fix: grant it: repository\.grantPullPush/);
  });

  test('refused, also beside the login of another region', async () => {
    pullAnswers(401);
    logins({ [OTHER_HOST]: { auth: authOf('its own') }, [HOST]: { auth: VALID } });
    expect(await causes()).toEqual(['refused']);
  });

  test('no-repository', async () => {
    pullAnswers(404, 'NAME_UNKNOWN');
    expect(await causes()).toEqual(['no-repository']);
    pullAnswers(404, 'MANIFEST_UNKNOWN');
    pushAnswers(404, 'NAME_UNKNOWN');
    expect(await causes('--push')).toEqual(['no-repository']);
  });

  test('no-image', async () => {
    pullAnswers(404, 'MANIFEST_UNKNOWN');
    expect(await causes()).toEqual(['no-image']);
  });

  test.each<[string, string[] | undefined, string[]]>([
    ['IMMUTABLE', undefined, ['immutable-tag']],
    ['MUTABLE', undefined, []],
    ['IMMUTABLE_WITH_EXCLUSION', ['latest', 'pr-*'], ['immutable-tag']],
    ['IMMUTABLE_WITH_EXCLUSION', ['latest', 'v*'], []],
    ['IMMUTABLE_WITH_EXCLUSION', ['vx'], ['immutable-tag']],
    ['MUTABLE_WITH_EXCLUSION', ['v.'], []],
    ['MUTABLE_WITH_EXCLUSION', ['v1'], ['immutable-tag']],
  ])('immutable-tag, if %s but for %p', async (imageTagMutability: any, filters, expected) => {
    ecr.on(DescribeRepositoriesCommand, { registryId: '111122223333', repositoryNames: ['myuser/myapp'] }).resolves({
      repositories: [{ imageTagMutability, ...(filters ? { imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filter, filterType: 'WILDCARD' })) } : {}) }],
    });
    expect(await causes('--push')).toEqual(expected);
  });
});

test('a repository that says nothing about its tags is taken for mutable, and one that may not be asked is told', async () => {
  ecr.on(DescribeRepositoriesCommand).resolves({ repositories: [{}] });
  expect(await causes('--push')).toEqual([]);
  ecr.on(DescribeRepositoriesCommand).rejects(awsError('AccessDeniedException', 'no'));
  expect(await desk.run('doctor', IMAGE, '--push')).toMatchObject({
    exitCode: 0, stderr: 'ecr-ci: whether the tag may be overwritten is not known: allow ecr:DescribeRepositories to the identity (no)\n',
  });
  const digest = `${HOST}/myuser/myapp@sha256:${'0'.repeat(64)}`;
  ecr.reset();
  expect((await desk.run('doctor', digest, '--push')).exitCode).toBe(0);
  expect(ecr.calls()).toHaveLength(0);
});

describe('with our own helper', () => {
  beforeEach(() => {
    logins({}, { credHelpers: { [HOST]: 'ecr-ci' } });
    desk.env.ECR_CI_SECRET = SECRET;
  });

  test('the login is the secret\'s', async () => {
    desk.holds({ [HOST]: VALID });
    expect(await causes()).toEqual([]);
    expect(jest.mocked(tryPull).mock.calls[0][1]).toBe(VALID);
    desk.holds({ [HOST]: ecrAuth(NOW - HOUR) });
    expect((await desk.run('doctor', IMAGE)).stdout).toContain('in the secret my-secret expired at');
  });

  test('the secret may lack the host, or not be named', async () => {
    desk.holds({ [OTHER_HOST]: VALID });
    expect(await causes()).toEqual(['no-login']);
    delete desk.env.ECR_CI_SECRET;
    expect(await desk.run('doctor', IMAGE)).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('no secret was named') });
  });

  test('login does not warn of it', async () => {
    desk.holds({ [HOST]: VALID });
    expect((await desk.run('login', SECRET)).stderr).toBe('');
  });
});

test('what keeps it from looking is an error', async () => {
  pullAnswers(503);
  expect(await desk.run('doctor', IMAGE)).toEqual({ exitCode: 3, stdout: '', stderr: `ecr-ci: the registry ${HOST} answered with status 503: try again\n` });
  writeFileSync(desk.configFile, 'no JSON');
  expect(await desk.run('doctor', IMAGE)).toMatchObject({ exitCode: 3, stderr: `ecr-ci: ${desk.configFile} is not JSON: mend or remove it; it was left as it is\n` });
});

test.each(['', 'myapp', 'ghcr.io/me/app:1', HOST, `${HOST}/`, `${HOST}/App`, `${HOST}/app:`, `${HOST}/app@sha256:12`, `https://${HOST}/app`])('%p is no image of ECR', async (image) => {
  expect(await desk.run('doctor', image)).toEqual({
    exitCode: 3, stdout: '', stderr: `ecr-ci: IMAGE must be an image in ECR, got: '${image}'; write it such as 111122223333.dkr.ecr.eu-west-1.amazonaws.com/myuser/myapp:latest\n`,
  });
});
