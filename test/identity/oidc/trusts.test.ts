import { App, Aws, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lib from '../../../src';

const ORGANIZATION_UUID = '11111111-2222-3333-4444-555555555555';
const PROJECT_UUID = '66666666-7777-8888-9999-000000000000';
const ENVIRONMENT_UUID = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const REPOSITORY = { owner: 'myuser', repository: 'myapp' };
const BITBUCKET = { workspace: 'myworkspace', workspaceUuid: ORGANIZATION_UUID, repositoryUuid: `{${PROJECT_UUID}}` };
const CIRCLECI = { organizationId: ORGANIZATION_UUID, projectId: PROJECT_UUID };
const BUILDKITE = { organization: 'myorg', pipeline: 'myapp' };
const TERRAFORM = { organization: 'myorg', project: 'Default Project' };
const CODEFRESH = { accountId: '5f30ebd30312313ae7f17948', pipelineId: '64de5cd47626b3ca134e760a' };
const SEMAPHORE = { organization: 'myorg', projectId: PROJECT_UUID, repository: 'web' };
const { GithubSubject } = lib;

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack');
});

/** Issuer, audience and subjects of each CI as its documentation has them, by default. */
const DEFAULTS: Record<string, [() => lib.OidcTrust, string, string, string[]]> = {
  'GitHub': [
    () => lib.OidcTrust.github({
      ...REPOSITORY, subjects: [GithubSubject.branch('main'), GithubSubject.tag('v*'), GithubSubject.environment('prod'), GithubSubject.pullRequest(), GithubSubject.custom('x:y')],
    }),
    'https://token.actions.githubusercontent.com',
    'sts.amazonaws.com',
    ['ref:refs/heads/main', 'ref:refs/tags/v*', 'environment:prod', 'pull_request', 'x:y'].map((end) => `repo:myuser/myapp:${end}`),
  ],
  'GitLab': [
    () => lib.OidcTrust.gitlab({ project: 'a/b/c', subjects: [lib.GitlabSubject.branch('feature/x'), lib.GitlabSubject.tag('v*'), lib.GitlabSubject.custom('x:y')] }),
    'https://gitlab.com',
    'https://gitlab.com',
    ['ref_type:branch:ref:feature/x', 'ref_type:tag:ref:v*', 'x:y'].map((end) => `project_path:a/b/c:${end}`),
  ],
  'Bitbucket': [
    () => lib.OidcTrust.bitbucket({ ...BITBUCKET, subjects: [lib.BitbucketSubject.environment(`{${ENVIRONMENT_UUID}}`), lib.BitbucketSubject.anyStep()] }),
    'https://api.bitbucket.org/2.0/workspaces/myworkspace/pipelines-config/identity/oidc',
    `ari:cloud:bitbucket::workspace/${ORGANIZATION_UUID}`,
    [`{${PROJECT_UUID}}:{${ENVIRONMENT_UUID}}:*`, `{${PROJECT_UUID}}:*`],
  ],
  'CircleCI': [
    () => lib.OidcTrust.circleci({
      ...CIRCLECI,
      subjects: [lib.CircleciSubject.branch('github.com/o/r', 'main'), lib.CircleciSubject.tag('github.com/o/r', 'v*'), lib.CircleciSubject.anyJob()],
    }),
    `https://oidc.circleci.com/org/${ORGANIZATION_UUID}`,
    ORGANIZATION_UUID,
    [
      '????????-????-????-????-????????????/vcs-origin/github.com/o/r/vcs-ref/refs/heads/main',
      '????????-????-????-????-????????????/vcs-origin/github.com/o/r/vcs-ref/refs/tags/v*',
      '*',
    ].map((end) => `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${end}`),
  ],
  'Buildkite': [
    () => lib.OidcTrust.buildkite({
      ...BUILDKITE,
      subjects: [
        lib.BuildkiteSubject.branch('main'), lib.BuildkiteSubject.branch('main', { stepKey: 'push:it' }), lib.BuildkiteSubject.tag('v*'),
        lib.BuildkiteSubject.anyBuild(), lib.BuildkiteSubject.anyBuild({ stepKey: 'push' }),
      ],
    }),
    'https://agent.buildkite.com',
    'sts.amazonaws.com',
    ['refs/heads/main:commit:*:step:*', 'refs/heads/main:commit:*:step:push:it', 'refs/tags/v*:commit:*:step:*', '*:commit:*:step:*', '*:commit:*:step:push']
      .map((end) => `organization:myorg:pipeline:myapp:ref:${end}`),
  ],
  'HCP Terraform': [
    () => lib.OidcTrust.hcpTerraform({
      ...TERRAFORM, subjects: [lib.HcpTerraformSubject.apply('a-*'), lib.HcpTerraformSubject.plan('b'), lib.HcpTerraformSubject.anyPhase('c')],
    }),
    'https://app.terraform.io',
    'aws.workload.identity',
    ['a-*:run_phase:apply', 'b:run_phase:plan', 'c:run_phase:*'].map((end) => `organization:myorg:project:Default Project:workspace:${end}`),
  ],
  'Azure DevOps': [
    () => lib.OidcTrust.azureDevOps({
      organization: 'myorg', organizationId: ORGANIZATION_UUID, project: 'My App', subjects: [lib.AzureDevOpsSubject.serviceConnection('push (prod)')],
    }),
    `https://vstoken.dev.azure.com/${ORGANIZATION_UUID}`,
    'api://AzureADTokenExchange',
    ['sc://myorg/My App/push (prod)'],
  ],
  'Jenkins': [
    () => lib.OidcTrust.jenkins({
      url: 'https://example.com/jenkins',
      subjects: [
        lib.JenkinsSubject.job('team/My App'), lib.JenkinsSubject.branch('multi', 'feature/x/*'), lib.JenkinsSubject.pullRequest('multi'), lib.JenkinsSubject.custom('x:y'),
      ],
    }),
    'https://example.com/jenkins/oidc',
    'sts.amazonaws.com',
    [
      'https://example.com/jenkins/job/team/job/My%20App/', 'https://example.com/jenkins/job/multi/job/feature%252Fx%252F*/',
      'https://example.com/jenkins/job/multi/job/PR-*/', 'x:y',
    ],
  ],
  'Codefresh': [
    () => lib.OidcTrust.codefresh({
      ...CODEFRESH,
      subjects: [
        lib.CodefreshSubject.cron(), lib.CodefreshSubject.push('https://github.com/o/r', 'main'), lib.CodefreshSubject.manual('https://github.com/o/r', 'v1'),
        lib.CodefreshSubject.pullRequest('https://github.com/o/r', 'main'), lib.CodefreshSubject.anyTrigger(),
      ],
    }),
    'https://oidc.codefresh.io',
    'https://g.codefresh.io',
    [
      '',
      ':scm_repo_url:https://github.com/o/r:scm_user_name:*:scm_ref:main',
      ':initiator:*:scm_repo_url:https://github.com/o/r:scm_user_name:*:scm_ref:v1',
      ':scm_repo_url:https://github.com/o/r:scm_user_name:*:scm_ref:*:scm_pull_request_target_branch:main',
      ':*',
    ].map((end) => `account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a${end}`),
  ],
  'Semaphore': [
    () => lib.OidcTrust.semaphore({ ...SEMAPHORE, subjects: [lib.SemaphoreSubject.branch('main'), lib.SemaphoreSubject.tag('v*'), lib.SemaphoreSubject.pullRequest()] }),
    'https://myorg.semaphoreci.com',
    'https://myorg.semaphoreci.com',
    ['branch:ref:refs/heads/main', 'tag:ref:refs/tags/v*', 'pull-request:ref:*'].map((end) => `org:myorg:project:${PROJECT_UUID}:repo:web:ref_type:${end}`),
  ],
};

