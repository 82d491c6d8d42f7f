import { App, Aws, Stack } from 'aws-cdk-lib';
import * as lib from '../../../src';

const ORGANIZATION_UUID = '11111111-2222-3333-4444-555555555555';
const PROJECT_UUID = '66666666-7777-8888-9999-000000000000';
const T = Aws.STACK_NAME;

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack');
});

/** The message without its beginning, for a trust that has to be refused; an empty text if it is not. */
function refusal(trust: lib.OidcTrust): string {
  try {
    new lib.CiRole(stack, 'Role', { trust });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** The message that a role has to refuse the trust with. */
function problems(...lines: string[]): string {
  return [`Stack/Role: ${lines.length} ${lines.length === 1 ? 'problem' : 'problems'}`, ...lines.map((line) => `  - ${line}`)].join('\n');
}

const text = (value: string): string => `'${value}' (${value.length} characters)`;
const NO_SUBJECTS = '\'trust.subjects\' must be at least one, got: []; say which runs of the CI may assume the role';
const uuid = (property: string, value: string): string => (
  `'trust.${property}' must be a UUID in lower case, without braces, got: ${text(value)}; write it such as '12345678-90ab-cdef-1234-567890abcdef'`
);
const uuidInBraces = (property: string, value: string): string => (
  `'trust.${property}' must be a UUID in lower case, in braces, got: ${text(value)}; write it such as '{12345678-90ab-cdef-1234-567890abcdef}'`
);
const digits = (property: string, value: string): string => (
  `'trust.${property}' must be an id of digits only, got: ${text(value)}; write the number as a string; no wildcard may stand for it`
);
const ref = (property: string, value: string): string => (
  `'trust.${property}' must be a name that git takes, in which * and ? are wildcards, got: ${text(value)}; write it such as 'main', 'release/*' or 'v1.2.3'`
);
const issuer = (value: string): string => (
  '\'trust.issuer\' must be a URL of at most 255 characters that begins with https:// and a host in lower case, without port, query and slash at the end, '
  + `got: ${text(value)}; take the 'issuer' of the CI's /.well-known/openid-configuration`
);
const audience = (index: number, value: string): string => (
  `'trust.audiences[${index}]' must be 1 to 255 characters without * and white space, got: ${text(value)}; name the audience that the CI asks its token for`
);

describe('names of branches and tags', () => {
  const branch = (name: string): lib.OidcTrust => lib.OidcTrust.github({ owner: 'o', repository: 'r', subjects: [lib.GithubSubject.branch(name)] });

  test.each([
    '', 'my branch', 'a..b', 'a~1', 'a^', 'a:b', 'a[0]', 'a\\b', '/a', 'a/', 'a//b', '.a', 'a/.b', 'a.lock', 'a.lock/b', 'a.', '-a', '@', 'a@{b', 'a\tb', 'a\x7f',
  ])('%j is none', (name) => {
    expect(refusal(branch(name))).toBe(problems(ref('subjects[0].branch', name)));
  });

  test.each(['main', 'feature/x', 'v1.2.3', 'a-b_c', 'a@b', 'a#b', 'a{b}', 'ü', '*', 'release/*', '*.x', 'v?', 'lock', 'a.locked', T])('%j is one', (name) => {
    expect(refusal(branch(name))).toBe('');
  });

  test('are given without refs/', () => {
    expect(refusal(branch('refs/heads/main'))).toBe(problems(
      `'trust.subjects[0].branch' must be a name that git takes, in which * and ? are wildcards, without refs/heads/ or refs/tags/, got: ${text('refs/heads/main')}; `
      + 'leave the prefix out, it is added'));
  });
});

describe('GitHub', () => {
  const github = (options: Partial<lib.GithubTrustOptions>): string => (
    refusal(lib.OidcTrust.github({ owner: 'myuser', repository: 'myapp', subjects: [lib.GithubSubject.branch('main')], ...options }))
  );
  const owner = (property: string, value: string): string => (
    `'trust.${property}' must be the name of a user or an organization: 1 to 39 letters, digits, - and _, without wildcards, got: ${text(value)}; `
    + 'write the owner alone, such as \'myuser\' of \'myuser/myapp\''
  );
  const repository = (property: string, value: string): string => (
    `'trust.${property}' must be the name of a repository: 1 to 100 letters, digits, ., - and _, without wildcards, got: ${text(value)}; `
    + 'write the repository alone, such as \'myapp\' of \'myuser/myapp\''
  );

  test.each(['', '*', 'my*', 'my?', 'my/user', 'my user', '-a', 'a.b', 'o@1', 'x'.repeat(40)])('%p is no owner', (value) => {
    expect(github({ owner: value })).toBe(problems(owner('owner', value)));
  });

  test.each(['', '*', 'app*', 'a/b', 'a b', '.', '..', 'r@1', 'a:b', 'x'.repeat(101)])('%p is no repository', (value) => {
    expect(github({ repository: value })).toBe(problems(repository('repository', value)));
  });

  test('the longest names are taken, and tokens', () => {
    expect(github({ owner: 'x'.repeat(39), repository: 'x'.repeat(100) })).toBe('');
    stack = new Stack(new App(), 'Stack');
    expect(github({
      owner: T,
      repository: T,
      ownerId: T,
      repositoryId: T,
      subjects: [lib.GithubSubject.environment(T), lib.GithubSubject.tag(T), lib.GithubSubject.custom(T)],
      audiences: [T],
      claims: { actorId: [T], jobWorkflowRef: [T], workflow: [T] },
    })).toBe('');
  });

  test.each(['abc', '*', '12*', '1.5', '-1', ''])('%p is no id', (value) => {
    expect(github({ ownerId: value, repositoryId: value })).toBe(problems(digits('ownerId', value), digits('repositoryId', value)));
  });

  test('one id needs the other', () => {
    const missing = (property: string): string => `'trust.${property}' must be given together with the other id, got: undefined; give both ids: GitHub writes both or none into a subject`;
    expect(github({ ownerId: '1' })).toBe(problems(missing('repositoryId')));
    expect(github({ repositoryId: '1' })).toBe(problems(missing('ownerId')));
    expect(github({ moreRepositories: [{ owner: 'o', repository: 'r', ownerId: '1' }] })).toBe(problems(missing('moreRepositories[0].repositoryId')));
  });

  test('every repository is checked', () => {
    expect(github({ moreRepositories: [{ owner: 'o', repository: 'r' }, { owner: 'a/b', repository: '*', ownerId: 'x', repositoryId: '1' }] })).toBe(problems(
      owner('moreRepositories[1].owner', 'a/b'), repository('moreRepositories[1].repository', '*'), digits('moreRepositories[1].ownerId', 'x')));
  });

  test.each([['IMMUTABLE', lib.GithubSubjectFormat.IMMUTABLE], ['BOTH', lib.GithubSubjectFormat.BOTH]])('the format %s needs ids', (name, subjectFormat) => {
    expect(github({ subjectFormat })).toBe(problems(
      `'trust.ownerId' must be given for GithubSubjectFormat.${name}, as must 'repositoryId', got: undefined; give both ids, or leave 'subjectFormat' out`));
  });

  test('an Enterprise Server has no ids, and AWS no claims of it', () => {
    expect(github({ issuer: lib.GithubIssuer.enterpriseServer('github.example.com'), ownerId: '1', repositoryId: '2', claims: { ref: ['refs/heads/main'] } })).toBe(problems(
      `'trust.ownerId' must be left out for an Enterprise Server, as is 'repositoryId', got: ${text('1')}; leave both out: its subjects hold no ids`,
      '\'trust.claims\' must be left out for an Enterprise Server, got: {"ref":["refs/heads/main"]}; leave it out: AWS evaluates only audience and subject of it'));
  });

  test('issuers are checked', () => {
    expect(github({ issuer: lib.GithubIssuer.enterprise('My/Corp') })).toBe(problems(
      `'trust.issuer.enterprise' must be lower-case letters, digits and -, got: ${text('My/Corp')}; take it from the URL of the enterprise`));
    expect(github({ issuer: lib.GithubIssuer.dataResidency('octocorp.ghe.com') })).toBe(problems(
      `'trust.issuer.subdomain' must be lower-case letters, digits and -, got: ${text('octocorp.ghe.com')}; take it from the URL of the enterprise`));
    for (const host of ['https://github.example.com', 'github.example.com:8443', 'GitHub.example.com', 'github.example.com/']) {
      expect(github({ issuer: lib.GithubIssuer.enterpriseServer(host) })).toBe(problems(
        `'trust.issuer.host' must be the name of a host in lower case, got: ${text(host)}; write it such as 'github.example.com', without https://`));
    }
  });

  test('subjects are checked, each', () => {
    const { GithubSubject } = lib;
    expect(github({ subjects: [] })).toBe(problems(NO_SUBJECTS));
    expect(github({ subjects: [GithubSubject.branch('main'), GithubSubject.tag('a b'), GithubSubject.environment(''), GithubSubject.custom(''), GithubSubject.custom('repo:o/r:*')] })).toBe(problems(
      ref('subjects[1].tag', 'a b'),
      `'trust.subjects[2].environment' must be 1 to 255 characters from U+0020 to U+00FF, in which * and ? are wildcards, got: ${text('')}; `
      + 'write the environment\'s name as it is, it is encoded here',
      `'trust.subjects[3].custom' must be a part of the subject, got: ${text('')}; write it as the CI does`,
      `'trust.subjects[4].custom' must be what follows repo:… in the subject, got: ${text('repo:o/r:*')}; leave the beginning out, it is added`,
    ));
    expect(github({ subjects: [GithubSubject.environment('日本')] })).toContain('\'trust.subjects[0].environment\' must be 1 to 255 characters from U+0020 to U+00FF');
    expect(github({ subjects: [GithubSubject.environment('x'.repeat(256))] })).toContain('(256 characters)');
  });

  test('claims are checked, each', () => {
    expect(github({
      claims: { actorId: ['1', 'x'], enterpriseId: ['*'], repositoryId: ['?'], repositoryOwnerId: [''], jobWorkflowRef: ['push.yml', '*/w/.github/workflows/push.yml@refs/heads/main'] },
    })).toBe(problems(
      digits('claims.actorId[1]', 'x'),
      digits('claims.enterpriseId[0]', '*'),
      digits('claims.repositoryId[0]', '?'),
      digits('claims.repositoryOwnerId[0]', ''),
      ...['push.yml', '*/w/.github/workflows/push.yml@refs/heads/main'].map((value, index) => (
        `'trust.claims.jobWorkflowRef[${index}]' must be OWNER/REPOSITORY/PATH@REF, with no wildcard in the owner, got: ${text(value)}; `
        + 'write it such as \'myuser/workflows/.github/workflows/push.yml@refs/heads/main\''
      )),
    ));
  });

  test('claims and audiences must not be open', () => {
    expect(github({ claims: { actor: ['*'], workflow: [] }, audiences: [] })).toBe(problems(
      '\'trust.audiences\' must be at least one, got: []; name one',
      `'trust.claims.actor[0]' must be more than wildcards, got: ${text('*')}; write out what may not vary`,
      '\'trust.claims.workflow\' must be at least one value, got: []; name one, or leave the claim out',
    ));
    expect(github({ audiences: ['sts.amazonaws.com', '*', 'a b', ''] })).toBe(problems(audience(1, '*'), audience(2, 'a b'), audience(3, '')));
  });

  test('a variable of IAM is none of a branch', () => {
    expect(github({ subjects: [lib.GithubSubject.branch('${aws:username}'.replace(':', '-'))] })).toBe(problems(
      `'trust.subjects[0]' must be a text without \${, got: ${text('repo:myuser/myapp:ref:refs/heads/${aws-username}')}; `
      + 'leave it out: IAM takes it for the beginning of a variable'));
  });
});

test('GitLab', () => {
  const gitlab = (options: Partial<lib.GitlabTrustOptions>): string => refusal(lib.OidcTrust.gitlab({ project: 'a/b', subjects: [lib.GitlabSubject.branch('main')], ...options }));
  for (const project of ['', 'myapp', '*/myapp', 'mygroup/*', 'mygroup/my app', '/a/b', 'a/b/', 'a//b', 'a/b:c', '-a/b']) {
    expect(gitlab({ project })).toBe(problems(
      `'trust.project' must be the path of a project with its groups: letters, digits, _, . and - between slashes, without wildcards, got: ${text(project)}; `
      + 'write it such as \'mygroup/myapp\''));
  }
  expect(gitlab({
    project: 'a',
    subjects: [lib.GitlabSubject.branch('a b'), lib.GitlabSubject.tag('a..b'), lib.GitlabSubject.custom('project_path:a/b:x')],
    issuer: 'https://git.example.com',
    claims: { namespaceId: ['a'], projectId: ['*'], userId: ['1?'] },
  })).toBe(problems(
    '\'trust.project\' must be the path of a project with its groups: letters, digits, _, . and - between slashes, without wildcards, '
    + `got: ${text('a')}; write it such as 'mygroup/myapp'`,
    ref('subjects[0].branch', 'a b'),
    ref('subjects[1].tag', 'a..b'),
    `'trust.subjects[2].custom' must be what follows project_path:… in the subject, got: ${text('project_path:a/b:x')}; leave the beginning out, it is added`,
    digits('claims.namespaceId[0]', 'a'),
    digits('claims.projectId[0]', '*'),
    digits('claims.userId[0]', '1?'),
    '\'trust.claims\' must be left out for a self-managed GitLab, got: {"namespaceId":["a"],"projectId":["*"],"userId":["1?"]}; '
    + 'leave it out: AWS evaluates only audience and subject of it',
  ));
  expect(gitlab({ subjects: [] })).toBe(problems(NO_SUBJECTS));
  expect(gitlab({ issuer: 'https://git.example.com/' })).toBe(problems(issuer('https://git.example.com/')));
  expect(gitlab({ issuer: 'http://git.example.com' })).toBe(problems(issuer('http://git.example.com')));
  expect(gitlab({ project: T, subjects: [lib.GitlabSubject.branch(T), lib.GitlabSubject.custom(T)], claims: { projectId: [T], userEmail: [T] } })).toBe('');
});

test('Bitbucket', () => {
  const bitbucket = (options: Partial<lib.BitbucketTrustOptions>): string => refusal(lib.OidcTrust.bitbucket({
    workspace: 'w', workspaceUuid: ORGANIZATION_UUID, repositoryUuid: `{${PROJECT_UUID}}`, subjects: [lib.BitbucketSubject.anyStep()], ...options,
  }));
  expect(bitbucket({
    workspace: 'My Workspace', workspaceUuid: `{${ORGANIZATION_UUID}}`, repositoryUuid: PROJECT_UUID, subjects: [lib.BitbucketSubject.environment(PROJECT_UUID)],
  })).toBe(problems(
    `'trust.workspace' must be the name of a workspace: lower-case letters, digits, _ and -, got: ${text('My Workspace')}; take it from https://bitbucket.org/WORKSPACE`,
    uuid('workspaceUuid', `{${ORGANIZATION_UUID}}`),
    uuidInBraces('repositoryUuid', PROJECT_UUID),
    uuidInBraces('subjects[0].environment', PROJECT_UUID),
  ));
  for (const wrong of ['', '*', `${ORGANIZATION_UUID}x`, ORGANIZATION_UUID.slice(1), 'ABCDEFAB-CDEF-ABCD-EFAB-CDEFABCDEFAB', ORGANIZATION_UUID.replace('-', '')]) {
    expect(bitbucket({ workspaceUuid: wrong })).toBe(problems(uuid('workspaceUuid', wrong)));
    expect(bitbucket({ repositoryUuid: `{${wrong}}` })).toBe(problems(uuidInBraces('repositoryUuid', `{${wrong}}`)));
  }
  expect(bitbucket({ subjects: [] })).toBe(problems(NO_SUBJECTS));
  expect(bitbucket({ workspaceUuid: T, repositoryUuid: T, subjects: [lib.BitbucketSubject.environment(T)] })).toBe('');
});

test('CircleCI', () => {
  const circleci = (options: Partial<lib.CircleciTrustOptions>): string => refusal(lib.OidcTrust.circleci({
    organizationId: ORGANIZATION_UUID, projectId: PROJECT_UUID, subjects: [lib.CircleciSubject.anyJob()], ...options,
  }));
  const repository = (index: number, value: string): string => (
    `'trust.subjects[${index}].repository' must be HOST/OWNER/REPOSITORY, without https:// and wildcards, got: ${text(value)}; write it such as 'github.com/myuser/myapp'`
  );
  expect(circleci({
    organizationId: 'myorg',
    projectId: '*',
    subjects: [lib.CircleciSubject.branch('https://github.com/o/r', 'a b'), lib.CircleciSubject.tag('github.com/o/*', '')],
  })).toBe(problems(
    uuid('organizationId', 'myorg'), uuid('projectId', '*'), repository(0, 'https://github.com/o/r'), ref('subjects[0].branch', 'a b'),
    repository(1, 'github.com/o/*'), ref('subjects[1].tag', ''),
  ));
  expect(circleci({ subjects: [lib.CircleciSubject.branch('o/r', 'main')] })).toBe(problems(repository(0, 'o/r')));
  expect(circleci({ subjects: [] })).toBe(problems(NO_SUBJECTS));
  expect(circleci({ projectId: T, subjects: [lib.CircleciSubject.branch(T, T)] })).toBe('');
});

test('Buildkite', () => {
  const buildkite = (options: Partial<lib.BuildkiteTrustOptions>): string => refusal(lib.OidcTrust.buildkite({
    organization: 'o', pipeline: 'p', subjects: [lib.BuildkiteSubject.branch('main')], ...options,
  }));
  const slug = (property: string, value: string): string => (
    `'trust.${property}' must be a slug of lower-case letters, digits and -, without wildcards, got: ${text(value)}; take it from https://buildkite.com/ORGANIZATION/PIPELINE`
  );
  const step = (index: number, value: string): string => (
    `'trust.subjects[${index}].stepKey' must be the key of a step: letters, digits, _, - and :, got: ${text(value)}; write the step's key, or leave it out for every step`
  );
  expect(buildkite({
    organization: '*',
    pipeline: 'My App',
    subjects: [lib.BuildkiteSubject.branch('a:b', { stepKey: '*' }), lib.BuildkiteSubject.tag('', { stepKey: '' }), lib.BuildkiteSubject.anyBuild({ stepKey: 'a b' })],
    claims: { clusterId: ['x'], organizationId: ['*'], pipelineId: [`{${PROJECT_UUID}}`] },
  })).toBe(problems(
    slug('organization', '*'), slug('pipeline', 'My App'),
    ref('subjects[0].branch', 'a:b'), step(0, '*'), ref('subjects[1].tag', ''), step(1, ''), step(2, 'a b'),
    uuid('claims.clusterId[0]', 'x'), uuid('claims.organizationId[0]', '*'), uuid('claims.pipelineId[0]', `{${PROJECT_UUID}}`),
  ));
  expect(buildkite({ subjects: [] })).toBe(problems(NO_SUBJECTS));
  expect(buildkite({ organization: T, pipeline: T, subjects: [lib.BuildkiteSubject.branch(T, { stepKey: T })], claims: { pipelineId: [T] } })).toBe('');
});

test('HCP Terraform', () => {
  const terraform = (options: Partial<lib.HcpTerraformTrustOptions>): string => refusal(lib.OidcTrust.hcpTerraform({
    organization: 'o', project: 'p', subjects: [lib.HcpTerraformSubject.apply('w')], ...options,
  }));
  expect(terraform({ organization: 'my org', project: ' p', subjects: [lib.HcpTerraformSubject.plan('a:b')] })).toBe(problems(
    `'trust.organization' must be the name of an organization: letters, digits, _ and -, without wildcards, got: ${text('my org')}; take it from https://app.terraform.io/app/ORGANIZATION`,
    `'trust.project' must be the name of a project: letters, digits, _, - and inner spaces, without wildcards, got: ${text(' p')}; write it such as 'Default Project'`,
    `'trust.subjects[0].workspace' must be the name of a workspace: 1 to 90 letters, digits, _ and -, in which * and ? are wildcards, got: ${text('a:b')}; `
    + 'write it such as \'myapp-production\'',
  ));
  for (const wildcard of ['*', 'o*', 'o?']) {
    expect(terraform({ organization: wildcard })).toContain('\'trust.organization\' must be');
    expect(terraform({ project: wildcard })).toContain('\'trust.project\' must be');
  }
  expect(terraform({ subjects: [] })).toBe(problems(NO_SUBJECTS));
  expect(terraform({ organization: T, project: T, subjects: [lib.HcpTerraformSubject.apply(T)] })).toBe('');
});

test('Azure DevOps', () => {
  const azure = (options: Partial<lib.AzureDevOpsTrustOptions>): string => refusal(lib.OidcTrust.azureDevOps({
    organization: 'o', organizationId: ORGANIZATION_UUID, project: 'p', subjects: [lib.AzureDevOpsSubject.serviceConnection('c')], ...options,
  }));
  expect(azure({ organization: 'my/org', organizationId: 'o', project: '*', subjects: [lib.AzureDevOpsSubject.serviceConnection('p/c')] })).toBe(problems(
    `'trust.organization' must be the name of an organization: 1 to 50 letters, digits and inner -, without wildcards, got: ${text('my/org')}; take it from https://dev.azure.com/ORGANIZATION`,
    uuid('organizationId', 'o'),
    '\'trust.project\' must be the name of a project: 1 to 64 characters without \\ / : * ? " \' < > ; # $ { } , + = [ ] |, '
    + `got: ${text('*')}; take it from https://dev.azure.com/ORGANIZATION/PROJECT`,
    `'trust.subjects[0].serviceConnection' must be the name of a service connection: 1 to 255 characters without /, in which * and ? are wildcards, got: ${text('p/c')}; `
    + 'write the connection alone, without organization and project',
  ));
  expect(azure({ organization: 'o*' })).toContain('\'trust.organization\' must be');
  expect(azure({ subjects: [] })).toBe(problems(NO_SUBJECTS));
  expect(azure({ organization: T, project: T, subjects: [lib.AzureDevOpsSubject.serviceConnection(T)] })).toBe('');
});

test('Jenkins', () => {
  const jenkins = (options: Partial<lib.JenkinsTrustOptions>): string => refusal(lib.OidcTrust.jenkins({
    url: 'https://j.example.com', subjects: [lib.JenkinsSubject.job('a')], ...options,
  }));
  const job = (index: number, value: string): string => (
    `'trust.subjects[${index}].job' must be the path of a job: letters, digits, ., _, - and spaces between slashes, without wildcards, got: ${text(value)}; `
    + 'write it such as \'team/myapp\', or the whole URL with JenkinsSubject.custom()'
  );
  const url = (value: string): string => (
    `'trust.url' must be a URL without wildcards, query and slash at the end, got: ${text(value)}; write it such as 'https://jenkins.example.com'`
  );
  const unreachable = (value: string): string => (
    `'trust.url' must be one that AWS can reach by https:// and without port, got: ${text(value)}; set 'issuer', which can be somewhere else`
  );
  expect(jenkins({
    subjects: [
      lib.JenkinsSubject.job('*'), lib.JenkinsSubject.branch('/a', 'a b'), lib.JenkinsSubject.branch('a', 'a#b'), lib.JenkinsSubject.pullRequest('a/'), lib.JenkinsSubject.custom(''),
    ],
  })).toBe(problems(
    job(0, '*'),
    job(1, '/a'),
    ref('subjects[1].branch', 'a b'),
    `'trust.subjects[1].branch' must be letters, digits, ., _, -, / and the wildcards * and ?, got: ${text('a b')}; write the whole URL with JenkinsSubject.custom()`,
    `'trust.subjects[2].branch' must be letters, digits, ., _, -, / and the wildcards * and ?, got: ${text('a#b')}; write the whole URL with JenkinsSubject.custom()`,
    job(3, 'a/'),
    `'trust.subjects[4].custom' must be a part of the subject, got: ${text('')}; write it as the CI does`,
  ));
  for (const value of ['https://j.example.com/', 'j.example.com', 'https://*.example.com']) expect(jenkins({ url: value, issuer: 'https://i.example.com' })).toBe(problems(url(value)));
  for (const value of ['http://j.example.com', 'https://j.example.com:8443']) {
    expect(jenkins({ url: value })).toBe(problems(unreachable(value)));
    stack = new Stack(new App(), 'Stack');
    expect(jenkins({ url: value, issuer: 'https://i.example.com' })).toBe('');
  }
  expect(jenkins({ subjects: [lib.JenkinsSubject.custom('*')] })).toBe(problems(
    `'trust.subjects[0]' must be more than wildcards, got: ${text('*')}; write out what may not vary`,
    `'trust.subjects[0]' must be one that does not begin with a wildcard, got: ${text('*')}; write its beginning in full`,
  ));
  expect(jenkins({ subjects: [] })).toBe(problems(NO_SUBJECTS));
  stack = new Stack(new App(), 'Stack');
  expect(jenkins({ url: T, issuer: 'https://i.example.com', subjects: [lib.JenkinsSubject.job(T), lib.JenkinsSubject.branch(T, T), lib.JenkinsSubject.custom(T)] })).toBe('');
});

test('Codefresh', () => {
  const codefresh = (options: Partial<lib.CodefreshTrustOptions>): string => refusal(lib.OidcTrust.codefresh({
    accountId: '5f30ebd30312313ae7f17948', pipelineId: '64de5cd47626b3ca134e760a', subjects: [lib.CodefreshSubject.cron()], ...options,
  }));
  const id = (property: string, value: string): string => (
    `'trust.${property}' must be an id of 24 hexadecimal digits in lower case, got: ${text(value)}; take the id, not the name`
  );
  const repository = (index: number, value: string): string => (
    `'trust.subjects[${index}].repositoryUrl' must be the https:// URL of a repository, without wildcards, got: ${text(value)}; write it such as 'https://github.com/myuser/myapp'`
  );
  expect(codefresh({
    accountId: '*',
    pipelineId: 'my/pipeline',
    subjects: [
      lib.CodefreshSubject.push('github.com/o/r', 'a b'), lib.CodefreshSubject.manual('https://github.com/o/*', ''), lib.CodefreshSubject.pullRequest('https://github.com/o', 'a:b'),
    ],
  })).toBe(problems(
    id('accountId', '*'), id('pipelineId', 'my/pipeline'),
    repository(0, 'github.com/o/r'), ref('subjects[0].ref', 'a b'),
    repository(1, 'https://github.com/o/*'), ref('subjects[1].ref', ''),
    repository(2, 'https://github.com/o'), ref('subjects[2].targetBranch', 'a:b'),
  ));
  expect(codefresh({ subjects: [] })).toBe(problems(NO_SUBJECTS));
  expect(codefresh({ accountId: T, pipelineId: T, subjects: [lib.CodefreshSubject.push(T, T)] })).toBe('');
});

test('Semaphore', () => {
  const semaphore = (options: Partial<lib.SemaphoreTrustOptions>): string => refusal(lib.OidcTrust.semaphore({
    organization: 'o', projectId: PROJECT_UUID, repository: 'r', subjects: [lib.SemaphoreSubject.branch('main')], ...options,
  }));
  expect(semaphore({ organization: '*', projectId: '*', repository: 'o/r', subjects: [lib.SemaphoreSubject.branch('a b'), lib.SemaphoreSubject.tag('')] })).toBe(problems(
    `'trust.organization' must be the name of an organization: lower-case letters, digits and -, without wildcards, got: ${text('*')}; take it from https://ORGANIZATION.semaphoreci.com`,
    uuid('projectId', '*'),
    `'trust.repository' must be the name of a repository: letters, digits, ., _ and -, without wildcards, got: ${text('o/r')}; `
    + 'write the repository alone, such as \'myapp\' of \'myuser/myapp\'',
    ref('subjects[0].branch', 'a b'),
    ref('subjects[1].tag', ''),
  ));
  expect(semaphore({ subjects: [] })).toBe(problems(NO_SUBJECTS));
  expect(semaphore({ organization: 'o', projectId: T, repository: T, subjects: [lib.SemaphoreSubject.branch(T)] })).toBe('');
});

describe('a trust of one\'s own', () => {
  const custom = (options: Partial<lib.OidcTrustConfig>): string => refusal(lib.OidcTrust.custom({
    issuer: 'https://ci.example.com', audiences: ['aws'], subjects: ['project:myapp'], ...options,
  }));
  const beginning = (value: string): string => (
    `'trust.subjects[0]' must be one that does not begin with a wildcard, got: ${text(value)}; write its beginning in full`
  );
  const wildcards = (property: string, value: string): string => `'trust.${property}' must be more than wildcards, got: ${text(value)}; write out what may not vary`;
  const whole = (value: string): string => (
    `'trust.subjects[0]' must be one that begins with a claim and its whole value, without wildcards in them, got: ${text(value)}; `
    + 'name the owner and what is theirs in full: the issuer is everybody\'s'
  );

  test('has all that a role needs, or all that lacks is said', () => {
    expect(custom({ issuer: 'https://ci.example.com/', audiences: [], subjects: [], claims: { email: [], sub: ['x'], aud: ['*'] } })).toBe(problems(
      issuer('https://ci.example.com/'),
      '\'trust.audiences\' must be at least one, got: []; name one',
      NO_SUBJECTS,
      '\'trust.claims.email\' must be at least one value, got: []; name one, or leave the claim out',
      '\'trust.claims.sub\' must be another claim than aud and sub, got: ["x"]; name them in \'subjects\'',
      '\'trust.claims.aud\' must be another claim than aud and sub, got: ["*"]; name them in \'audiences\'',
      wildcards('claims.aud[0]', '*'),
    ));
  });

  test.each(['*', '**', '?*', '*:*', ':*/'])('%p is no subject: it names nobody', (subject) => {
    expect(custom({ subjects: [subject] })).toContain(wildcards('subjects[0]', subject));
  });

  test.each(['*a', '?a', '*:branch:main'])('%p is no subject: anything may come first', (subject) => {
    expect(custom({ subjects: [subject] })).toBe(problems(beginning(subject)));
  });

  test('an empty subject and an empty value of a claim are none', () => {
    expect(custom({ subjects: [''], claims: { email: [''] } })).toBe(problems(
      `'trust.subjects[0]' must be a text of the characters U+0020 to U+00FF, got: ${text('')}; IAM takes no others`,
      wildcards('subjects[0]', ''),
      `'trust.claims.email[0]' must be a text of the characters U+0020 to U+00FF, got: ${text('')}; IAM takes no others`,
      wildcards('claims.email[0]', ''),
    ));
  });

  test('a text that IAM does not take is none', () => {
    expect(custom({ subjects: ['a日'] })).toBe(problems(`'trust.subjects[0]' must be a text of the characters U+0020 to U+00FF, got: ${text('a日')}; IAM takes no others`));
  });

  describe.each([
    'https://token.actions.githubusercontent.com', 'https://token.actions.githubusercontent.com/octocorp', 'https://gitlab.com', 'https://agent.buildkite.com',
    'https://app.terraform.io', 'https://oidc.codefresh.io',
  ])('%s is everybody\'s', (shared) => {
    test.each(['repo:*', 'repo:o*', 'repo:o/*', 'repo:o/r*:ref', 'repo:o/r?', 'r*:o/r:ref', 'repo', '*:o/r', ':o/r'])('%p does not name who', (subject) => {
      expect(custom({ issuer: shared, subjects: [subject] })).toBe(problems(whole(subject)));
    });

    test.each(['repo:o/r', 'repo:o/r:*', `repo:${T}:x`])('%p does', (subject) => {
      expect(custom({ issuer: shared, subjects: [subject] })).toBe('');
    });
  });

  test('takes tokens', () => {
    expect(custom({ audiences: [T], subjects: [T, `${T}*`], claims: { email: [T] } })).toBe('');
  });
});
