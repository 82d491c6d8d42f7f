import { azureDevOpsServiceConnection, azureDevOpsVariableGroup } from './azure-dev-ops';
import { bitbucketVariable } from './bitbucket-variable';
import { buildkiteSecret } from './buildkite-secret';
import { circleciContext, circleciProject } from './circleci';
import { functionTarget } from './function';
import { githubPrivateRegistry } from './github-private-registry';
import { githubSecret } from './github-secret';
import { gitlabVariable } from './gitlab-variable';
import { http } from './http';
import { kubernetesSecret } from './kubernetes-secret';
import { secretsManager } from './secrets-manager';
import { ssmParameter } from './ssm-parameter';
import type { Vendor } from '../vendor';

/** The vendors, by the kind of target that they serve. */
export const VENDORS: Readonly<Record<string, Vendor>> = {
  'azure-devops-service-connection': azureDevOpsServiceConnection,
  'azure-devops-variable-group': azureDevOpsVariableGroup,
  'bitbucket-variable': bitbucketVariable,
  'buildkite-secret': buildkiteSecret,
  'circleci-context': circleciContext,
  'circleci-project': circleciProject,
  'function': functionTarget,
  'github-private-registry': githubPrivateRegistry,
  'github-secret': githubSecret,
  'gitlab-variable': gitlabVariable,
  'http': http,
  'kubernetes-secret': kubernetesSecret,
  'secrets-manager': secretsManager,
  'ssm-parameter': ssmParameter,
};
