import { mkdtemp, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { CreateRepositoryCommand, ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import {
  AddClientIDToOpenIDConnectProviderCommand, CreateOpenIDConnectProviderCommand, GetOpenIDConnectProviderCommand, IAMClient,
  ListOpenIDConnectProvidersCommand, ListRolesCommand,
  type GetOpenIDConnectProviderCommandOutput,
} from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ACCOUNT_ID, ENVIRONMENT_UUID, ORGANIZATION_UUID, PIPELINE_ID, PROJECT_UUID, REPOSITORY_UUID } from './apps/oidc-ids';
import { readImageText, writeImage } from '../../local-aws/image';
import { LocalAws, type Credentials } from '../../local-aws/local-aws';
import { findRegistryClient, type RegistryClient } from '../../local-aws/registry-client';
import { Issuer, type Claims } from '../iam/web-identity';

// Each issuer here has a key of its own and signs as the CI does. MiniStack itself takes every token for good; what
// local-aws adds to it verifies the signature with the issuer's public key, which it is handed because nobody can be
// gitlab.com on this machine, and looks the audience up in the provider that the stack made or adopted.

jest.setTimeout(300_000);

const TEXT = 'built by a run of a CI\n';
const DENIED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';

/** A CI: whose token its role takes, and tokens that are nearly that. */
interface Ci {
  readonly issuer: string;
  readonly token: Claims;
  readonly near: Record<string, Claims>;
}

const codefresh = `account:${ACCOUNT_ID}:pipeline:${PIPELINE_ID}`;

const CIS: Record<string, Ci> = {
  Github: {
    issuer: 'https://token.actions.githubusercontent.com',
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser/myapp:ref:refs/heads/main', repository_id: '456' },
    near: {
      'another branch': { sub: 'repo:myuser/myapp:ref:refs/heads/main2' },
      'a fork': { sub: 'repo:mallory/myapp:ref:refs/heads/main' },
      'a pull request': { sub: 'repo:myuser/myapp:pull_request' },
      'a repository that was made again': { repository_id: '789' },
    },
  },
  Gitlab: {
    issuer: 'https://gitlab.com',
    token: { aud: 'https://gitlab.com', sub: 'project_path:mygroup/myapp:ref_type:branch:ref:main' },
    near: {
      'another branch': { sub: 'project_path:mygroup/myapp:ref_type:branch:ref:develop' },
      'a fork': { sub: 'project_path:mallory/myapp:ref_type:branch:ref:main' },
    },
  },
  Circleci: {
    issuer: `https://oidc.circleci.com/org/${ORGANIZATION_UUID}`,
    token: {
      aud: ORGANIZATION_UUID,
      sub: `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${REPOSITORY_UUID}/vcs-origin/github.com/myuser/myapp/vcs-ref/refs/heads/main`,
    },
    near: {
      'a fork': { sub: `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${REPOSITORY_UUID}/vcs-origin/github.com/mallory/myapp/vcs-ref/refs/heads/main` },
      'another project': { sub: `org/${ORGANIZATION_UUID}/project/${REPOSITORY_UUID}/user/${REPOSITORY_UUID}/vcs-origin/github.com/myuser/myapp/vcs-ref/refs/heads/main` },
    },
  },
  Buildkite: {
    issuer: 'https://agent.buildkite.com',
    token: { aud: 'sts.amazonaws.com', sub: 'organization:myorg:pipeline:myapp:ref:refs/heads/main:commit:0123456:step:push' },
    near: { 'another pipeline': { sub: 'organization:myorg:pipeline:myapp2:ref:refs/heads/main:commit:0123456:step:push' } },
  },
  Bitbucket: {
    issuer: 'https://api.bitbucket.org/2.0/workspaces/myuser/pipelines-config/identity/oidc',
    token: {
      aud: `ari:cloud:bitbucket::workspace/${ORGANIZATION_UUID}`, sub: `{${REPOSITORY_UUID}}:{${ENVIRONMENT_UUID}}:{${PROJECT_UUID}}`,
    },
    near: { 'a step without the environment': { sub: `{${REPOSITORY_UUID}}:{${PROJECT_UUID}}` } },
  },
  HcpTerraform: {
    issuer: 'https://app.terraform.io',
    token: { aud: 'aws.workload.identity', sub: 'organization:myorg:project:Default Project:workspace:myapp:run_phase:apply' },
    near: { 'a plan': { sub: 'organization:myorg:project:Default Project:workspace:myapp:run_phase:plan' } },
  },
  AzureDevOps: {
    issuer: `https://vstoken.dev.azure.com/${ORGANIZATION_UUID}`,
    token: { aud: 'api://AzureADTokenExchange', sub: 'sc://myorg/My App/aws-push' },
    near: { 'another service connection': { sub: 'sc://myorg/My App/aws' } },
  },
  Jenkins: {
    issuer: 'https://jenkins.example.com/oidc',
    token: { aud: 'sts.amazonaws.com', sub: 'https://jenkins.example.com/job/team/job/myapp/job/main/' },
    near: { 'a pull request': { sub: 'https://jenkins.example.com/job/team/job/myapp/job/PR-1/' } },
  },
  Codefresh: {
    issuer: 'https://oidc.codefresh.io',
    token: { aud: 'https://g.codefresh.io', sub: `${codefresh}:scm_repo_url:https://github.com/myuser/myapp:scm_user_name:octocat:scm_ref:main` },
    near: { 'a fork': { sub: `${codefresh}:scm_repo_url:https://github.com/mallory/myapp:scm_user_name:octocat:scm_ref:main` } },
  },
  Semaphore: {
    issuer: 'https://myorg.semaphoreci.com',
    token: { aud: 'https://myorg.semaphoreci.com', sub: `org:myorg:project:${PROJECT_UUID}:repo:myapp:ref_type:branch:ref:refs/heads/main` },
    near: { 'a tag with the name of the branch': { sub: `org:myorg:project:${PROJECT_UUID}:repo:myapp:ref_type:tag:ref:refs/tags/main` } },
  },
};

/** What the account has for GitLab before the stack is deployed. */
const BEFORE = { audiences: ['https://theirs.example.com'], tags: [{ Key: 'owner', Value: 'them' }], thumbprints: ['0123456789abcdef0123456789abcdef01234567'] };

let aws: LocalAws;
let client: RegistryClient;
let image: string;
let roleArns: Record<string, string>;
const issuers = new Map<string, Issuer>();

beforeAll(async () => {
  aws = await LocalAws.start();
  client = await findRegistryClient();
  await aws.bootstrap();
  image = path.join(aws.directory, 'image');
  await writeImage(image, { tag: 'test', fileName: 'hello.txt', text: TEXT });
  for (const { issuer } of Object.values(CIS)) {
    issuers.set(issuer, await Issuer.at(issuer));
    await aws.publishKeys(issuer, issuers.get(issuer)!.keys);
  }
  await new IAMClient(aws.clientConfig()).send(new CreateOpenIDConnectProviderCommand({
    Url: CIS.Gitlab.issuer, ClientIDList: BEFORE.audiences, Tags: BEFORE.tags, ThumbprintList: BEFORE.thumbprints,
  }));
  await new ECRClient(aws.clientConfig()).send(new CreateRepositoryCommand({ repositoryName: 'myuser/other' }));
  roleArns = await deploy();
});

afterAll(async () => { await aws?.stop(); });

/** Deploys the app; gives the ARNs of its roles. */
async function deploy(env: NodeJS.ProcessEnv = {}): Promise<Record<string, string>> {
  const outputs = path.join(aws.directory, 'outputs.json');
  await aws.cdk(
    ['deploy', '--require-approval', 'never', '--app', 'npx tsx oidc.ts', '--output', path.join(aws.directory, 'cdk.out'), '--outputs-file', outputs],
    { cwd: path.join(__dirname, 'apps'), env },
  );
  return JSON.parse(await readFile(outputs, 'utf8')).Oidc;
}

/** The provider of an issuer as IAM has it; undefined if there is none. */
async function provider(issuer: string): Promise<GetOpenIDConnectProviderCommandOutput | undefined> {
  const OpenIDConnectProviderArn = `arn:aws:iam::${aws.account}:oidc-provider/${issuer.replace('https://', '')}`;
  return new IAMClient(aws.clientConfig()).send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })).catch((error: Error) => {
    if (error.name !== 'NoSuchEntityException') throw error;
    return undefined;
  });
}

