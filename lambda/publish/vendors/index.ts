import { azureDevopsServiceConnection } from './azure-devops-service-connection';
import { azureDevopsVariableGroup } from './azure-devops-variable-group';
import { functionTarget } from './function';
import { githubPrivateRegistry } from './github-private-registry';
import { githubSecret } from './github-secret';
import { gitlabVariable } from './gitlab-variable';
import { http } from './http';
import type { Vendor } from '../vendor';

/** The vendors, by the kind of target that they serve. */
export const VENDORS: Readonly<Record<string, Vendor>> = {
  'azure-devops-service-connection': azureDevopsServiceConnection,
  'azure-devops-variable-group': azureDevopsVariableGroup,
  'function': functionTarget,
  'github-private-registry': githubPrivateRegistry,
  'github-secret': githubSecret,
  'gitlab-variable': gitlabVariable,
  http,
};
