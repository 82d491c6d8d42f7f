import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { ECRPUBLICClient, GetAuthorizationTokenCommand as GetPublicTokenCommand } from '@aws-sdk/client-ecr-public';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { authOf, awsError, Desk, HOST, OTHER_HOST, systemError } from '../fixtures';

const ecr = mockClient(ECRClient);
const ecrPublic = mockClient(ECRPUBLICClient);
const sts = mockClient(STSClient);

let desk: Desk;
let file: string;
beforeEach(() => {
  desk = new Desk();
  file = path.join(desk.folder, 'dockercfg');
  Object.assign(desk.env, { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'key' });
  [ecr, ecrPublic, sts].forEach((mock) => mock.reset());
  ecr.on(GetAuthorizationTokenCommand).resolves({ authorizationData: [{ authorizationToken: authOf('p'), proxyEndpoint: `https://${HOST}` }] });
});
afterEach(() => desk.clear());

const written = (): any => JSON.parse(readFileSync(file, 'utf8'));
const keys = async (client: unknown): Promise<unknown> => (client as ECRClient).config.credentials();

test('writes a dockercfg with a bare host, and says what the image says', async () => {
  expect(await desk.run('generate', file)).toEqual({
    exitCode: 0, stdout: `AWS ECR dockercfg generator\nLogging into AWS ECR with account 111122223333\nWriting Docker creds to ${file}\n`, stderr: '',
  });
  expect(written()).toEqual({ auths: { [HOST]: { auth: authOf('p') } } });
  expect(statSync(file).mode.toString(8)).toMatch(/644$/);
  expect(readdirSync(desk.folder)).toEqual(['dockercfg']);
  expect(await keys(ecr.calls()[0].thisValue)).toMatchObject({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'key' });
});

test.each(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])('needs %s', async (name) => {
  for (const value of [undefined, '']) {
    desk.env[name] = value;
    expect(await desk.run('generate', file)).toEqual({ exitCode: 1, stdout: 'AWS ECR dockercfg generator\n', stderr: `ecr-ci: ${name}: Need to set ${name}\n` });
  }
  expect(readdirSync(desk.folder)).toEqual([]);
});

test('needs a path', async () => {
  expect(await desk.run('generate')).toMatchObject({ exitCode: 1, stderr: 'ecr-ci: no path was given: name the file to write, as in "ecr-ci generate /opt/dockercfg"\n' });
});

test('assumes the role that is named, in the region\'s partition', async () => {
  Object.assign(desk.env, { AWS_STS_ROLE: 'Deploy', AWS_STS_ACCOUNT: '444455556666' });
  sts.on(AssumeRoleCommand).resolves({ Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: 'of the role', SessionToken: 'session', Expiration: new Date() } });
  for (const [region, partition] of [['eu-west-1', 'aws'], ['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov']]) {
    desk.env.AWS_REGION = region;
    [sts, ecr].forEach((mock) => mock.resetHistory());
    const role = `arn:${partition}:iam::444455556666:role/Deploy`;
    expect((await desk.run('generate', file)).stdout).toContain(`\nUsing STS to get credentials for ${role}\nLogging into`);
    expect(sts.commandCalls(AssumeRoleCommand)[0].args[0].input).toEqual({ RoleArn: role, RoleSessionName: 'aws_docker_creds' });
    expect(await keys(ecr.calls()[0].thisValue)).toMatchObject({ accessKeyId: 'ASIA', secretAccessKey: 'of the role', sessionToken: 'session' });
  }
});

test('needs role and account together, and says that a role may not be assumed', async () => {
  desk.env.AWS_STS_ROLE = 'Deploy';
  expect(await desk.run('generate', file)).toMatchObject({ exitCode: 1, stderr: 'ecr-ci: AWS_STS_ACCOUNT: Need to set AWS_STS_ACCOUNT\n' });
  desk.env.AWS_STS_ACCOUNT = '444455556666';
  sts.on(AssumeRoleCommand).rejects(awsError('AccessDenied', 'not authorized'));
  expect((await desk.run('generate', file)).stderr).toBe(
    'ecr-ci: the role arn:aws:iam::444455556666:role/Deploy could not be assumed: allow sts:AssumeRole, and trust in the role, to the identity (not authorized)\n');
  delete desk.env.AWS_STS_ROLE;
  expect((await desk.run('generate', file)).stderr).toBe('ecr-ci: AWS_STS_ROLE: Need to set AWS_STS_ROLE\n');
});

