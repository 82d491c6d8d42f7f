import { bitbucketVariable } from './bitbucket-variable';
import { buildkiteSecret } from './buildkite-secret';
import { circleciContext, circleciProject } from './circleci';
import { githubPrivateRegistry } from './github-private-registry';
import { githubSecret } from './github-secret';
import { gitlabVariable } from './gitlab-variable';
import type { Vendor } from '../vendor';

/** The vendors, by the kind of target that they serve. */
export const VENDORS: Readonly<Record<string, Vendor>> = {
  'bitbucket-variable': bitbucketVariable,
  'buildkite-secret': buildkiteSecret,
  'circleci-context': circleciContext,
  'circleci-project': circleciProject,
  'github-private-registry': githubPrivateRegistry,
  'github-secret': githubSecret,
  'gitlab-variable': gitlabVariable,
};
