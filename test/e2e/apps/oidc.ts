import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AdoptingOidcProvider, AzureDevOpsSubject, BitbucketSubject, BuildkiteSubject, CircleciSubject, CiRepository, CiRole, CodefreshSubject,
  GithubSubject, GitlabSubject, HcpTerraformSubject, JenkinsSubject, OidcTrust, SemaphoreSubject,
} from 'cdk-ecr-ci';
import { ACCOUNT_ID, ENVIRONMENT_UUID, ORGANIZATION_UUID, PIPELINE_ID, PROJECT_UUID, REPOSITORY_UUID } from './oidc-ids';

const stack = new Stack(new App(), 'Oidc');
const repository = new CiRepository(stack, 'App', { repositoryName: 'myuser/myapp', removalPolicy: RemovalPolicy.DESTROY, emptyOnDelete: true });

function role(name: string, trust: OidcTrust, access: 'pull' | 'push' = 'push'): void {
  const ciRole = new CiRole(stack, name, { trust });
  if (access === 'push') repository.grantPullPush(ciRole);
  else repository.grantPull(ciRole);
  new CfnOutput(stack, `${name}Arn`, { value: ciRole.roleArn });
}

const github = { owner: 'myuser', repository: 'myapp' };
const slug = 'github.com/myuser/myapp';

if (!process.env.ADOPTING_ONLY) {
  // The stack's own providers, which its roles share.
  role('Github', OidcTrust.github({ ...github, subjects: [GithubSubject.branch('main')], claims: { repositoryId: ['456'] } }));
  role('GithubPullRequest', OidcTrust.github({ ...github, subjects: [GithubSubject.pullRequest()] }), 'pull');
  role('Bitbucket', OidcTrust.bitbucket({
    workspace: 'myuser', workspaceUuid: ORGANIZATION_UUID, repositoryUuid: `{${REPOSITORY_UUID}}`, subjects: [BitbucketSubject.environment(`{${ENVIRONMENT_UUID}}`)],
  }));
  role('HcpTerraform', OidcTrust.hcpTerraform({ organization: 'myorg', project: 'Default Project', subjects: [HcpTerraformSubject.apply('myapp')] }));
  role('AzureDevOps', OidcTrust.azureDevOps({
    organization: 'myorg', organizationId: ORGANIZATION_UUID, project: 'My App', subjects: [AzureDevOpsSubject.serviceConnection('aws-push')],
  }));
  role('Jenkins', OidcTrust.jenkins({ url: 'https://jenkins.example.com', subjects: [JenkinsSubject.branch('team/myapp', 'main')] }));
  role('Codefresh', OidcTrust.codefresh({
    accountId: ACCOUNT_ID, pipelineId: PIPELINE_ID, subjects: [CodefreshSubject.push('https://github.com/myuser/myapp', 'main')],
  }));
  role('Semaphore', OidcTrust.semaphore({ organization: 'myorg', projectId: PROJECT_UUID, repository: 'myapp', subjects: [SemaphoreSubject.branch('main')] }));
}

// The account has a provider for GitLab already, and none for the other two; the second of those goes with the stack.
const gitlab = new AdoptingOidcProvider(stack, 'GitlabProvider', { issuer: 'https://gitlab.com' });
role('Gitlab', OidcTrust.gitlab({ project: 'mygroup/myapp', subjects: [GitlabSubject.branch('main')], provider: gitlab }));

const circleci = new AdoptingOidcProvider(stack, 'CircleciProvider', { issuer: `https://oidc.circleci.com/org/${ORGANIZATION_UUID}` });
role('Circleci', OidcTrust.circleci({
  organizationId: ORGANIZATION_UUID, projectId: PROJECT_UUID, subjects: [CircleciSubject.branch(slug, 'main')], provider: circleci,
}));

const buildkite = new AdoptingOidcProvider(stack, 'BuildkiteProvider', {
  issuer: 'https://agent.buildkite.com', audiences: process.env.MORE_AUDIENCES?.split(','), removalPolicy: RemovalPolicy.DESTROY,
});
role('Buildkite', OidcTrust.buildkite({ organization: 'myorg', pipeline: 'myapp', subjects: [BuildkiteSubject.branch('main')], provider: buildkite }));