/** Assumes a role with a token of the CI, as its runs do: without any other credentials. */
async function assume(role: string, ci: Ci, claims: Claims = {}, issuer = issuers.get(ci.issuer)!): Promise<Credentials> {
  const token = await issuer.token({ ...ci.token, ...claims });
  const sts = new STSClient({ endpoint: aws.endpoint, region: aws.region, maxAttempts: 1, credentials: { accessKeyId: '', secretAccessKey: '' } });
  const { Credentials: session } = await sts.send(new AssumeRoleWithWebIdentityCommand({
    RoleArn: roleArns[`${role}Arn`], RoleSessionName: 'run', WebIdentityToken: token,
  }));
  return { accessKeyId: session!.AccessKeyId!, secretAccessKey: session!.SecretAccessKey!, sessionToken: session!.SessionToken! };
}

/** Fails as the attempt to assume the role does; nothing is told of a session. */
async function attempt(...args: Parameters<typeof assume>): Promise<void> {
  await assume(...args);
}

/** The environment of a registry client that has logged in with a session. */
async function login(session: Credentials): Promise<NodeJS.ProcessEnv> {
  const { authorizationData } = await new ECRClient(aws.clientConfig(session)).send(new GetAuthorizationTokenCommand({}));
  return aws.registryEnvironment(JSON.stringify({ auths: { [aws.registryHost]: { auth: authorizationData![0].authorizationToken! } } }));
}