describe.each(Object.entries(DEFAULTS))('%s', (_name, [trust, issuer, audience, subjects]) => {
  test('has its issuer, audience and subjects', () => {
    expect(trust().bind(stack)).toMatchObject({ issuer, audiences: [audience], subjects });
  });

  test('has no claims and no provider unless they are given', () => {
    const { claims = {}, provider } = trust().bind(stack);
    expect([claims, provider]).toEqual([{}, undefined]);
  });

  test('makes a role', () => {
    new lib.CiRole(stack, 'Role', { trust: trust() });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::OIDCProvider', { Url: issuer, ClientIdList: [audience] });
  });
});

/** Subjects that the run of a pull request can have, and those that it cannot. */
const github = (subject: lib.GithubSubject): lib.OidcTrust => lib.OidcTrust.github({ ...REPOSITORY, subjects: [GithubSubject.branch('main'), subject] });
const gitlab = (pipelineSource: string[]): lib.OidcTrust => lib.OidcTrust.gitlab({ project: 'a/b', subjects: [lib.GitlabSubject.branch('main')], claims: { pipelineSource } });
const bitbucket = (subject: lib.BitbucketSubject): lib.OidcTrust => lib.OidcTrust.bitbucket({ ...BITBUCKET, subjects: [subject] });
const circleci = (subject: lib.CircleciSubject): lib.OidcTrust => lib.OidcTrust.circleci({ ...CIRCLECI, subjects: [subject] });
const buildkite = (subject: lib.BuildkiteSubject): lib.OidcTrust => lib.OidcTrust.buildkite({ ...BUILDKITE, subjects: [subject] });
const terraform = (subject: lib.HcpTerraformSubject): lib.OidcTrust => lib.OidcTrust.hcpTerraform({ ...TERRAFORM, subjects: [subject] });
const jenkins = (subject: lib.JenkinsSubject): lib.OidcTrust => lib.OidcTrust.jenkins({ url: 'https://j.example.com', subjects: [subject] });
const codefresh = (subject: lib.CodefreshSubject): lib.OidcTrust => lib.OidcTrust.codefresh({ ...CODEFRESH, subjects: [subject] });
const semaphore = (subject: lib.SemaphoreSubject): lib.OidcTrust => lib.OidcTrust.semaphore({ ...SEMAPHORE, subjects: [subject] });

