import { mkdtemp } from 'node:fs/promises';
import * as path from 'node:path';
import { CreateRepositoryCommand, ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { PublishClients } from '../../lambda/publish/clients';
import type { Http } from '../../lambda/publish/http';
import { select } from '../../lambda/publish/payload';
import { VENDORS } from '../../lambda/publish/vendors';
import { readImageText, writeImage } from '../../local-aws/image';
import { LocalAws } from '../../local-aws/local-aws';
import { findRegistryClient, type RegistryClient } from '../../local-aws/registry-client';
import {
  AzureDevopsAuth, BitbucketAuth, GithubAuth, GithubSecretKind, HttpBody, HttpSecret, HttpTargetMethod, KubernetesCluster, Target, TargetValue,
} from '../../src';
import type { TargetSpec } from '../../src/private/target-contract';
import { Bench } from '../targets/fixtures';
import { FakeAzureDevops } from '../vendors/fake-azure-devops';
import { FakeBitbucket } from '../vendors/fake-bitbucket';
import { FakeBuildkite } from '../vendors/fake-buildkite';
import { FakeCircleci } from '../vendors/fake-circleci';
import { FakeGithub } from '../vendors/fake-github';
import { FakeGitlab } from '../vendors/fake-gitlab';
import { FakeKubernetes } from '../vendors/fake-kubernetes';
import type { FakeVendor } from '../vendors/fake-vendor';
import { FakeWoodpecker } from '../vendors/fake-woodpecker';

jest.setTimeout(180_000);

const HOUR = 3600_000;
const CLUSTER = '42f1a7da-812d-4430-93d8-1cc7c33a6bcf';
const CONNECTION = '0a1b2c3d-0000-1111-2222-333344445555';
const before = { ...process.env };

let aws: LocalAws;
let client: RegistryClient;
let host: string;
let auth: string;
let bench: Bench;
const image = (): string => `${host}/myuser/myapp:v1`;

beforeAll(async () => {
  [aws, client] = await Promise.all([LocalAws.start(), findRegistryClient()]);
  Object.assign(process.env, aws.environment());
  host = aws.registryHost;
  bench = new Bench({ account: aws.account, region: aws.region });
  const ecr = new ECRClient(aws.clientConfig());
  await ecr.send(new CreateRepositoryCommand({ repositoryName: 'myuser/myapp' }));
  auth = (await ecr.send(new GetAuthorizationTokenCommand({}))).authorizationData![0].authorizationToken!;
  const layout = path.join(aws.directory, 'image');
  await writeImage(layout, { tag: 'v1', fileName: 'hello.txt', text: 'pulled' });
  await client.push(layout, image(), await aws.registryEnvironment(dockercfgOf(auth)));
});
afterAll(async () => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
  await aws?.stop();
});

const dockercfgOf = (ofHost: string): string => JSON.stringify({ auths: { [host]: { auth: ofHost } } });
const ofLogin = ({ username = 'AWS', password }: { username?: string; password: string }): string => dockercfgOf(Buffer.from(`${username}:${password}`).toString('base64'));
const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString();

/** Publishes to a target what the refresher would have put into the secret. */
async function publish(target: Target, http: Http, token: string): Promise<void> {
  expect(bench.problems(target)).toEqual([]);
  const spec = bench.bind(target) as unknown as TargetSpec;
  const entries = new Map([[host, { auth, expiresAt: Date.now() + 12 * HOUR }]]);
  const { payload } = select({ ...spec, id: 'id' }, { entries, versionId: 'version', writtenAt: Date.now() }, Date.now());
  await VENDORS[spec.kind].publish(spec, payload, { http, secret: async () => token, aws: new PublishClients(), dockercfgArn: 'arn', now: Date.now });
}

/** Fails unless a client of registries pulls with a dockercfg and with nothing else. */
async function expectToPull(dockercfg: string): Promise<void> {
  const directory = await mkdtemp(path.join(aws.directory, 'pull-'));
  await client.pull(image(), directory, await aws.registryEnvironment(dockercfg));
  expect(await readImageText(directory)).toBe('pulled');
}

/** How a vendor is prepared, what is published to it, and what a job there makes of what arrived. */
interface Case<T extends FakeVendor> {
  readonly vendor: () => T & { readonly token: string };
  readonly origin?: string;
  readonly prepare?: (vendor: T) => unknown;
  readonly target: (vendor: T) => Target;
  readonly arrived: (vendor: T) => string;
}

const kase = <T extends FakeVendor>(given: Case<T>): Case<any> => given;