async function pullText(reference: string, env: NodeJS.ProcessEnv): Promise<string> {
  const directory = await mkdtemp(path.join(aws.directory, 'pull-'));
  await client.pull(reference, directory, env);
  return readImageText(directory);
}

const myapp = (tag: string) => `${aws.registryHost}/myuser/myapp:${tag}`;
const other = (tag: string) => `${aws.registryHost}/myuser/other:${tag}`;
const REFUSED = /DENIED|not authorized|403/;

describe.each(Object.entries(CIS))('a run of %s', (name, ci) => {
  test('pushes and pulls with its token, and touches no other repository', async () => {
    const env = await login(await assume(name, ci));
    await client.push(image, myapp(name.toLowerCase()), env);
    expect(await pullText(myapp(name.toLowerCase()), env)).toBe(TEXT);
    await expect(client.push(image, other('v1'), env)).rejects.toThrow(REFUSED);
  });

  test.each(Object.entries(ci.near))('is not %s', async (_what, claims) => {
    await expect(attempt(name, ci, claims)).rejects.toThrow(DENIED);
  });

  test('has the audience of the role', async () => {
    await expect(attempt(name, ci, { aud: 'https://example.com' })).rejects.toThrow('Incorrect token audience');
  });

  test('has a token that its issuer signed', async () => {
    await expect(attempt(name, ci, {}, await Issuer.at(ci.issuer))).rejects.toThrow('Signature verification failed');
  });
});

test('the run of a pull request pulls and does not push', async () => {
  const push = await login(await assume('Github', CIS.Github));
  await client.push(image, myapp('for-pull-requests'), push);
  const env = await login(await assume('GithubPullRequest', CIS.Github, { sub: 'repo:myuser/myapp:pull_request' }));
  expect(await pullText(myapp('for-pull-requests'), env)).toBe(TEXT);
  await expect(client.push(image, myapp('by-a-pull-request'), env)).rejects.toThrow(REFUSED);
  await expect(attempt('GithubPullRequest', CIS.Github)).rejects.toThrow(DENIED);
});

test('an audience that the adopted provider has for others opens no role of ours', async () => {
  await expect(attempt('Gitlab', CIS.Gitlab, { aud: BEFORE.audiences[0] })).rejects.toThrow(DENIED);
});