const PULL_REQUESTS: Record<string, () => lib.OidcTrust> = {
  'GitHub, pull requests': () => github(GithubSubject.pullRequest()),
  'GitHub, a template that takes everything': () => github(GithubSubject.custom('*')),
  'GitHub, a template that takes pull requests': () => github(GithubSubject.custom('p?ll_*')),
  'GitHub, a template that begins with a wildcard': () => github(GithubSubject.custom('*:job_workflow_ref:o/r/.github/workflows/x.yml@refs/heads/main')),
  'GitHub, a template with pull requests': () => github(GithubSubject.custom('actor:octocat:pull_request')),
  'GitLab, merge requests': () => gitlab(['push', 'merge_request_event']),
  'GitLab, a pattern that takes merge requests': () => gitlab(['*_event']),
  'Bitbucket, any step': () => bitbucket(lib.BitbucketSubject.anyStep()),
  'CircleCI, any job': () => circleci(lib.CircleciSubject.anyJob()),
  'Buildkite, any build': () => buildkite(lib.BuildkiteSubject.anyBuild()),
  'Buildkite, a pattern that takes a fork\'s name': () => buildkite(lib.BuildkiteSubject.branch('m*')),
  'Buildkite, a pattern of one character that does': () => buildkite(lib.BuildkiteSubject.branch('mai?/x')),
  'HCP Terraform, plans': () => terraform(lib.HcpTerraformSubject.plan('w')),
  'HCP Terraform, any phase': () => terraform(lib.HcpTerraformSubject.anyPhase('w')),
  'Jenkins, pull requests': () => jenkins(lib.JenkinsSubject.pullRequest('multi')),
  'Jenkins, a pattern that takes them': () => jenkins(lib.JenkinsSubject.branch('multi', '*')),
  'Codefresh, pull requests': () => codefresh(lib.CodefreshSubject.pullRequest('https://github.com/o/r', 'main')),
  'Codefresh, any trigger': () => codefresh(lib.CodefreshSubject.anyTrigger()),
  'Codefresh, a pattern that takes them': () => codefresh(lib.CodefreshSubject.push('https://github.com/o/r', 'release/*')),
  'Semaphore, pull requests': () => semaphore(lib.SemaphoreSubject.pullRequest()),
  'a trust of one\'s own that says so': () => lib.OidcTrust.custom({ issuer: 'https://ci.example.com', audiences: ['a'], subjects: ['b'], includesPullRequests: true }),
};

