import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { Issuer, WebIdentityService } from './web-identity';
import type { Claims } from './web-identity';
import * as lib from '../../src';

// The first decision loads AWS's reference.
jest.setTimeout(60_000);

const ACCOUNT = '123456789012';
const ENVIRONMENT = { account: ACCOUNT, region: 'eu-west-1' };
const GITHUB = 'https://token.actions.githubusercontent.com';
const ORGANIZATION_UUID = '11111111-2222-3333-4444-555555555555';
const PROJECT_UUID = '66666666-7777-8888-9999-000000000000';
const USER_UUID = 'abcdefab-cdef-abcd-efab-cdefabcdefab';
const OTHER_UUID = 'ffffffff-2222-3333-4444-555555555555';
const SHA = '0123456789abcdef0123456789abcdef01234567';

/** A trust, and tokens that it has to take and to refuse; each begins with `token` and differs in what is written. */
interface Case {
  readonly issuer: string;
  readonly trust: () => lib.OidcTrust;
  readonly token: Claims;
  readonly takes: Record<string, Claims>;
  readonly refuses: Record<string, Claims>;
}

const { GithubSubject } = lib;
const repository = { owner: 'myuser', repository: 'myapp' };
const withIds = { ...repository, ownerId: '123', repositoryId: '456' };

const GITHUB_REFUSES: Record<string, Claims> = {
  'another branch': { sub: 'repo:myuser/myapp:ref:refs/heads/develop' },
  'a branch with a longer name': { sub: 'repo:myuser/myapp:ref:refs/heads/main2' },
  'a branch below': { sub: 'repo:myuser/myapp:ref:refs/heads/main/x' },
  'a fork': { sub: 'repo:somebody/myapp:ref:refs/heads/main' },
  'a repository with a longer name': { sub: 'repo:myuser/myapp2:ref:refs/heads/main' },
  'an owner with a longer name': { sub: 'repo:myuser2/myapp:ref:refs/heads/main' },
  'an owner in other letters': { sub: 'repo:MyUser/myapp:ref:refs/heads/main' },
  'a tag with the name of the branch': { sub: 'repo:myuser/myapp:ref:refs/tags/main' },
  'an environment with the name of the branch': { sub: 'repo:myuser/myapp:environment:main' },
  'a pull request': { sub: 'repo:myuser/myapp:pull_request' },
  'the immutable form': { sub: 'repo:myuser@123/myapp@456:ref:refs/heads/main' },
};

