import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { GetSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import { authOf, awsError, Desk, ecrAuth, HOST, HOUR, NOW, OTHER_HOST, SECRET, SECRET_ARN, systemError } from '../fixtures';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.holds({ [HOST]: authOf('fresh') });
});
afterEach(() => desk.clear());

const config = (): any => JSON.parse(readFileSync(desk.configFile, 'utf8'));
const given = (value: object): void => {
  mkdirSync(path.dirname(desk.configFile), { recursive: true });
  writeFileSync(desk.configFile, JSON.stringify(value));
};

describe('login', () => {
  test('puts the dockercfg into Docker\'s file', async () => {
    expect(await desk.run('login', SECRET)).toEqual({
      exitCode: 0, stdout: `logged in to ${HOST}, for 9 h\nwritten to ${desk.configFile}\n`, stderr: '',
    });
    expect(config()).toEqual({ auths: { [HOST]: { auth: authOf('fresh') } } });
  });

  test('says which old entries went, and keeps what is not its own', async () => {
    given({ auths: { [`https://${HOST}`]: { auth: authOf('stale') }, [HOST]: { auth: authOf('old') }, 'ghcr.io': {} }, currentContext: 'x' });
    expect((await desk.run('login', SECRET)).stdout).toContain(`removed the old entry https://${HOST}\nwritten`);
    expect(config()).toEqual({ auths: { 'ghcr.io': {}, [HOST]: { auth: authOf('fresh') } }, currentContext: 'x' });
  });

  test('writes JSON for programs', async () => {
    given({ auths: { [`${HOST}/v1/`]: {} } });
    expect(JSON.parse((await desk.run('login', SECRET, '--json')).stdout)).toEqual({
      file: desk.configFile, hosts: [HOST], evicted: [`${HOST}/v1/`], warnings: [], expiresAt: '2026-01-01T09:00:00Z',
    });
  });

  test('takes another file for other clients', async () => {
    const authfile = path.join(desk.folder, 'containers', 'auth.json');
    await desk.run('login', SECRET, '--authfile', authfile);
    expect(JSON.parse(readFileSync(authfile, 'utf8')).auths[HOST]).toEqual({ auth: authOf('fresh') });
  });

  test('reads the secret of the environment, and the region of an ARN', async () => {
    desk.holds({ [HOST]: authOf('fresh') }, undefined, SECRET_ARN);
    desk.env.ECR_CI_SECRET = SECRET_ARN;
    desk.env.AWS_REGION = 'us-east-1';
    expect((await desk.run('login')).exitCode).toBe(0);
    const client: any = desk.secretsManager.commandCalls(GetSecretValueCommand)[0].thisValue;
    expect(await client.config.region()).toBe('eu-west-1');
  });

  test('warns of a helper that Docker asks instead', async () => {
    given({ credHelpers: { [HOST]: 'ecr-login' }, credsStore: 'desktop' });
    desk.holds({ [HOST]: authOf('a'), [OTHER_HOST]: authOf('b') });
    const { exitCode, stderr } = await desk.run('login', SECRET);
    expect(exitCode).toBe(0);
    expect(stderr.split('\n')).toEqual([
      `ecr-ci: Docker will not see this login: "credHelpers" in ${desk.configFile} sends it to docker-credential-ecr-login for ${HOST}; remove that line`,
      `ecr-ci: Docker will not see this login: "credsStore" in ${desk.configFile} sends it to docker-credential-desktop; `
      + `remove that line, or set "credHelpers" to "ecr-ci" for ${OTHER_HOST}`,
      '',
    ]);
    expect(JSON.parse((await desk.run('login', SECRET, '--json')).stdout).warnings).toHaveLength(2);
  });

  test('leaves an expired entry out and says so, and fails if all are', async () => {
    desk.holdsText(JSON.stringify({ auths: { [HOST]: { auth: ecrAuth(NOW - HOUR) }, [OTHER_HOST]: { auth: ecrAuth(NOW + HOUR) } } }));
    const { exitCode, stderr } = await desk.run('login', SECRET);
    expect(exitCode).toBe(0);
    expect(stderr).toBe(`ecr-ci: the credentials for ${HOST} in the secret ${SECRET} expired at 2025-12-31T23:00:00Z: run "ecr-ci refresh", and see why its schedule did not\n`);
    expect(Object.keys(config().auths)).toEqual([OTHER_HOST]);

    desk.holds({ [HOST]: authOf('old'), [OTHER_HOST]: authOf('old') }, NOW);
    expect(await desk.run('login', SECRET)).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/^ecr-ci: the credentials for .* expired at 2026-01-01T00:00:00Z: .*\n$/) });
    expect(Object.keys(config().auths)).toEqual([OTHER_HOST]);
  });

  test('knows no expiry of a dockercfg that somebody else wrote without one', async () => {
    desk.holdsText(JSON.stringify({ auths: { [HOST]: { auth: authOf('p') } } }));
    expect((await desk.run('login', SECRET)).stdout).toBe(`logged in to ${HOST}\nwritten to ${desk.configFile}\n`);
    expect(JSON.parse((await desk.run('login', SECRET, '--json')).stdout)).not.toHaveProperty('expiresAt');
  });
});