const NO_PULL_REQUESTS: Record<string, () => lib.OidcTrust> = {
  'GitHub, branches': () => github(GithubSubject.branch('*')),
  'GitHub, tags': () => github(GithubSubject.tag('*')),
  'GitHub, environments': () => github(GithubSubject.environment('*')),
  'GitHub, a template': () => github(GithubSubject.custom('job_workflow_ref:*')),
  'GitHub, a token': () => github(GithubSubject.custom(Aws.STACK_NAME)),
  'GitLab, branches': () => gitlab(['push', 'web']),
  'Bitbucket, an environment': () => bitbucket(lib.BitbucketSubject.environment(`{${ENVIRONMENT_UUID}}`)),
  'CircleCI, branches': () => circleci(lib.CircleciSubject.branch('github.com/o/r', '*')),
  'Buildkite, a branch': () => buildkite(lib.BuildkiteSubject.branch('main')),
  'Buildkite, a pattern that takes no fork\'s name': () => buildkite(lib.BuildkiteSubject.branch('release/*')),
  'Buildkite, tags': () => buildkite(lib.BuildkiteSubject.tag('v*')),
  'Buildkite, a token': () => buildkite(lib.BuildkiteSubject.branch(Aws.STACK_NAME)),
  'HCP Terraform, applies': () => terraform(lib.HcpTerraformSubject.apply('*')),
  'Jenkins, a branch': () => jenkins(lib.JenkinsSubject.branch('multi', 'release/*')),
  'Jenkins, a token': () => jenkins(lib.JenkinsSubject.branch(Aws.STACK_NAME, Aws.STACK_NAME)),
  'Codefresh, a push': () => codefresh(lib.CodefreshSubject.push('https://github.com/o/r', 'main')),
  'Codefresh, a schedule': () => codefresh(lib.CodefreshSubject.cron()),
  'Semaphore, branches': () => semaphore(lib.SemaphoreSubject.branch('*')),
};

test.each(Object.entries(PULL_REQUESTS))('a role may only pull with: %s', (_name, trust) => {
  const role = new lib.CiRole(stack, 'Role', { trust: trust() });
  expect(() => new lib.CiRepository(stack, 'Repository').grantPush(role)).toThrow('for a role that pull requests may assume');
});

test.each(Object.entries(NO_PULL_REQUESTS))('a role may push with: %s', (_name, trust) => {
  const role = new lib.CiRole(stack, 'Role', { trust: trust() });
  expect(new lib.CiRepository(stack, 'Repository').grantPush(role).success).toBe(true);
});

describe('what is set', () => {
  test('goes before the defaults', () => {
    const subjects = (trust: lib.OidcTrust): unknown[] => {
      const { audiences, issuer } = trust.bind(stack);
      return [issuer, audiences];
    };
    const set = { audiences: ['one', 'two'], issuer: 'https://ci.example.com' };
    const audiences = set.audiences;
    const taken = ['https://ci.example.com', ['one', 'two']];
    expect(subjects(lib.OidcTrust.gitlab({ project: 'a/b', subjects: [], ...set }))).toEqual(taken);
    expect(subjects(lib.OidcTrust.hcpTerraform({ ...TERRAFORM, subjects: [], ...set }))).toEqual(taken);
    expect(subjects(lib.OidcTrust.jenkins({ url: 'https://j.example.com', subjects: [], ...set }))).toEqual(taken);
    expect(subjects(lib.OidcTrust.codefresh({ ...CODEFRESH, subjects: [], ...set }))).toEqual(taken);
    expect(subjects(lib.OidcTrust.semaphore({ ...SEMAPHORE, subjects: [], ...set }))).toEqual(taken);
    expect(subjects(lib.OidcTrust.azureDevOps({ organization: 'o', organizationId: ORGANIZATION_UUID, project: 'p', subjects: [], audiences }))[1]).toEqual(audiences);
    expect(subjects(lib.OidcTrust.bitbucket({ ...BITBUCKET, subjects: [], audiences }))[1]).toEqual(audiences);
    expect(subjects(lib.OidcTrust.buildkite({ ...BUILDKITE, subjects: [], audiences }))[1]).toEqual(audiences);
    expect(subjects(lib.OidcTrust.circleci({ ...CIRCLECI, subjects: [], audiences }))[1]).toEqual(audiences);
    expect(subjects(lib.OidcTrust.github({ ...REPOSITORY, subjects: [], audiences }))[1]).toEqual(audiences);
  });

  test('GitLab\'s and Semaphore\'s audience follows their issuer', () => {
    expect(lib.OidcTrust.gitlab({ project: 'a/b', subjects: [], issuer: 'https://git.example.com' }).bind(stack).audiences).toEqual(['https://git.example.com']);
    expect(lib.OidcTrust.semaphore({ ...SEMAPHORE, subjects: [], issuer: 'https://ci.example.com' }).bind(stack).audiences).toEqual(['https://ci.example.com']);
  });

  test('the provider is handed on', () => {
    const provider = lib.CiOidcProvider.fromIssuer(stack, 'Provider', 'https://ci.example.com');
    const trusts = [
      lib.OidcTrust.azureDevOps({ organization: 'o', organizationId: ORGANIZATION_UUID, project: 'p', subjects: [], provider }),
      lib.OidcTrust.bitbucket({ ...BITBUCKET, subjects: [], provider }),
      lib.OidcTrust.buildkite({ ...BUILDKITE, subjects: [], provider }),
      lib.OidcTrust.circleci({ ...CIRCLECI, subjects: [], provider }),
      lib.OidcTrust.codefresh({ ...CODEFRESH, subjects: [], provider }),
      lib.OidcTrust.github({ ...REPOSITORY, subjects: [], provider }),
      lib.OidcTrust.gitlab({ project: 'a/b', subjects: [], provider }),
      lib.OidcTrust.hcpTerraform({ ...TERRAFORM, subjects: [], provider }),
      lib.OidcTrust.jenkins({ url: 'https://j.example.com', subjects: [], provider }),
      lib.OidcTrust.semaphore({ ...SEMAPHORE, subjects: [], provider }),
    ];
    for (const trust of trusts) expect(trust.bind(stack).provider).toBe(provider);
  });
});