const CASES: Record<string, Case> = {
  'GitHub, a branch': {
    issuer: GITHUB,
    trust: () => lib.OidcTrust.github({ ...repository, subjects: [GithubSubject.branch('main')] }),
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser/myapp:ref:refs/heads/main' },
    takes: { 'the branch': {} },
    refuses: GITHUB_REFUSES,
  },
  'GitHub, an exact branch beside a pattern of tags': {
    issuer: GITHUB,
    trust: () => lib.OidcTrust.github({ ...repository, subjects: [GithubSubject.branch('main'), GithubSubject.tag('v*')] }),
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser/myapp:ref:refs/heads/main' },
    takes: {
      'the branch': {},
      'a tag of the pattern': { sub: 'repo:myuser/myapp:ref:refs/tags/v1.2.3' },
    },
    refuses: {
      ...GITHUB_REFUSES,
      'a tag of no pattern': { sub: 'repo:myuser/myapp:ref:refs/tags/nightly' },
      'a branch that is named like a tag': { sub: 'repo:myuser/myapp:ref:refs/heads/v1' },
      'a tag of a repository with a longer name': { sub: 'repo:myuser/myapp2:ref:refs/tags/v1' },
    },
  },
  'GitHub, a pattern of branches': {
    issuer: GITHUB,
    trust: () => lib.OidcTrust.github({ ...repository, subjects: [GithubSubject.branch('release/?.*')] }),
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser/myapp:ref:refs/heads/release/1.x' },
    takes: { 'a branch of the pattern': {} },
    refuses: {
      'two characters for ?': { sub: 'repo:myuser/myapp:ref:refs/heads/release/10.x' },
      'another branch': { sub: 'repo:myuser/myapp:ref:refs/heads/main' },
      'a pull request': { sub: 'repo:myuser/myapp:pull_request' },
    },
  },
  'GitHub, environments': {
    issuer: GITHUB,
    trust: () => lib.OidcTrust.github({ ...repository, subjects: [GithubSubject.environment('Production:V1'), GithubSubject.environment('my stage')] }),
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser/myapp:environment:Production%3AV1' },
    takes: {
      'an environment with a colon, which GitHub encodes': {},
      'an environment with a space': { sub: 'repo:myuser/myapp:environment:my stage' },
    },
    refuses: {
      'the colon as it is': { sub: 'repo:myuser/myapp:environment:Production:V1' },
      'a part of the name': { sub: 'repo:myuser/myapp:environment:Production' },
      'a branch with the name of the environment': { sub: 'repo:myuser/myapp:ref:refs/heads/Production%3AV1' },
    },
  },
  'GitHub, pull requests': {
    issuer: GITHUB,
    trust: () => lib.OidcTrust.github({ ...repository, subjects: [GithubSubject.pullRequest()] }),
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser/myapp:pull_request' },
    takes: { 'a pull request': {} },
    refuses: {
      'a branch': { sub: 'repo:myuser/myapp:ref:refs/heads/main' },
      'a branch that is named so': { sub: 'repo:myuser/myapp:ref:refs/heads/pull_request' },
      'a pull request to a fork': { sub: 'repo:somebody/myapp:pull_request' },
    },
  },
  'GitHub, with ids': {
    issuer: GITHUB,
    trust: () => lib.OidcTrust.github({ ...withIds, subjects: [GithubSubject.branch('main')] }),
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser@123/myapp@456:ref:refs/heads/main' },
    takes: { 'the branch': {} },
    refuses: {
      'a repository that was made again': { sub: 'repo:myuser@123/myapp@789:ref:refs/heads/main' },
      'an owner that was made again': { sub: 'repo:myuser@999/myapp@456:ref:refs/heads/main' },
      'a longer id': { sub: 'repo:myuser@123/myapp@4567:ref:refs/heads/main' },
      'the classic form': { sub: 'repo:myuser/myapp:ref:refs/heads/main' },
    },
  },
  'GitHub, both forms': {
    issuer: GITHUB,
    trust: () => lib.OidcTrust.github({ ...withIds, subjects: [GithubSubject.branch('main')], subjectFormat: lib.GithubSubjectFormat.BOTH }),
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser@123/myapp@456:ref:refs/heads/main' },
    takes: { 'the immutable form': {}, 'the classic form': { sub: 'repo:myuser/myapp:ref:refs/heads/main' } },
    refuses: { 'a repository that was made again': { sub: 'repo:myuser@123/myapp@789:ref:refs/heads/main' } },
  },
  'GitHub, several repositories': {
    issuer: GITHUB,
    trust: () => lib.OidcTrust.github({
      ...repository, moreRepositories: [{ owner: 'myorg', repository: 'worker', ownerId: '1', repositoryId: '2' }], subjects: [GithubSubject.branch('main')],
    }),
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser/myapp:ref:refs/heads/main' },
    takes: { 'the first': {}, 'the second': { sub: 'repo:myorg@1/worker@2:ref:refs/heads/main' } },
    refuses: { 'one\'s name with the other\'s owner': { sub: 'repo:myorg/myapp:ref:refs/heads/main' } },
  },
  'GitHub, with every claim': {
    issuer: GITHUB,
    trust: () => lib.OidcTrust.github({
      ...repository,
      subjects: [GithubSubject.branch('main')],
      claims: {
        actor: ['octocat', 'robot-*'],
        actorId: ['7'],
        enterpriseId: ['8'],
        environment: ['prod'],
        jobWorkflowRef: ['myuser/workflows/.github/workflows/push.yml@refs/heads/*'],
        ref: ['refs/heads/main'],
        repositoryId: ['456'],
        repositoryOwnerId: ['123'],
        workflow: ['push'],
      },
    }),
    token: {
      aud: 'sts.amazonaws.com',
      sub: 'repo:myuser/myapp:ref:refs/heads/main',
      actor: 'octocat',
      actor_id: '7',
      enterprise_id: '8',
      environment: 'prod',
      job_workflow_ref: 'myuser/workflows/.github/workflows/push.yml@refs/heads/main',
      ref: 'refs/heads/main',
      repository_id: '456',
      repository_owner_id: '123',
      workflow: 'push',
    },
    takes: { 'a token with them': {}, 'another value of a list': { actor: 'robot-1' } },
    refuses: {
      'another branch': { sub: 'repo:myuser/myapp:ref:refs/heads/develop' },
      'another actor': { actor: 'mallory' },
      'another actor\'s id': { actor_id: '77' },
      'another enterprise': { enterprise_id: '9' },
      'another environment': { environment: 'dev' },
      'no environment': { environment: undefined },
      'another workflow file': { job_workflow_ref: 'myuser/workflows/.github/workflows/evil.yml@refs/heads/main' },
      'a workflow file of a tag': { job_workflow_ref: 'myuser/workflows/.github/workflows/push.yml@refs/tags/main' },
      'another ref': { ref: 'refs/heads/develop' },
      'a repository that was made again': { repository_id: '457' },
      'an owner that was made again': { repository_owner_id: '124' },
      'another workflow': { workflow: 'test' },
    },
  },
  'GitHub, an enterprise\'s issuer': {
    issuer: `${GITHUB}/octocorp`,
    trust: () => lib.OidcTrust.github({
      ...repository, subjects: [GithubSubject.branch('main')], issuer: lib.GithubIssuer.enterprise('octocorp'), claims: { ref: ['refs/heads/main'] },
    }),
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser/myapp:ref:refs/heads/main', ref: 'refs/heads/main' },
    takes: { 'the branch': {} },
    refuses: { ...GITHUB_REFUSES, 'another ref': { ref: 'refs/tags/main' } },
  },
  'GitHub with data residency': {
    issuer: 'https://token.actions.octocorp.ghe.com',
    trust: () => lib.OidcTrust.github({
      ...repository, subjects: [GithubSubject.branch('main')], issuer: lib.GithubIssuer.dataResidency('octocorp'), claims: { repositoryId: ['456'] },
    }),
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser/myapp:ref:refs/heads/main', repository_id: '456' },
    takes: { 'the branch': {} },
    refuses: { ...GITHUB_REFUSES, 'a repository that was made again': { repository_id: '457' } },
  },
  'a GitHub Enterprise Server': {
    issuer: 'https://github.example.com/_services/token',
    trust: () => lib.OidcTrust.github({
      ...repository, subjects: [GithubSubject.branch('main')], issuer: lib.GithubIssuer.enterpriseServer('github.example.com'), audiences: ['ecr', 'sts'],
    }),
    token: { aud: 'ecr', sub: 'repo:myuser/myapp:ref:refs/heads/main' },
    takes: { 'one audience': {}, 'the other audience': { aud: 'sts' } },
    refuses: GITHUB_REFUSES,
  },
  'GitHub, a template of subjects': {
    issuer: GITHUB,
    trust: () => lib.OidcTrust.github({ ...repository, subjects: [GithubSubject.custom('job_workflow_ref:myuser/w/.github/workflows/push.yml@refs/heads/main')] }),
    token: { aud: 'sts.amazonaws.com', sub: 'repo:myuser/myapp:job_workflow_ref:myuser/w/.github/workflows/push.yml@refs/heads/main' },
    takes: { 'the workflow file': {} },
    refuses: { 'another workflow file': { sub: 'repo:myuser/myapp:job_workflow_ref:myuser/w/.github/workflows/evil.yml@refs/heads/main' } },
  },
  'GitLab': {
    issuer: 'https://gitlab.com',
    trust: () => lib.OidcTrust.gitlab({
      project: 'mygroup/sub/myapp',
      subjects: [lib.GitlabSubject.branch('main'), lib.GitlabSubject.tag('v*'), lib.GitlabSubject.custom('environment:prod')],
    }),
    token: { aud: 'https://gitlab.com', sub: 'project_path:mygroup/sub/myapp:ref_type:branch:ref:main' },
    takes: {
      'the branch': {},
      'a tag': { sub: 'project_path:mygroup/sub/myapp:ref_type:tag:ref:v1' },
      'components of the project\'s own': { sub: 'project_path:mygroup/sub/myapp:environment:prod' },
    },
    refuses: {
      'another branch': { sub: 'project_path:mygroup/sub/myapp:ref_type:branch:ref:main2' },
      'a tag with the name of the branch': { sub: 'project_path:mygroup/sub/myapp:ref_type:tag:ref:main' },
      'a branch with the name of a tag': { sub: 'project_path:mygroup/sub/myapp:ref_type:branch:ref:v1' },
      'a fork': { sub: 'project_path:mallory/myapp:ref_type:branch:ref:main' },
      'a project with a longer name': { sub: 'project_path:mygroup/sub/myapp2:ref_type:branch:ref:main' },
      'a project below': { sub: 'project_path:mygroup/sub/myapp/x:ref_type:branch:ref:main' },
      'the group itself': { sub: 'project_path:mygroup/sub:ref_type:branch:ref:main' },
    },
  },
  'GitLab, with every claim': {
    issuer: 'https://gitlab.com',
    trust: () => lib.OidcTrust.gitlab({
      project: 'mygroup/myapp',
      subjects: [lib.GitlabSubject.branch('*')],
      audiences: ['aws'],
      claims: {
        namespaceId: ['1'],
        projectId: ['2'],
        pipelineSource: ['push', 'web'],
        refProtected: true,
        runnerEnvironment: ['gitlab-hosted'],
        userAccessLevel: ['maintainer'],
        userEmail: ['*@example.com'],
        userId: ['3'],
        userLogin: ['octocat'],
      },
    }),
    token: {
      aud: 'aws',
      sub: 'project_path:mygroup/myapp:ref_type:branch:ref:main',
      namespace_id: '1',
      project_id: '2',
      pipeline_source: 'push',
      ref_protected: 'true',
      runner_environment: 'gitlab-hosted',
      user_access_level: 'maintainer',
      user_email: 'octocat@example.com',
      user_id: '3',
      user_login: 'octocat',
    },
    takes: { 'a token with them': {}, 'another branch': { sub: 'project_path:mygroup/myapp:ref_type:branch:ref:x' } },
    refuses: {
      'a group that was made again': { namespace_id: '9' },
      'a project that was made again': { project_id: '9' },
      'a merge request': { pipeline_source: 'merge_request_event' },
      'a branch that is not protected': { ref_protected: 'false' },
      'a runner of one\'s own': { runner_environment: 'self-hosted' },
      'a developer': { user_access_level: 'developer' },
      'an address elsewhere': { user_email: 'octocat@example.com.evil.org' },
      'another user\'s id': { user_id: '33' },
      'another user': { user_login: 'mallory' },
      'the default audience': { aud: 'https://gitlab.com' },
    },
  },
  'GitLab, self-managed': {
    issuer: 'https://git.example.com/gitlab',
    trust: () => lib.OidcTrust.gitlab({ project: 'mygroup/myapp', subjects: [lib.GitlabSubject.branch('main')], issuer: 'https://git.example.com/gitlab' }),
    token: { aud: 'https://git.example.com/gitlab', sub: 'project_path:mygroup/myapp:ref_type:branch:ref:main' },
    takes: { 'the branch': {} },
    refuses: { 'another branch': { sub: 'project_path:mygroup/myapp:ref_type:branch:ref:x' } },
  },
  'Bitbucket, an environment': {
    issuer: 'https://api.bitbucket.org/2.0/workspaces/myworkspace/pipelines-config/identity/oidc',
    trust: () => lib.OidcTrust.bitbucket({
      workspace: 'myworkspace',
      workspaceUuid: ORGANIZATION_UUID,
      repositoryUuid: `{${PROJECT_UUID}}`,
      subjects: [lib.BitbucketSubject.environment(`{${USER_UUID}}`)],
    }),
    token: { aud: `ari:cloud:bitbucket::workspace/${ORGANIZATION_UUID}`, sub: `{${PROJECT_UUID}}:{${USER_UUID}}:{00000000-0000-0000-0000-000000000001}` },
    takes: {
      'a step': {},
      'another step': { sub: `{${PROJECT_UUID}}:{${USER_UUID}}:{00000000-0000-0000-0000-000000000002}` },
    },
    refuses: {
      'another environment': { sub: `{${PROJECT_UUID}}:{${OTHER_UUID}}:{00000000-0000-0000-0000-000000000001}` },
      'a step without environment': { sub: `{${PROJECT_UUID}}:{00000000-0000-0000-0000-000000000001}` },
      'another repository': { sub: `{${OTHER_UUID}}:{${USER_UUID}}:{00000000-0000-0000-0000-000000000001}` },
      'another workspace\'s audience': { aud: `ari:cloud:bitbucket::workspace/${OTHER_UUID}` },
    },
  },
  'Bitbucket, any step': {
    issuer: 'https://api.bitbucket.org/2.0/workspaces/myworkspace/pipelines-config/identity/oidc',
    trust: () => lib.OidcTrust.bitbucket({
      workspace: 'myworkspace', workspaceUuid: ORGANIZATION_UUID, repositoryUuid: `{${PROJECT_UUID}}`, subjects: [lib.BitbucketSubject.anyStep()], audiences: ['aws'],
    }),
    token: { aud: 'aws', sub: `{${PROJECT_UUID}}:{00000000-0000-0000-0000-000000000001}` },
    takes: { 'a step without environment': {}, 'a step with one': { sub: `{${PROJECT_UUID}}:{${USER_UUID}}:{00000000-0000-0000-0000-000000000001}` } },
    refuses: { 'another repository': { sub: `{${OTHER_UUID}}:{00000000-0000-0000-0000-000000000001}` } },
  },
  'CircleCI': {
    issuer: `https://oidc.circleci.com/org/${ORGANIZATION_UUID}`,
    trust: () => lib.OidcTrust.circleci({
      organizationId: ORGANIZATION_UUID,
      projectId: PROJECT_UUID,
      subjects: [lib.CircleciSubject.branch('github.com/myuser/myapp', 'main'), lib.CircleciSubject.tag('github.com/myuser/myapp', 'v*')],
    }),
    token: {
      aud: ORGANIZATION_UUID,
      sub: `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${USER_UUID}/vcs-origin/github.com/myuser/myapp/vcs-ref/refs/heads/main`,
    },
    takes: {
      'the branch': {},
      'whoever starts it': { sub: `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${OTHER_UUID}/vcs-origin/github.com/myuser/myapp/vcs-ref/refs/heads/main` },
      'a tag': { sub: `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${USER_UUID}/vcs-origin/github.com/myuser/myapp/vcs-ref/refs/tags/v1` },
    },
    refuses: {
      'a fork': { sub: `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${USER_UUID}/vcs-origin/github.com/mallory/myapp/vcs-ref/refs/heads/main` },
      'a fork with a branch that is named like the rest of the subject': {
        sub: `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${USER_UUID}/vcs-origin/github.com/mallory/myapp/vcs-ref/refs/heads/x/vcs-origin/github.com/myuser/myapp/vcs-ref/refs/heads/main`,
      },
      'another branch': { sub: `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${USER_UUID}/vcs-origin/github.com/myuser/myapp/vcs-ref/refs/heads/x` },
      'a tag with the name of the branch': { sub: `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${USER_UUID}/vcs-origin/github.com/myuser/myapp/vcs-ref/refs/tags/main` },
      'another project': { sub: `org/${ORGANIZATION_UUID}/project/${OTHER_UUID}/user/${USER_UUID}/vcs-origin/github.com/myuser/myapp/vcs-ref/refs/heads/main` },
      'a token of the first version': { sub: `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${USER_UUID}` },
    },
  },
  'CircleCI, any job': {
    issuer: `https://oidc.circleci.com/org/${ORGANIZATION_UUID}`,
    trust: () => lib.OidcTrust.circleci({ organizationId: ORGANIZATION_UUID, projectId: PROJECT_UUID, subjects: [lib.CircleciSubject.anyJob()], audiences: ['aws'] }),
    token: { aud: 'aws', sub: `org/${ORGANIZATION_UUID}/project/${PROJECT_UUID}/user/${USER_UUID}` },
    takes: { 'a token of the first version': {} },
    refuses: { 'another project': { sub: `org/${ORGANIZATION_UUID}/project/${OTHER_UUID}/user/${USER_UUID}` } },
  },
  'Buildkite': {
    issuer: 'https://agent.buildkite.com',
    trust: () => lib.OidcTrust.buildkite({
      organization: 'myorg',
      pipeline: 'myapp',
      subjects: [lib.BuildkiteSubject.branch('main', { stepKey: 'push' }), lib.BuildkiteSubject.branch('release/*'), lib.BuildkiteSubject.tag('v*')],
    }),
    token: { aud: 'sts.amazonaws.com', sub: `organization:myorg:pipeline:myapp:ref:refs/heads/main:commit:${SHA}:step:push` },
    takes: {
      'the step of the branch': {},
      'another commit': { sub: 'organization:myorg:pipeline:myapp:ref:refs/heads/main:commit:HEAD:step:push' },
      'a branch of the pattern': { sub: `organization:myorg:pipeline:myapp:ref:refs/heads/release/1:commit:${SHA}:step:x` },
      'a tag': { sub: `organization:myorg:pipeline:myapp:ref:refs/tags/v1:commit:${SHA}:step:x` },
    },
    refuses: {
      'another step': { sub: `organization:myorg:pipeline:myapp:ref:refs/heads/main:commit:${SHA}:step:test` },
      'another branch': { sub: `organization:myorg:pipeline:myapp:ref:refs/heads/main2:commit:${SHA}:step:push` },
      'a fork\'s branch of that name': { sub: `organization:myorg:pipeline:myapp:ref:refs/heads/mallory:main:commit:${SHA}:step:push` },
      'a tag with the name of the branch': { sub: `organization:myorg:pipeline:myapp:ref:refs/tags/main:commit:${SHA}:step:push` },
      'another pipeline': { sub: `organization:myorg:pipeline:myapp2:ref:refs/heads/main:commit:${SHA}:step:push` },
      'another organization': { sub: `organization:mallory:pipeline:myapp:ref:refs/heads/main:commit:${SHA}:step:push` },
    },
  },
  'Buildkite, any build, with every claim': {
    issuer: 'https://agent.buildkite.com',
    trust: () => lib.OidcTrust.buildkite({
      organization: 'myorg',
      pipeline: 'myapp',
      subjects: [lib.BuildkiteSubject.anyBuild()],
      claims: { buildBranch: ['main'], clusterId: [OTHER_UUID], clusterName: ['trusted'], organizationId: [ORGANIZATION_UUID], pipelineId: [PROJECT_UUID] },
    }),
    token: {
      aud: 'sts.amazonaws.com',
      sub: `organization:myorg:pipeline:myapp:ref:refs/heads/main:commit:${SHA}:step:push`,
      build_branch: 'main',
      cluster_id: OTHER_UUID,
      cluster_name: 'trusted',
      organization_id: ORGANIZATION_UUID,
      pipeline_id: PROJECT_UUID,
    },
    takes: { 'a token with them': {} },
    refuses: {
      'another branch': { build_branch: 'x' },
      'another cluster': { cluster_id: USER_UUID },
      'another cluster\'s name': { cluster_name: 'default' },
      'an organization that was made again': { organization_id: USER_UUID },
      'a pipeline that was made again': { pipeline_id: USER_UUID },
      'no id of a pipeline': { pipeline_id: undefined },
      'another pipeline': { sub: `organization:myorg:pipeline:other:ref:refs/heads/main:commit:${SHA}:step:push` },
    },
  },
  'HCP Terraform': {
    issuer: 'https://app.terraform.io',
    trust: () => lib.OidcTrust.hcpTerraform({ organization: 'myorg', project: 'Default Project', subjects: [lib.HcpTerraformSubject.apply('myapp-*')] }),
    token: { aud: 'aws.workload.identity', sub: 'organization:myorg:project:Default Project:workspace:myapp-prod:run_phase:apply' },
    takes: { 'an apply': {} },
    refuses: {
      'a plan': { sub: 'organization:myorg:project:Default Project:workspace:myapp-prod:run_phase:plan' },
      'another workspace': { sub: 'organization:myorg:project:Default Project:workspace:other:run_phase:apply' },
      'another project': { sub: 'organization:myorg:project:Other:workspace:myapp-prod:run_phase:apply' },
      'another organization': { sub: 'organization:mallory:project:Default Project:workspace:myapp-prod:run_phase:apply' },
    },
  },
  'Terraform Enterprise, plans': {
    issuer: 'https://terraform.example.com',
    trust: () => lib.OidcTrust.hcpTerraform({
      organization: 'myorg',
      project: 'p',
      subjects: [lib.HcpTerraformSubject.plan('w'), lib.HcpTerraformSubject.anyPhase('x')],
      issuer: 'https://terraform.example.com',
      audiences: ['aws'],
    }),
    token: { aud: 'aws', sub: 'organization:myorg:project:p:workspace:w:run_phase:plan' },
    takes: { 'a plan': {}, 'any phase of the other workspace': { sub: 'organization:myorg:project:p:workspace:x:run_phase:apply' } },
    refuses: { 'an apply': { sub: 'organization:myorg:project:p:workspace:w:run_phase:apply' } },
  },
  'Azure DevOps': {
    issuer: `https://vstoken.dev.azure.com/${ORGANIZATION_UUID}`,
    trust: () => lib.OidcTrust.azureDevOps({
      organization: 'myorg', organizationId: ORGANIZATION_UUID, project: 'My App', subjects: [lib.AzureDevOpsSubject.serviceConnection('aws-push')],
    }),
    token: { aud: 'api://AzureADTokenExchange', sub: 'sc://myorg/My App/aws-push' },
    takes: { 'the service connection': {} },
    refuses: {
      'another service connection': { sub: 'sc://myorg/My App/aws-push2' },
      'another project': { sub: 'sc://myorg/Other/aws-push' },
      'another organization': { sub: 'sc://mallory/My App/aws-push' },
    },
  },
  'Jenkins': {
    issuer: 'https://jenkins.example.com/oidc',
    trust: () => lib.OidcTrust.jenkins({
      url: 'https://jenkins.example.com',
      subjects: [lib.JenkinsSubject.job('team/My App'), lib.JenkinsSubject.branch('team/multi', 'release/*'), lib.JenkinsSubject.custom('jenkins:main')],
    }),
    token: { aud: 'sts.amazonaws.com', sub: 'https://jenkins.example.com/job/team/job/My%20App/' },
    takes: {
      'the job': {},
      'a branch': { sub: 'https://jenkins.example.com/job/team/job/multi/job/release%252F1/' },
      'a template\'s subject': { sub: 'jenkins:main' },
    },
    refuses: {
      'a job with a longer name': { sub: 'https://jenkins.example.com/job/team/job/My%20App2/' },
      'another branch': { sub: 'https://jenkins.example.com/job/team/job/multi/job/main/' },
      'a pull request': { sub: 'https://jenkins.example.com/job/team/job/multi/job/PR-1/' },
      'another folder': { sub: 'https://jenkins.example.com/job/other/job/My%20App/' },
      'another Jenkins': { sub: 'https://jenkins.example.org/job/team/job/My%20App/' },
    },
  },
  'Jenkins, pull requests, with another issuer': {
    issuer: 'https://oidc.example.com/jenkins',
    trust: () => lib.OidcTrust.jenkins({
      url: 'http://jenkins.internal:8080', issuer: 'https://oidc.example.com/jenkins', audiences: ['aws'], subjects: [lib.JenkinsSubject.pullRequest('multi')],
    }),
    token: { aud: 'aws', sub: 'http://jenkins.internal:8080/job/multi/job/PR-12/' },
    takes: { 'a pull request': {} },
    refuses: { 'a branch': { sub: 'http://jenkins.internal:8080/job/multi/job/main/' } },
  },
  'Codefresh': {
    issuer: 'https://oidc.codefresh.io',
    trust: () => lib.OidcTrust.codefresh({
      accountId: '5f30ebd30312313ae7f17948',
      pipelineId: '64de5cd47626b3ca134e760a',
      subjects: [
        lib.CodefreshSubject.cron(),
        lib.CodefreshSubject.push('https://github.com/myuser/myapp', 'main'),
        lib.CodefreshSubject.manual('https://github.com/myuser/myapp', 'main'),
      ],
    }),
    token: {
      aud: 'https://g.codefresh.io',
      sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a:scm_repo_url:https://github.com/myuser/myapp:scm_user_name:octocat:scm_ref:main',
    },
    takes: {
      'a push': {},
      'a schedule': { sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a' },
      'a push by hand': {
        sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a:initiator:octocat:scm_repo_url:https://github.com/myuser/myapp:scm_user_name:octocat:scm_ref:main',
      },
    },
    refuses: {
      'another branch': { sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a:scm_repo_url:https://github.com/myuser/myapp:scm_user_name:octocat:scm_ref:x' },
      'a fork': { sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a:scm_repo_url:https://github.com/mallory/myapp:scm_user_name:octocat:scm_ref:main' },
      'a pull request from the branch': {
        sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a:scm_repo_url:https://github.com/myuser/myapp:scm_user_name:octocat:scm_ref:main:scm_pull_request_target_branch:x',
      },
      'a pull request to the branch': {
        sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a:scm_repo_url:https://github.com/myuser/myapp:scm_user_name:octocat:scm_ref:x:scm_pull_request_target_branch:main',
      },
      'another pipeline': { sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760b' },
      'another account': { sub: 'account:5f30ebd30312313ae7f17949:pipeline:64de5cd47626b3ca134e760a' },
    },
  },
  'Codefresh on premises, pull requests and any trigger': {
    issuer: 'https://oidc.example.com',
    trust: () => lib.OidcTrust.codefresh({
      accountId: '5f30ebd30312313ae7f17948',
      pipelineId: '64de5cd47626b3ca134e760a',
      subjects: [lib.CodefreshSubject.pullRequest('https://github.com/myuser/myapp', 'main')],
      issuer: 'https://oidc.example.com',
      audiences: ['https://codefresh.example.com'],
    }),
    token: {
      aud: 'https://codefresh.example.com',
      sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a:scm_repo_url:https://github.com/myuser/myapp:scm_user_name:octocat:scm_ref:x:scm_pull_request_target_branch:main',
    },
    takes: { 'a pull request': {} },
    refuses: {
      'a push': { sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a:scm_repo_url:https://github.com/myuser/myapp:scm_user_name:octocat:scm_ref:x' },
    },
  },
  'Codefresh, any trigger': {
    issuer: 'https://oidc.codefresh.io',
    trust: () => lib.OidcTrust.codefresh({
      accountId: '5f30ebd30312313ae7f17948', pipelineId: '64de5cd47626b3ca134e760a', subjects: [lib.CodefreshSubject.anyTrigger()],
    }),
    token: { aud: 'https://g.codefresh.io', sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a:initiator:octocat' },
    takes: { 'a run by hand': {} },
    refuses: {
      'a schedule': { sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a' },
      'a pipeline with a longer id': { sub: 'account:5f30ebd30312313ae7f17948:pipeline:64de5cd47626b3ca134e760a1:initiator:octocat' },
    },
  },
  'Semaphore': {
    issuer: 'https://myorg.semaphoreci.com',
    trust: () => lib.OidcTrust.semaphore({
      organization: 'myorg', projectId: PROJECT_UUID, repository: 'web', subjects: [lib.SemaphoreSubject.branch('main'), lib.SemaphoreSubject.tag('v1')],
    }),
    token: { aud: 'https://myorg.semaphoreci.com', sub: `org:myorg:project:${PROJECT_UUID}:repo:web:ref_type:branch:ref:refs/heads/main` },
    takes: { 'the branch': {}, 'the tag': { sub: `org:myorg:project:${PROJECT_UUID}:repo:web:ref_type:tag:ref:refs/tags/v1` } },
    refuses: {
      'another branch': { sub: `org:myorg:project:${PROJECT_UUID}:repo:web:ref_type:branch:ref:refs/heads/x` },
      'a tag with the name of the branch': { sub: `org:myorg:project:${PROJECT_UUID}:repo:web:ref_type:tag:ref:refs/tags/main` },
      'a pull request': { sub: `org:myorg:project:${PROJECT_UUID}:repo:web:ref_type:pull-request:ref:refs/pull/1/merge` },
      'another project': { sub: `org:myorg:project:${OTHER_UUID}:repo:web:ref_type:branch:ref:refs/heads/main` },
      'another repository': { sub: `org:myorg:project:${PROJECT_UUID}:repo:web2:ref_type:branch:ref:refs/heads/main` },
    },
  },
  'Semaphore elsewhere, pull requests': {
    issuer: 'https://semaphore.example.com',
    trust: () => lib.OidcTrust.semaphore({
      organization: 'myorg', projectId: PROJECT_UUID, repository: 'web', subjects: [lib.SemaphoreSubject.pullRequest()], issuer: 'https://semaphore.example.com', audiences: ['aws'],
    }),
    token: { aud: 'aws', sub: `org:myorg:project:${PROJECT_UUID}:repo:web:ref_type:pull-request:ref:refs/pull/1/merge` },
    takes: { 'a pull request': {} },
    refuses: { 'a branch': { sub: `org:myorg:project:${PROJECT_UUID}:repo:web:ref_type:branch:ref:refs/heads/main` } },
  },
  'an issuer of one\'s own': {
    issuer: 'https://ci.example.com/tenant',
    trust: () => lib.OidcTrust.custom({ issuer: 'https://ci.example.com/tenant', audiences: ['aws'], subjects: ['project:myapp:branch:*'] }),
    token: { aud: 'aws', sub: 'project:myapp:branch:main' },
    takes: { 'a subject of the pattern': {} },
    refuses: { 'another subject': { sub: 'project:myapp2:branch:main' } },
  },
};

const issuers = new Map<string, Issuer>();

beforeAll(async () => {
  for (const url of new Set(Object.values(CASES).map(({ issuer }) => issuer))) issuers.set(url, await Issuer.at(url));
});

function serviceFor(trust: lib.OidcTrust, environment: { account: string; region: string; partition?: string } = ENVIRONMENT): WebIdentityService {
  const stack = new Stack(new App(), 'Stack', { env: { account: environment.account, region: environment.region } });
  new lib.CiRole(stack, 'Role', { trust });
  return new WebIdentityService(Template.fromStack(stack), environment, [...issuers.values()]);
}

describe.each(Object.entries(CASES))('%s', (_name, { issuer: url, refuses, takes, token, trust }) => {
  let service: WebIdentityService;
  let issuer: Issuer;
  let others: Issuer[];

  beforeAll(() => {
    issuer = issuers.get(url)!;
    others = [...issuers.values()].filter((other) => other !== issuer);
    service = serviceFor(trust());
  });

  test.each(Object.entries(takes))('takes %s', async (_what, claims) => {
    expect(await service.assume(await issuer.token({ ...token, ...claims }))).toBe('Allowed');
  });

  test.each(Object.entries(refuses))('refuses %s', async (_what, claims) => {
    expect(await service.assume(await issuer.token({ ...token, ...claims }))).toBe('ImplicitlyDenied');
  });

  test('refuses another audience', async () => {
    expect(await service.assume(await issuer.token({ ...token, aud: 'https://example.com' }))).toBe('ImplicitlyDenied');
  });

  test('refuses a token without subject', async () => {
    expect(await service.assume(await issuer.token({ ...token, sub: undefined }))).toBe('ImplicitlyDenied');
  });

  test('refuses an empty subject', async () => {
    expect(await service.assume(await issuer.token({ ...token, sub: '' }))).toBe('ImplicitlyDenied');
  });

  test('refuses the same claims of every other issuer', async () => {
    for (const other of others) expect(await service.assume(await other.token(token))).toBe('ImplicitlyDenied');
  });
});

test('a token that another key signed is not looked at', async () => {
  const service = serviceFor(CASES['GitHub, a branch'].trust());
  const forged = await (await Issuer.at(GITHUB)).token(CASES['GitHub, a branch'].token);
  await expect(service.assume(forged)).rejects.toThrow('signature verification failed');
});

test('a claim that AWS does not offer is found out', async () => {
  const service = serviceFor(lib.OidcTrust.custom({ issuer: GITHUB, audiences: ['x'], subjects: ['repo:o/r:*'], claims: { event_name: ['push'] } }));
  await expect(service.assume(await issuers.get(GITHUB)!.token({ aud: 'x', sub: 'repo:o/r:x' }))).rejects.toThrow(
    'AWS has no condition key token.actions.githubusercontent.com:event_name');
});

test.each(['aws', 'aws-cn', 'aws-us-gov'])('the provider\'s ARN is of the partition %s', async (partition) => {
  const region = { 'aws': 'eu-west-1', 'aws-cn': 'cn-north-1', 'aws-us-gov': 'us-gov-west-1' }[partition]!;
  const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region } });
  const provider = lib.CiOidcProvider.fromIssuer(stack, 'Github', GITHUB);
  new lib.CiRole(stack, 'Role', { trust: lib.OidcTrust.github({ ...repository, subjects: [GithubSubject.branch('main')], provider }) });
  const token = await issuers.get(GITHUB)!.token(CASES['GitHub, a branch'].token);
  const answer = async (actual: string): Promise<string> => (
    new WebIdentityService(Template.fromStack(stack), { account: ACCOUNT, region, partition: actual }, [...issuers.values()]).assume(token)
  );
  expect(await answer(partition)).toBe('Allowed');
});

describe('whatever the names', () => {
  const name = (characters: string, maxLength: number): fc.Arbitrary<string> => (
    fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength })
  );
  const LETTERS = 'abcABC019';
  const owners = fc.tuple(name(LETTERS, 1), name(`${LETTERS}-`, 8)).map((parts) => parts.join(''));
  const repositories = name(`${LETTERS}-_.`, 8).filter((text) => !/^\.{1,2}$/.test(text));
  const part = fc.tuple(name(LETTERS, 1), name(`${LETTERS}-_.%#@+`, 8), name(LETTERS, 1)).map((parts) => parts.join(''));
  const branches = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')).filter((text) => !/\.\.|@\{|\.lock(\/|$)/.test(text));
  const runs = fc.record({ owner: owners, repository: repositories, branch: branches });
  const subjectOf = (run: { owner: string; repository: string; branch: string }): string => `repo:${run.owner}/${run.repository}:ref:refs/heads/${run.branch}`;
  const isPattern = fc.constantFrom('exact', 'beginning', 'all');

  test('a role takes the token of its repository and branch, and of no other repository', async () => {
    const issuer = issuers.get(GITHUB)!;
    await fc.assert(fc.asyncProperty(runs, runs, isPattern, async (mine, other, kind) => {
      fc.pre(mine.owner !== other.owner || mine.repository !== other.repository);
      const pattern = { exact: mine.branch, beginning: `${mine.branch.slice(0, 1)}*`, all: '*' }[kind];
      const service = serviceFor(lib.OidcTrust.github({ owner: mine.owner, repository: mine.repository, subjects: [GithubSubject.branch(pattern)] }));
      const answer = async (sub: string): Promise<string> => service.assume(await issuer.token({ aud: 'sts.amazonaws.com', sub }));
      expect(await answer(subjectOf(mine))).toBe('Allowed');
      // The other as it is, and with as much of mine as can be.
      const near = [other, { ...other, owner: mine.owner }, { ...other, repository: mine.repository }]
        .filter((run) => run.owner !== mine.owner || run.repository !== mine.repository)
        .flatMap((run) => [run, { ...run, branch: mine.branch }]);
      const longer = [{ ...mine, repository: `${mine.repository}x` }, { ...mine, owner: `${mine.owner}x` }, { ...mine, owner: `x${mine.owner}` }];
      for (const run of [...near, ...longer]) expect(await answer(subjectOf(run))).toBe('ImplicitlyDenied');
    }), { numRuns: 60 });
  });
});