describe('a secret that cannot be used is an error of one line, and the file stays as it was:', () => {
  const before = { auths: { [HOST]: { auth: authOf('old') } } };
  const fails = async (exitCode: number, message: RegExp): Promise<void> => {
    given(before);
    const result = await desk.run('login', SECRET);
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toMatch(message);
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(config()).toEqual(before);
  };
  const answers = (error: Error) => desk.secretsManager.on(GetSecretValueCommand).rejects(error);
  const notFound = (message: string): Error => new ResourceNotFoundException({ message, $metadata: {} });

  test('missing', async () => {
    answers(notFound('Secrets Manager can\'t find the specified secret.'));
    await fails(2, /^ecr-ci: there is no secret my-secret in this account and region: check the name, --region and --profile$/m);
  });

  test('without what AWS always gives', async () => {
    desk.secretsManager.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ auths: { [HOST]: { auth: authOf('p') } } }) });
    expect((await desk.run('login', SECRET)).exitCode).toBe(0);
  });

  test('without a value', async () => {
    answers(notFound('Secrets Manager can\'t find the specified secret value for staging label: AWSCURRENT'));
    await fails(2, /the secret my-secret has no value yet: run "ecr-ci refresh"/);
    desk.secretsManager.on(GetSecretValueCommand).resolves({ VersionId: 'v' });
    await fails(2, /the secret my-secret is empty: run "ecr-ci refresh"/);
  });

  test('denied, and which permission is missing', async () => {
    answers(awsError('AccessDeniedException', 'User: arn:aws:iam::111122223333:user/ci is not authorized'));
    await fails(3, /the secret my-secret could not be read: allow secretsmanager:GetSecretValue.* to the identity \(User: arn:aws:iam::111122223333:user\/ci is not authorized\)/);
  });

  test.each(['', '""', 'null', '[]', 'secret-text', '{"AccessKeyId":"AKIA"}', '{"auths":[]}', '{"auths":{"h":{}}}', '{"auths":{"h":{"auth":""}}}', '{"auths":{"h":{"auth":"bm9jb2xvbg=="}}}', '{"auths":{"h":{"auth":"OnBhc3M="}}}', '{"auths":{"h":{"auth":"dXNlcjo="}}}', '{"auths":{"h":null}}'])('of another format: %s', async (value) => {
    desk.holdsText(value === '' ? ' ' : value);
    await fails(3, /^ecr-ci: the secret my-secret holds no dockercfg but something else: name the secret of the output DockerConfigSecretArn$/m);
  });

  test('for no registry', async () => {
    desk.holdsText('{"auths":{}}');
    await fails(2, /the dockercfg in the secret my-secret is for no registry/);
  });

  test('no AWS identity', async () => {
    answers(awsError('CredentialsProviderError', 'Could not load credentials from any providers'));
    await fails(3, /there is no AWS identity here: set AWS_PROFILE or AWS_ACCESS_KEY_ID/);
  });

  test('an identity that AWS refuses', async () => {
    answers(awsError('ExpiredTokenException', 'The security token included in the request is expired'));
    await fails(3, /AWS refuses this identity, sign in again or renew the key \(ExpiredTokenException: The security token/);
  });

  test('no region', async () => {
    answers(awsError('Error', 'Region is missing'));
    await fails(3, /no AWS region is set: add --region, set AWS_REGION, or name the secret by its ARN/);
  });

  test('no network', async () => {
    answers(systemError('ENOTFOUND', 'getaddrinfo'));
    await fails(3, /AWS cannot be reached, check the network, the region and the proxy/);
    answers(awsError('TimeoutError', 'socket hang up'));
    await fails(3, /AWS cannot be reached/);
  });

  test('anything else that AWS says, and no more than its first line', async () => {
    answers(awsError('InternalServiceError', 'try later\nand again'));
    await fails(3, /^ecr-ci: the secret my-secret could not be read \(InternalServiceError: try later\)$/m);
  });
});

describe('logout', () => {
  test('undoes a login, to the byte', async () => {
    given({ credsStore: 'desktop', auths: { 'ghcr.io': { auth: 'YTpi' } } });
    const before = readFileSync(desk.configFile, 'utf8');
    await desk.run('login', SECRET);
    expect(readFileSync(desk.configFile, 'utf8')).not.toBe(before);
    expect(await desk.run('logout', SECRET)).toEqual({ exitCode: 0, stdout: `removed ${HOST}\nwritten to ${desk.configFile}\n`, stderr: '' });
    expect(readFileSync(desk.configFile, 'utf8')).toBe(before);
  });

  test('takes the hosts by name, and then needs no AWS', async () => {
    given({ auths: { [`https://${HOST}/v1/`]: {}, [OTHER_HOST]: {}, 'ghcr.io': {} } });
    const { stdout } = await desk.run('logout', '--host', HOST, OTHER_HOST, '--json');
    expect(JSON.parse(stdout)).toEqual({ file: desk.configFile, removed: [`https://${HOST}/v1/`, OTHER_HOST] });
    expect(config()).toEqual({ auths: { 'ghcr.io': {} } });
    expect(desk.secretsManager.calls()).toEqual([]);
  });

  test('works with an expired dockercfg', async () => {
    given({ auths: { [HOST]: {} } });
    desk.holds({ [HOST]: authOf('old') }, NOW - HOUR);
    expect((await desk.run('logout', SECRET)).exitCode).toBe(0);
    expect(config()).toEqual({ auths: {} });
  });

  test('leaves the file alone if there is nothing to undo', async () => {
    given({ auths: {} });
    const before = readFileSync(desk.configFile, 'utf8');
    expect((await desk.run('logout', '--host', HOST)).stdout).toBe(`not logged in to ${HOST}; ${desk.configFile} is as it was\n`);
    expect(JSON.parse((await desk.run('logout', '--host', HOST, '--json')).stdout)).toEqual({ file: desk.configFile, removed: [] });
    expect(readFileSync(desk.configFile, 'utf8')).toBe(before);
    expect(await desk.run('logout', '--host', ' ')).toMatchObject({ exitCode: 3, stderr: 'ecr-ci: --host is empty: name a host\n' });
  });
});