describe('GitHub', () => {
  const withIds = { ...REPOSITORY, ownerId: '123', repositoryId: '456' };
  const subjectsOf = (options: Partial<lib.GithubTrustOptions>): string[] => (
    lib.OidcTrust.github({ ...REPOSITORY, subjects: [GithubSubject.branch('main')], ...options }).bind(stack).subjects
  );
  const CLASSIC = 'repo:myuser/myapp:ref:refs/heads/main';
  const IMMUTABLE = 'repo:myuser@123/myapp@456:ref:refs/heads/main';

  test('has ids in its subjects where they are given', () => {
    expect(subjectsOf({})).toEqual([CLASSIC]);
    expect(subjectsOf({ subjectFormat: lib.GithubSubjectFormat.CLASSIC })).toEqual([CLASSIC]);
    expect(subjectsOf(withIds)).toEqual([IMMUTABLE]);
    expect(subjectsOf({ ...withIds, subjectFormat: lib.GithubSubjectFormat.IMMUTABLE })).toEqual([IMMUTABLE]);
    expect(subjectsOf({ ...withIds, subjectFormat: lib.GithubSubjectFormat.BOTH })).toEqual([IMMUTABLE, CLASSIC]);
    expect(subjectsOf({ ...withIds, subjectFormat: lib.GithubSubjectFormat.CLASSIC })).toEqual([CLASSIC]);
  });

  test('has every subject of every repository', () => {
    expect(subjectsOf({ moreRepositories: [{ owner: 'o', repository: 'r' }], subjects: [GithubSubject.branch('main'), GithubSubject.tag('v1')] })).toEqual([
      CLASSIC, 'repo:myuser/myapp:ref:refs/tags/v1', 'repo:o/r:ref:refs/heads/main', 'repo:o/r:ref:refs/tags/v1',
    ]);
  });

  test('encodes the colons of an environment, each of them and nothing else', () => {
    expect(subjectsOf({ subjects: [GithubSubject.environment('a:b:c/d e%')] })).toEqual(['repo:myuser/myapp:environment:a%3Ab%3Ac/d e%']);
    expect(stack.resolve(subjectsOf({ subjects: [GithubSubject.environment(Aws.STACK_ID)] }))).toEqual([
      { 'Fn::Join': ['', ['repo:myuser/myapp:environment:', { Ref: 'AWS::StackId' }]] },
    ]);
  });

  test('has the issuers of GitHub\'s editions', () => {
    expect([
      lib.GithubIssuer.GITHUB_COM, lib.GithubIssuer.enterprise('octocorp'), lib.GithubIssuer.dataResidency('octocorp'), lib.GithubIssuer.enterpriseServer('github.example.com'),
    ].map(({ url }) => url)).toEqual([
      'https://token.actions.githubusercontent.com',
      'https://token.actions.githubusercontent.com/octocorp',
      'https://token.actions.octocorp.ghe.com',
      'https://github.example.com/_services/token',
    ]);
  });
});
