import { Github, githubRateLimit, type GithubSettings } from './github';
import type { TargetSpec } from '../../../src/private/target-contract';
import { TooLargeError } from '../errors';
import { EMPTY_DOCKERCFG, type Vendor, type VendorPorts } from '../vendor';

/** @see https://docs.github.com/en/actions/reference/security/secrets */
const LONGEST_VALUE = 48 * 1024;

/** A secret of a repository, an environment or an organization, of Actions, Dependabot or Codespaces. */
export const githubSecret: Vendor = {
  rateLimit: githubRateLimit,

  publish: async (target, { text }, ports) => {
    const size = Buffer.byteLength(text);
    if (size > LONGEST_VALUE) throw new TooLargeError(`a secret of GitHub holds ${LONGEST_VALUE} bytes, and the value has ${size}: send fewer registries`);
    const github = await open(target, ports);
    await write(github, target, text, await visibility(github, target));
    return github.published;
  },

  remove: async (target, how, ports) => {
    const github = await open(target, ports);
    if (how === 'delete') {
      await github.ask('DELETE', secretPath(target), [204, 404], 'delete the secret');
      return;
    }
    const found = await github.ask('GET', secretPath(target), [200, 404], 'read the secret');
    if (found.status === 200) await write(github, target, EMPTY_DOCKERCFG, await visibility(github, target));
  },
};

const open = (target: TargetSpec, ports: VendorPorts): Promise<Github> => Github.of(target, permissionsFor(target), ports);

async function write(github: Github, target: TargetSpec, text: string, shown: object): Promise<void> {
  const put = async (statuses: number[]) => (
    github.ask('PUT', secretPath(target), statuses, 'write the secret', { ...await github.sealed(text, `${base(target)}/public-key`), ...shown }));
  // The key may have been replaced since it was read.
  if ((await put([201, 204, 422])).status === 422) await put([201, 204]);
}

/** Who sees an organization's secret, as its owner set it: a list of repositories that is not sent again is cleared. */
async function visibility(github: Github, target: TargetSpec): Promise<object> {
  const { visibility: wanted, selectedRepositoryIds } = target.settings as unknown as GithubSettings;
  if (target.where.organization === undefined) return {};
  const what = 'read the secret';
  const answer = await github.ask('GET', secretPath(target), [200, 404], what);
  if (answer.status === 404) return { visibility: wanted, ...selectedRepositoryIds ? { selected_repository_ids: selectedRepositoryIds } : {} };
  const { visibility: current } = github.json(answer, what);
  if (current !== 'selected') return { visibility: current };
  const repositories = await github.list(`${secretPath(target)}/repositories`, 'repositories', 'list the repositories that see the secret');
  return { visibility: current, selected_repository_ids: repositories.map(({ id }) => id) };
}

function base({ where: { organization, repository, environment, kind = 'actions' } }: TargetSpec): string {
  if (organization !== undefined) return `/orgs/${organization}/${kind}/secrets`;
  if (environment !== undefined) return `/repos/${repository}/environments/${encodeURIComponent(environment)}/secrets`;
  return `/repos/${repository}/${kind}/secrets`;
}

function secretPath(target: TargetSpec): string {
  return `${base(target)}/${target.where.secretName}`;
}

/** What an App's token is narrowed to. */
function permissionsFor({ where: { organization, environment, kind = 'actions' } }: TargetSpec): Record<string, string> {
  const prefix = { actions: '', dependabot: 'dependabot_', codespaces: 'codespaces_' }[kind];
  if (organization !== undefined) return { [`organization_${prefix}secrets`]: 'write' };
  return { [`${prefix}secrets`]: 'write', ...environment === undefined ? {} : { environments: 'write' } };
}
