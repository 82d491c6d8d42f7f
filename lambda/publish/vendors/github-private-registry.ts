import { Github, githubRateLimit, type GithubSettings } from './github';
import type { TargetSpec } from '../../../src/private/target-contract';
import type { Vendor } from '../vendor';

const TYPE = 'docker_registry';
const PERMISSIONS = { organization_private_registries: 'write' };

/** A private registry of an organization, for Dependabot and code scanning. */
export const githubPrivateRegistry: Vendor = {
  rateLimit: githubRateLimit,

  publish: async (target, { login }, ports) => {
    const { visibility, selectedRepositoryIds } = target.settings as unknown as GithubSettings;
    const github = await Github.of(target, PERMISSIONS, ports);
    const { username, password } = login!;
    const found = await find(github, target);
    const value = { username, ...await github.sealed(password, `${base(target)}/public-key`) };
    if (found) {
      await github.ask('PATCH', `${base(target)}/${found}`, [204], 'update the private registry', value);
    } else {
      await github.ask('POST', base(target), [201], 'make the private registry', {
        registry_type: TYPE,
        url: urlOf(target),
        ...value,
        visibility,
        ...selectedRepositoryIds ? { selected_repository_ids: selectedRepositoryIds } : {},
      });
    }
    return github.published;
  },

  remove: async (target, how, ports) => {
    const github = await Github.of(target, PERMISSIONS, ports);
    const found = await find(github, target);
    if (!found) return;
    if (how === 'delete') await github.ask('DELETE', `${base(target)}/${found}`, [204, 404], 'delete the private registry');
    else await github.ask('PATCH', `${base(target)}/${found}`, [204], 'empty the private registry', await emptied(github, target));
  },
};

/** GitHub takes no empty password. */
const emptied = (github: Github, target: TargetSpec) => github.sealed('-', `${base(target)}/public-key`);

/** The name that GitHub gave to the registry of that URL. */
async function find(github: Github, target: TargetSpec): Promise<string | undefined> {
  const all = await github.list(base(target), 'configurations', 'list the private registries');
  return all.find(({ registry_type: type, url }) => type === TYPE && String(url).replace(/\/+$/, '') === urlOf(target))?.name;
}

const base = ({ where }: TargetSpec): string => `/orgs/${where.organization}/private-registries`;
const urlOf = ({ where }: TargetSpec): string => `https://${where.host}`;