describe('the adopting provider', () => {
  const expectAdopted = async () => {
    expect(await provider(CIS.Gitlab.issuer)).toMatchObject({
      ClientIDList: [...BEFORE.audiences, CIS.Gitlab.token.aud], Tags: BEFORE.tags, ThumbprintList: BEFORE.thumbprints,
    });
  };

  test('left the one that was there as it was, but for its audience', expectAdopted);

  test('made those that were missing, and wrote on them what made them', async () => {
    for (const { issuer, token } of [CIS.Circleci, CIS.Buildkite]) {
      expect(await provider(issuer)).toMatchObject({
        ClientIDList: [token.aud],
        Tags: expect.arrayContaining([
          { Key: 'cdk-ecr-ci:stack-id', Value: expect.stringContaining(':stack/Oidc/') },
          { Key: 'cdk-ecr-ci:logical-id', Value: expect.stringMatching(/^(Circleci|Buildkite)Provider/) },
        ]),
      });
    }
  });

  test('changes its audiences with the next deploys', async () => {
    await deploy({ MORE_AUDIENCES: 'first,second' });
    expect((await provider(CIS.Buildkite.issuer))!.ClientIDList!.sort()).toEqual(['first', 'second', 'sts.amazonaws.com']);
    await deploy({ MORE_AUDIENCES: 'second' });
    expect((await provider(CIS.Buildkite.issuer))!.ClientIDList!.sort()).toEqual(['second', 'sts.amazonaws.com']);
    await expectAdopted();
    await attempt('Buildkite', CIS.Buildkite);
  });

  test('keeps with cdk destroy what it adopted and what it retains, and only then removes what it made', async () => {
    const circleci = await provider(CIS.Circleci.issuer);
    await aws.cdk(['destroy', '--force', '--app', path.join(aws.directory, 'cdk.out')]);
    const iam = new IAMClient(aws.clientConfig());
    expect((await iam.send(new ListRolesCommand({}))).Roles!.map(({ RoleName }) => RoleName).filter((role) => !role!.startsWith('cdk-'))).toEqual([]);
    expect((await new LambdaClient(aws.clientConfig()).send(new ListFunctionsCommand({}))).Functions).toEqual([]);
    await expectAdopted();
    expect(await provider(CIS.Circleci.issuer)).toMatchObject({ ClientIDList: circleci!.ClientIDList, Tags: circleci!.Tags });
    expect(await provider(CIS.Buildkite.issuer)).toBeUndefined();
    expect(await provider(CIS.Github.issuer)).toBeDefined(); // the stack's own one is retained too
    expect((await iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList).toHaveLength(Object.keys(CIS).length - 1);
  });

  test('takes up in a new stack what the old one had left', async () => {
    // CloudFormation itself would fail to make the retained provider of GitHub again.
    roleArns = await deploy({ ADOPTING_ONLY: 'true' });
    await expectAdopted();
    expect((await provider(CIS.Circleci.issuer))!.ClientIDList).toEqual([CIS.Circleci.token.aud]);
    expect((await provider(CIS.Buildkite.issuer))!.ClientIDList).toEqual([CIS.Buildkite.token.aud]);
    for (const name of ['Gitlab', 'Circleci', 'Buildkite']) await attempt(name, CIS[name]);
  });

  test('says in the deploy why IAM refuses', async () => {
    const iam = new IAMClient(aws.clientConfig());
    const OpenIDConnectProviderArn = `arn:aws:iam::${aws.account}:oidc-provider/agent.buildkite.com`;
    for (let number = 0; number < 99; number++) {
      await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: `theirs-${number}` }));
    }
    await expect(deploy({ ADOPTING_ONLY: 'true', MORE_AUDIENCES: 'one-too-many' })).rejects.toThrow(
      `the audience 'one-too-many' of the OIDC provider ${OpenIDConnectProviderArn} could not be adopted: LimitExceededException`);
    expect((await provider(CIS.Buildkite.issuer))!.ClientIDList).toHaveLength(100);
    await attempt('Buildkite', CIS.Buildkite);
  });
});
