import { checkCertificateAuthority, checkUrl } from './server';
import { checkExactlyOne, type TargetDefinition } from './target-definition';
import type { GithubAuth } from '../../targets/github-auth';
import type { GithubPrivateRegistryOptions } from '../../targets/github-private-registry';
import { GithubSecretKind, GithubVisibility, type GithubSecretOptions } from '../../targets/github-secret';
import { TargetValue } from '../../targets/target-value';
import { checkFormat, REGISTRY_HOST, type Format } from '../formats';
import type { Problems } from '../validation';

/** @see https://docs.github.com/en/actions/reference/security/secrets#naming-your-secrets */
const SECRET_NAME: Format = {
  pattern: /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i,
  allowed: 'the name of a secret: letters, digits and _, not beginning with a digit or GITHUB_',
  fix: 'leave it out for DOCKER_AUTH_CONFIG, which Docker reads',
};

const REPOSITORY: Format = {
  pattern: /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/,
  allowed: 'an owner and a repository',
  fix: 'write it such as \'myuser/myapp\'',
};

const ORGANIZATION: Format = {
  pattern: /^[A-Za-z0-9-]+$/,
  allowed: 'the name of an organization',
  fix: 'write it as it is in the URL of its page',
};

interface Shared {
  readonly auth: GithubAuth;
  readonly visibility?: GithubVisibility;
  readonly selectedRepositoryIds?: number[];
  readonly url?: string;
  readonly certificateAuthority?: string;
}

/** The target of `Target.githubSecret()`. */
export function githubSecret(options: GithubSecretOptions): TargetDefinition {
  const { repository, organization, environment, secretName = 'DOCKER_AUTH_CONFIG', kind = GithubSecretKind.ACTIONS, value = TargetValue.configJson() } = options;
  return {
    check: (problems, at) => {
      checkExactlyOne(problems, at, { repository, organization }, 'say whose secret it is');
      checkFormat(problems, `${at}.repository`, repository, REPOSITORY);
      checkFormat(problems, `${at}.organization`, organization, ORGANIZATION);
      checkFormat(problems, `${at}.secretName`, secretName, SECRET_NAME);
      if (environment !== undefined && (repository === undefined || kind !== GithubSecretKind.ACTIONS)) {
        problems.add(`${at}.environment`, environment, 'left out but for a repository\'s secret of GitHub Actions', 'name the repository, or leave it out');
      }
      problems.unless(`${at}.environment`, environment, (name) => name !== '' && name.length <= 255, '1 to 255 characters', 'leave it out for every job');
      if (organization === undefined && (options.visibility ?? options.selectedRepositoryIds) !== undefined) {
        problems.add(`${at}.visibility`, options.visibility, 'left out for a repository\'s secret', 'use it with \'organization\'');
      }
      checkShared(problems, at, options);
      value._check(problems, `${at}.value`);
    },
    bind: (_scope, { publisher }) => ({
      kind: 'github-secret',
      where: {
        ...options.url === undefined ? {} : { url: options.url },
        ...repository === undefined ? { organization: organization! } : { repository },
        ...environment === undefined ? {} : { environment },
        ...kind === GithubSecretKind.ACTIONS ? {} : { kind },
        secretName,
      },
      settings: { auth: options.auth._bind(publisher), ...organization === undefined ? {} : visibilityOf(options), ...serverOf(options) },
      value,
      removal: options.removal,
    }),
  };
}

/** The target of `Target.githubPrivateRegistry()`. */
export function githubPrivateRegistry(options: GithubPrivateRegistryOptions): TargetDefinition {
  const { organization, host, url } = options;
  return {
    check: (problems, at) => {
      checkFormat(problems, `${at}.organization`, organization, ORGANIZATION);
      checkFormat(problems, `${at}.host`, host, REGISTRY_HOST);
      checkShared(problems, at, options);
    },
    bind: (_scope, { publisher }) => ({
      kind: 'github-private-registry',
      where: { ...url === undefined ? {} : { url }, organization, host },
      settings: { auth: options.auth._bind(publisher), ...visibilityOf(options), ...serverOf(options) },
      value: TargetValue._login(host),
      removal: options.removal,
    }),
  };
}

function checkShared(problems: Problems, at: string, { auth, visibility, selectedRepositoryIds, url, certificateAuthority }: Shared): void {
  auth._check(problems, `${at}.auth`);
  const isSelected = visibility === GithubVisibility.SELECTED;
  if (isSelected !== (selectedRepositoryIds !== undefined)) {
    problems.add(`${at}.selectedRepositoryIds`, selectedRepositoryIds, 'given with GithubVisibility.SELECTED, and only then', 'name the repositories, or leave it out');
  }
  checkUrl(problems, `${at}.url`, url);
  checkCertificateAuthority(problems, `${at}.certificateAuthority`, certificateAuthority);
}

function visibilityOf({ visibility = GithubVisibility.PRIVATE, selectedRepositoryIds }: Shared): object {
  return { visibility, ...selectedRepositoryIds === undefined ? {} : { selectedRepositoryIds } };
}

function serverOf({ certificateAuthority }: Shared): object {
  return certificateAuthority === undefined ? {} : { certificateAuthority };
}
