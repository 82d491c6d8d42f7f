import type { Ci } from './names';
import type { Renderer } from './setup';
import { azureDevOps } from './vendors/azure-devops';
import { bitbucket } from './vendors/bitbucket';
import { buildkite } from './vendors/buildkite';
import { circleci } from './vendors/circleci';
import { codeship } from './vendors/codeship';
import { github } from './vendors/github';
import { gitlab } from './vendors/gitlab';
import { jenkins } from './vendors/jenkins';

/** What writes each CI's files. */
export const RENDERERS: Readonly<Record<Ci, Renderer>> = {
  'azure-devops': azureDevOps,
  'bitbucket': bitbucket,
  'buildkite': buildkite,
  'circleci': circleci,
  'codeship': codeship,
  'github': github,
  'gitlab': gitlab,
  'jenkins': jenkins,
};