const CASES: Record<string, Case<any>> = {
  'GitLab\'s variable': kase({
    vendor: () => new FakeGitlab(),
    prepare: (gitlab) => gitlab.add('groups/mygroup'),
    target: ({ url }) => Target.gitlabVariable({ group: 'mygroup', url, token: bench.token }),
    arrived: ({ variables }) => variables.get('groups/mygroup')![0].value,
  }),
  'GitHub\'s secret': kase({
    vendor: () => new FakeGithub(),
    origin: 'https://api.github.com',
    prepare: (github) => github.add('/orgs/my-org/codespaces/secrets'),
    target: () => Target.githubSecret({ organization: 'my-org', kind: GithubSecretKind.CODESPACES, auth: GithubAuth.token(bench.token) }),
    arrived: ({ places }) => places.get('/orgs/my-org/codespaces/secrets')!.get('DOCKER_AUTH_CONFIG')!.value,
  }),
  'GitHub\'s private registry': kase({
    vendor: () => new FakeGithub(),
    origin: 'https://api.github.com',
    prepare: (github) => github.add('/orgs/my-org/private-registries'),
    target: () => Target.githubPrivateRegistry({ organization: 'my-org', host, auth: GithubAuth.token(bench.token) }),
    arrived: ({ registries: [registry] }) => ofLogin(registry),
  }),
  'Bitbucket\'s variable': kase({
    vendor: () => new FakeBitbucket(),
    origin: 'https://api.bitbucket.org',
    prepare: (bitbucket) => bitbucket.add('/workspaces/my-ws/pipelines-config/variables'),
    target: () => Target.bitbucketVariable({ workspace: 'my-ws', key: 'ECR_PASSWORD', value: TargetValue.password(), auth: BitbucketAuth.accessToken(bench.token) }),
    arrived: ({ lists }) => ofLogin({ password: lists.get('/2.0/workspaces/my-ws/pipelines-config/variables')![0].value! }),
  }),
  'CircleCI\'s context': kase({
    vendor: () => new FakeCircleci(),
    origin: 'https://circleci.com',
    prepare: (circleci) => circleci.add(`context/${CLUSTER}`),
    target: () => Target.circleciContext({ contextId: CLUSTER, token: bench.token }),
    arrived: ({ places }) => places.get(`context/${CLUSTER}`)!.get('DOCKER_AUTH_CONFIG')!,
  }),
  'CircleCI\'s project': kase({
    vendor: () => new FakeCircleci(),
    origin: 'https://circleci.com',
    prepare: (circleci) => circleci.add('project/gh/my/app'),
    target: () => Target.circleciProject({ projectSlug: 'gh/my/app', variableName: 'ECR_PASSWORD', value: TargetValue.password(host), token: bench.token }),
    arrived: ({ places }) => ofLogin({ password: places.get('project/gh/my/app')!.get('ECR_PASSWORD')! }),
  }),
  'Buildkite\'s secret': kase({
    vendor: () => new FakeBuildkite(),
    origin: 'https://api.buildkite.com',
    target: () => Target.buildkiteSecret({ organization: 'my-org', clusterId: CLUSTER, value: TargetValue.configJsonBase64(), token: bench.token }),
    arrived: ({ secrets: [secret] }) => fromBase64(secret.value),
  }),
  'Azure DevOps\' service connection': kase({
    vendor: () => new FakeAzureDevops(),
    origin: 'https://dev.azure.com',
    prepare: (azure) => azure.addConnection(CONNECTION),
    target: () => Target.azureDevopsServiceConnection({
      organization: 'myorg', project: 'myproject', connectionId: CONNECTION, auth: AzureDevopsAuth.personalAccessToken(bench.token),
    }),
    arrived: ({ connections }) => ofLogin(connections.get(CONNECTION).authorization.parameters),
  }),
  'Azure DevOps\' variable group': kase({
    vendor: () => new FakeAzureDevops(),
    origin: 'https://dev.azure.com',
    prepare: (azure) => azure.addGroup('7', {}),
    target: () => Target.azureDevopsVariableGroup({
      organization: 'myorg', project: 'myproject', variableGroupId: '7', auth: AzureDevopsAuth.personalAccessToken(bench.token),
    }),
    arrived: ({ groups }) => groups.get('7').variables.DOCKER_AUTH_CONFIG.value,
  }),
  'Kubernetes\' Secret': kase({
    vendor: () => new FakeKubernetes(),
    target: ({ url, certificateAuthority }) => Target.kubernetesSecret({
      namespace: 'ci', secretName: 'ecr', cluster: KubernetesCluster.bearerToken({ endpoint: url, certificateAuthority, token: bench.token }),
    }),
    arrived: ({ namespaces }) => fromBase64(namespaces.get('ci')!.get('ecr')!.data['.dockerconfigjson']),
  }),
  'Woodpecker\'s registry': kase({
    vendor: () => new FakeWoodpecker(),
    origin: 'https://ci.example.com',
    prepare: ({ registries }) => registries.set('42', [{ address: host, username: 'x', password: 'old' }]),
    target: () => Target.http({
      method: HttpTargetMethod.PATCH,
      url: 'https://ci.example.com/api/repos/42/registries/{{host}}',
      headers: { Authorization: 'Bearer {{secret:token}}' },
      body: HttpBody.json({ username: '{{username}}', password: '{{password}}' }),
      secrets: { token: HttpSecret.of(bench.token) },
    }),
    arrived: ({ registries }) => ofLogin(registries.get('42')![0]),
  }),
};

test.each(Object.entries(CASES))('a real client pulls with what arrived as %s', async (_where, { vendor, origin, prepare, target, arrived }) => {
  const fake = await vendor().start();
  try {
    await prepare?.(fake);
    await publish(target(fake), fake.http(origin), fake.token);
    await expectToPull(arrived(fake));
  } finally {
    await fake.stop();
  }
});

const noHttp: Http = async () => { throw new Error('nobody is asked by HTTP'); };

test('a real client pulls with what arrived in Secrets Manager', async () => {
  await publish(Target.secretsManager({ secretName: 'ci/dockercfg', createIfMissing: true }), noHttp, '');
  await expectToPull((await new SecretsManagerClient(aws.clientConfig()).send(new GetSecretValueCommand({ SecretId: 'ci/dockercfg' }))).SecretString!);
});

test('a real client pulls with what arrived in Systems Manager', async () => {
  await publish(Target.ssmParameter({ parameterName: '/ci/dockercfg' }), noHttp, '');
  const { Parameter } = await new SSMClient(aws.clientConfig()).send(new GetParameterCommand({ Name: '/ci/dockercfg', WithDecryption: true }));
  await expectToPull(Parameter!.Value!);
});

test('what is wrong does not pull', async () => {
  await expect(expectToPull(ofLogin({ password: 'wrong' }))).rejects.toThrow();
});
