import type { Renderer } from './setup';
import { azureDevOps } from './vendors/azure-devops';
import { bitbucket } from './vendors/bitbucket';
import { buildkite } from './vendors/buildkite';
import { circleci } from './vendors/circleci';
import { codeship } from './vendors/codeship';
import { github } from './vendors/github';
import { gitlab } from './vendors/gitlab';
import { jenkins } from './vendors/jenkins';

export { setupOf, type OutputOptions } from './outputs';
export type { CiAccess, CiFile, CiFiles, CiSetup, Renderer } from './setup';

/** What writes each CI's files, by the name that a person gives to the command. */
export const RENDERERS: Readonly<Record<string, Renderer>> = {
  'azure-devops': azureDevOps,
  'bitbucket': bitbucket,
  'buildkite': buildkite,
  'circleci': circleci,
  'codeship': codeship,
  'github': github,
  'gitlab': gitlab,
  'jenkins': jenkins,
};