test('logs in to the registries of several accounts', async () => {
  desk.env.AWS_ECR_REGISTRY_IDS = ' 111122223333  000011112222 ';
  const second = OTHER_HOST.replace('111122223333', '000011112222');
  ecr.on(GetAuthorizationTokenCommand, { registryIds: ['111122223333', '000011112222'] }).resolves({
    authorizationData: [{ authorizationToken: authOf('a'), proxyEndpoint: `https://${HOST}` }, { authorizationToken: authOf('b'), proxyEndpoint: `https://${second}` }],
  });
  expect((await desk.run('generate', file)).stdout).toContain('with account 111122223333\nLogging into AWS ECR with account 000011112222\n');
  expect(written()).toEqual({ auths: { [HOST]: { auth: authOf('a') }, [second]: { auth: authOf('b') } } });
  desk.env.AWS_ECR_REGISTRY_IDS = '11112222333';
  expect(await desk.run('generate', file)).toMatchObject({ exitCode: 1, stderr: 'ecr-ci: AWS_ECR_REGISTRY_IDS must be account ids of 12 digits with spaces between, got: \'11112222333\'\n' });
});

test('logs in to ECR Public if ECR_PUBLIC is set, to whatever, and then in its one region', async () => {
  desk.env.ECR_PUBLIC = '';
  desk.env.AWS_SESSION_TOKEN = 'session';
  ecrPublic.on(GetPublicTokenCommand).resolves({ authorizationData: { authorizationToken: authOf('public') } });
  await desk.run('generate', file);
  expect(written()).toEqual({ auths: { 'public.ecr.aws': { auth: authOf('public') } } });
  const client = ecrPublic.calls()[0].thisValue as ECRPUBLICClient;
  expect(await client.config.region()).toBe('us-east-1');
  expect(await client.config.credentials()).toMatchObject({ sessionToken: 'session' });
  expect(ecr.calls()).toHaveLength(0);
  for (const answer of [{}, { authorizationData: {} }]) {
    ecrPublic.on(GetPublicTokenCommand).resolves(answer);
    expect((await desk.run('generate', file)).stderr).toBe('ecr-ci: ECR Public gave no token: try again\n');
  }
  ecrPublic.on(GetPublicTokenCommand).rejects(awsError('AccessDeniedException', 'no'));
  expect((await desk.run('generate', file)).stderr).toContain('allow ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken to the identity (no)');
});

test('logs in to Docker Hub beside', async () => {
  Object.assign(desk.env, { DOCKER_HUB_USERNAME: 'me', DOCKER_HUB_PASSWORD: 'hub' });
  await desk.run('generate', file);
  expect(written().auths).toEqual({ 'https://index.docker.io/v1/': { auth: Buffer.from('me:hub').toString('base64') }, [HOST]: { auth: authOf('p') } });
  delete desk.env.DOCKER_HUB_PASSWORD;
  expect((await desk.run('generate', file)).stderr).toBe('ecr-ci: DOCKER_HUB_PASSWORD: Need to set DOCKER_HUB_PASSWORD\n');
});

test('names a host that is none of ECR\'s forms as it is', async () => {
  ecr.on(GetAuthorizationTokenCommand).resolves({ authorizationData: [{ authorizationToken: authOf('p'), proxyEndpoint: 'https://registry.example' }] });
  expect((await desk.run('generate', file)).stdout).toContain('with account registry.example\n');
});

test('a file that cannot be written stays as it was', async () => {
  writeFileSync(file, 'before');
  for (const method of ['writeFile', 'chmod', 'rename'] as const) {
    desk.files = { [method]: async () => { throw systemError('ENOSPC'); } };
    expect(await desk.run('generate', file)).toMatchObject({ exitCode: 1, stderr: `ecr-ci: ${file} could not be written: ENOSPC: it failed\n` });
    expect(readFileSync(file, 'utf8')).toBe('before');
  }
  expect(readdirSync(desk.folder)).toEqual(['dockercfg']);
  desk.files = { rm: async () => { throw systemError('EROFS'); } };
  mkdirSync(path.join(desk.folder, 'directory'));
  expect((await desk.run('generate', path.join(desk.folder, 'directory'))).exitCode).toBe(1);
});

test('writes into a file that is mounted by itself', async () => {
  writeFileSync(file, 'before');
  desk.files = { rename: async () => { throw systemError('EBUSY'); } };
  expect((await desk.run('generate', file)).exitCode).toBe(0);
  expect(written().auths).toHaveProperty([HOST]);
  expect(readdirSync(desk.folder)).toEqual(['dockercfg']);
});
